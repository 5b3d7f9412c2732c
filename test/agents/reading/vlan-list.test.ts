import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatVlans, parseVlans } from '../../../agents/reading/vlan-list.ts';

describe('VLAN lists', () => {
  test.each([
    ['1,5-7', [1, 5, 6, 7]],
    [' 1,\n   5-7 ', [1, 5, 6, 7]],
    ['7,5,5', [5, 7]],
    ['1 , 5 -\n 7', [1, 5, 6, 7]],
    ['none', []],
    ['None', []],
    ['4094', [4094]],
  ])('reads %j', (text, vlans) => {
    expect(parseVlans(text)).toEqual(vlans);
  });

  test('reads ALL as every VLAN', () => {
    expect(parseVlans('ALL')).toHaveLength(4094);
  });

  test.each([
    '',
    '0',
    '4095',
    '7-5',
    '1,,2',
    '1,',
    '-3',
    '1-2-3',
    'x',
    '1 (more)',
    '1;2',
    '00001',
    '10 20',
    '1 0',
    '1-2 3',
    '10\n20',
  ])('does not read %j', (text) => {
    expect(parseVlans(text)).toBeNull();
  });

  test('writes what it reads, in lists no longer than asked, each VLAN once', () => {
    const vlans = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 600 });
    fc.assert(
      fc.property(vlans, fc.integer({ min: 9, max: 200 }), (some, longest) => {
        const lists = formatVlans(some, longest);
        expect(lists.every((list) => list.length <= longest)).toBe(true);
        expect(lists.flatMap((list) => parseVlans(list) ?? [])).toEqual(some.toSorted((a, b) => a - b));
      }),
    );
  });

  test('writes ranges', () => {
    expect(formatVlans([12, 10, 11, 5, 7], 100)).toEqual(['5,7,10-12']);
    expect(formatVlans([], 100)).toEqual([]);
  });
});
