import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SolTyping } from '../../../../agents/drivers/bmc/sol-typing.ts';

/** What ipmitool makes of what is typed to it (`processSolUserInput`, 1.8.19): the bytes for the machine, or the order that it saw. */
function asIpmitoolReads(typed: Iterable<number>): number[] | string {
  const sent: number[] = [];
  let wasReturn = true;
  let isEscape = false;
  for (const byte of typed) {
    if (isEscape) {
      isEscape = false;
      if ('.B?\x1a\x18'.includes(String.fromCharCode(byte))) return `the order ~${String.fromCharCode(byte)}`;
      if (byte !== 0x7e) sent.push(0x7e);
      sent.push(byte);
    } else if (wasReturn && byte === 0x7e) {
      isEscape = true;
      continue;
    } else {
      sent.push(byte);
    }
    wasReturn = byte === 0x0d || byte === 0x0a;
  }
  return isEscape ? 'half an order' : sent;
}

const byte = fc.oneof(fc.constantFrom(...Buffer.from('~~~.B?\r\n\x1a\x18x')), fc.nat(255));

test('whatever is typed in whatever pieces, the machine gets it as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.array(byte)), (pieces) => {
      const typing = new SolTyping();
      const typed = pieces.flatMap((piece) => [...typing.encode(Buffer.from(piece))]);
      expect(asIpmitoolReads(typed)).toEqual(pieces.flat());
    }),
  );
});

test('orders are taken at the start of a line, and only there', () => {
  const typing = new SolTyping();
  expect(typing.atLineStart).toBe(true);
  expect(typing.encode(Buffer.from('~a~')).toString()).toBe('~~a~');
  expect(typing.atLineStart).toBe(false);
  expect(typing.encode(Buffer.from('\n')).toString()).toBe('\n');
  expect(typing.atLineStart).toBe(true);
  expect(typing.encode(Buffer.from('~~')).toString()).toBe('~~~');
  expect(typing.atLineStart).toBe(false);
});
