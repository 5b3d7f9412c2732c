import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SolOutput } from '../../../../agents/drivers/bmc/sol-output.ts';

const banner = '[SOL Session operational.  Use ~? for help]\n';
const sendBreak = '~B [send break]\n';

/** Cuts a text at these places. */
function cut(text: string, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, index) => Buffer.from(text.slice(from, ends[index] ?? text.length), 'latin1'));
}

const printed = fc.string({ unit: fc.constantFrom('~', 'B', ' ', '[', 'S', 's', '\n', 'x', '\xff') });

test('what the machine printed comes through, whole and in order, however the output is cut', () => {
  fc.assert(
    fc.property(printed, printed, printed, fc.array(fc.nat()), (first, second, third, places) => {
      const output = new SolOutput();
      output.expect(sendBreak);
      output.expect(sendBreak);
      const pieces = cut(`${banner}${first}${sendBreak}${second}${sendBreak}${third}`, places);
      const taken = [...pieces.map((piece) => output.take(piece)), output.end()];
      expect(Buffer.concat(taken).toString('latin1')).toBe(first + second + third);
    }),
  );
});

test('what only looks like words of ipmitool is not kept back for long', () => {
  const output = new SolOutput();
  expect(output.take(Buffer.from(`${banner}${sendBreak}`)).toString()).toBe(sendBreak);
  output.expect(sendBreak);
  expect(output.take(Buffer.from('a ~B [send')).toString()).toBe('a ');
  expect(output.take(Buffer.from(' it')).toString()).toBe('~B [send it');
  expect(output.take(Buffer.from('b ~')).toString()).toBe('b ');
  expect(output.end().toString()).toBe('~');
});

test('a console without a banner is shown all the same', () => {
  const output = new SolOutput();
  expect(output.take(Buffer.from('[SOL')).toString()).toBe('');
  expect(output.take(Buffer.from(' is up]\n')).toString()).toBe('[SOL is up]\n');
  expect(output.take(Buffer.from(banner)).toString()).toBe(banner);
});
