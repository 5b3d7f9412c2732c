import { expect, test } from 'vitest';
import { show } from '../../../infra/cli/table.ts';
import { fitted, padded, widthOf } from '../../../infra/cli/text-width.ts';

const plain = { columns: undefined, heading: (text: string) => text };

test.each([
  ['node-01', 7],
  ['größe', 5],
  ['e\u0301', 1],
  ['机房', 4],
  ['ｶﾀｶﾅ', 4],
  ['한국', 4],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['a\u200bb', 2],
])('%j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
  expect(widthOf(padded(text, 12))).toBe(12);
  expect(widthOf(fitted(text.repeat(9), 8))).toBeLessThanOrEqual(8);
  expect(fitted(text, columns)).toBe(text);
});

test('columns stand below each other, whatever is written in them', () => {
  const lines = show({ 机房: { rack: 'A' }, n: { rack: 'BB', more: [1, 2] } }, plain).split('\n');
  expect(lines).toEqual(['NAME  RACK  MORE', '机房  A     -', 'n     BB    1, 2', '']);
});

test('a table is as wide as the terminal at most, and the widest column gives way', () => {
  const rows = [{ name: 'n1', what: 'x'.repeat(100), more: 'y'.repeat(30) }];
  for (const line of show(rows, { ...plain, columns: 40 })
    .trimEnd()
    .split('\n'))
    expect(widthOf(line)).toBeLessThanOrEqual(40);
  expect(show(rows, { ...plain, columns: 40 })).toContain('n1    xxxx');
  expect(show({ text: 'x'.repeat(100) }, { ...plain, columns: 40 })).toBe(`text  ${'x'.repeat(33)}…\n`);
});

test('what could act on a terminal is shown as what it is', () => {
  const nasty = '\u001b]0;title\u0007\u202e\u009b2J\r\n';
  for (const value of [[nasty], { [nasty]: nasty }, [{ [nasty]: nasty }], nasty]) {
    expect(show(value, plain)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(show(value, plain).toLowerCase()).toContain('\\u001b]0;title\\u0007\\u202e\\u009b2j\\u000d\\u000a');
  }
});

test('lists of names stand line by line, and nothing is nothing', () => {
  expect(show(['n1', 'n2'], plain)).toBe('n1\nn2\n');
  expect(show([], plain)).toBe('');
  expect(show({}, plain)).toBe('');
  expect(show(null, plain)).toBe('-\n');
});

test('a list may be long', () => {
  const rows = Array.from({ length: 200_000 }, (_, at) => ({ name: `n${at}` }));
  expect(show(rows, plain)).toHaveLength('NAME\n'.length + rows.reduce((sum, { name }) => sum + name.length + 1, 0));
});
