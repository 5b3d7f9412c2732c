import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TerminalFilter } from '../../../../functions/console/stream/terminal-filter.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** What is passed of a text of bytes (each character one), cut where the sizes say. */
function passed(text: string | Uint8Array, sizes: readonly number[] = []): string {
  const filter = new TerminalFilter();
  const whole = typeof text === 'string' ? bytes(text) : Buffer.from(text);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of [...sizes, whole.length]) {
    parts.push(filter.pass(whole.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat(parts).toString('latin1');
}

const shown = [
  ['text', 'login: root'],
  ['line ends, tabs and backspaces', 'a\tb\b\r\n\x07'],
  ['UTF-8', Buffer.from('Zürich – 机器 🖥').toString('latin1')],
  ['letters of Latin-1', 'Z\xfcrich'],
  ['colours', '\x1b[1;31mred\x1b[0m\x1b[38;5;208m\x1b[38:2::1:2:3m\x1b[m'],
  ['cursor movement', '\x1b[H\x1b[12;80H\x1b[3A\x1b[10G\x1b[5d\x1b7\x1b8\x1b[s\x1b[u\x1bM\x1bD\x1bE'],
  ['erasing', '\x1b[2J\x1b[J\x1b[K\x1b[1K\x1b[4X'],
  ['inserting, deleting and scrolling', '\x1b[L\x1b[2M\x1b[3P\x1b[2@\x1b[b\x1b[79b\x1b[5;20r\x1b[r\x1b[S\x1b[2T\x1b[4h\x1b[4l'],
  ['modes without harm', '\x1b[?25l\x1b[?25h\x1b[?7l\x1b[?7h\x1b[?1049h\x1b[?1049l\x1b[?7;25h'],
  ['line drawing', '\x1b)0\x0eqqq\x0f\x1b(0lqk\x1b(B'],
] as const;

const dropped = [
  ['a title', '\x1b]0;rm -rf /\x07'],
  ['a title that ends with ST', '\x1b]2;title\x1b\\'],
  ['the clipboard', '\x1b]52;c;cm0gLXJmIC8K\x07'],
  ['a link', '\x1b]8;;http://evil.test\x1b\\'],
  ['a device control string', '\x1bP$qm\x1b\\'],
  ['a sixel picture', '\x1bPq#0;2;0;0;0~~@@\x1b\\'],
  ['APC, PM and SOS', '\x1b_G\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\'],
  ['window operations', '\x1b[8;24;80t\x1b[21t'],
  ['queries of status and device', '\x1b[5n\x1b[6n\x1b[?6n\x1b[c\x1b[>c\x1b[=c\x1bZ\x1b[?1;2c\x1b[x\x1b[>q\x1b[?25$p\x1b[?m'],
  ['mouse and paste reports', '\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1004h\x1b[?25;1000h\x1b[1;1;1;1;1T'],
  ['key modes', '\x1b[?1h\x1b=\x1b>\x1b[>4;2m\x1b[2h\x1b[20h'],
  ['printing', '\x1b[5i\x1b[?5i\x1b[4i'],
  ['a reset', '\x1bc\x1b[!p'],
  ['erasing what was scrolled away', '\x1b[3J'],
  ['other character sets', '\x1b(A\x1b%G\x1b%@\x1b*0\x1b.A\x1bn\x1bo'],
  ['the alignment test', '\x1b#8'],
  ['C1 controls of one byte', '\x9b\x90\x9d\x85\x80\x9f\x9c'],
  ['C1 controls in UTF-8', '\xc2\x9b\xc2\x9d\xc2\x90\xc2\x9c'],
  ['other controls', '\0\x01\x05\x0b\x0c\x11\x13\x18\x1a\x1c\x7f'],
  ['too many parameters', `\x1b[${'1;'.repeat(20)}H`],
  ['a number too large', '\x1b[99999A'],
  ['a character that is repeated more often than a line is long', '\x1b[1000b\x1b[9999b\x1b[1;1b'],
  ['what is not finished', '\x1b[31'],
] as const;

describe('shows', () => {
  test.for(shown)('%s', ([, text]) => expect(passed(text)).toBe(text));
});

describe('drops', () => {
  test.for(dropped)('%s', ([, text]) => {
    expect(passed(text)).toBe('');
    expect(passed(`a\r\n${text}`)).toBe('a\r\n');
  });
});

test.for([
  ['an overlong ESC', '\xc0\x9b31m', '\xc031m'],
  ['an overlong C1', '\xe0\x82\x9b31m', '\xe031m'],
  ['a surrogate', '\xed\xa0\x80x', '\xed\xa0x'],
  ['a character that is cut by an escape', '\xe2\x82\x1b[1mx', '\xe2\x1b[1mx'],
  ['a sequence within a sequence', '\x1b[3\x1b[1mx', '\x1b[1mx'],
  ['a sequence that a line end breaks off', '\x1b[3\r\n1m', '\r\n1m'],
  ['a string that a line end breaks off', '\x1b]0;title\r\nlogin:', '\r\nlogin:'],
  ['a sequence that ends a string', '\x1b]0;t\x1b[1mx', '\x1b[1mx'],
  ['a sequence that CAN ends', '\x1b[3\x18x', 'x'],
  ['a query hidden in a string', '\x1b]0;\x1b[6n\x07x', '\x07x'],
] as const)('%s', ([, text, expected]) => expect(passed(text)).toBe(expected));

test('a string without an end does not swallow a log', () => {
  expect(passed(`\x1b]0;${'x'.repeat(10_000)}`)).toMatch(/^x{5900,}$/);
});

/** Everything that may be in an answer, independently of how it is filtered: what is left of it after these is nothing. */
const TEXT = /^(?:[\x07-\x0a\x0d-\x0f\x20-\x7e]|[^\0-\x9f])*$/u;
const SEQUENCE =
  /\x1b(?:[78DEM]|[()][0B]|\[(?:[\d;:]*m|\d{0,4}(?:;\d{0,4})?[@A-HILMPSXZ`adefr]|\d{0,3}b|[0-2]?[JK]|\d{0,4}T|[su]|4[hl]|\?[\d;]*[hl]))/g;
const MODES = /\x1b\[\?([\d;]*)[hl]/g;

// Bytes at random hardly ever are a sequence: pieces of them are put together, and cut anywhere.
const piece = fc.oneof(
  fc.constantFrom(...[...shown, ...dropped].map(([, text]) => text)),
  fc.constantFrom(
    '\x1b',
    '\x1b[',
    '\x1b]',
    '\x1bP',
    '\x1b[?',
    '\x9b',
    '\xc2',
    '\xe2\x82',
    '\xf0\x9f',
    '\\',
    '\x07',
    ';',
    '6n',
    '1',
    'm',
    'c',
  ),
  fc.uint8Array({ maxLength: 6 }).map((each) => Buffer.from(each).toString('latin1')),
);
const stream = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('whatever comes, nothing but text and harmless sequences is passed', () => {
  fc.assert(
    fc.property(stream, (text) => {
      const result = passed(text);
      const rest = result.replace(SEQUENCE, '');
      expect(rest).not.toContain('\x1b');
      expect(Buffer.from(rest, 'latin1').toString('utf8')).toMatch(TEXT);
      for (const [, modes = ''] of result.matchAll(MODES))
        expect(modes.split(';').join(' ')).toMatch(/^(?:(?:7|25|47|104[789]) ?)+$/);
    }),
    { numRuns: 2000 },
  );
});

test('it does not matter where a stream is cut', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(5), { maxLength: 60 }), (text, sizes) => {
      expect(passed(text, sizes)).toBe(passed(text));
    }),
    { numRuns: 1000 },
  );
});

test('what was passed is passed once more', () => {
  fc.assert(
    fc.property(stream, (text) => {
      const once = `${passed(text)} `;
      expect(passed(once)).toBe(once);
    }),
    { numRuns: 1000 },
  );
});

test('the end puts right what was changed, and no more', () => {
  const end = (text: string) => {
    const filter = new TerminalFilter();
    filter.pass(bytes(text));
    return Buffer.from(filter.end()).toString('latin1');
  };
  expect(end('plain\r\n\x1b[H\x1b[2J')).toBe('');
  expect(end('\x1b[31mred')).toBe('\x1b[0m');
  expect(end('\x1b[?25l\x1b[?7l\x1b[?1049h')).toBe('\x1b[?25h\x1b[?7h\x1b[?1049l');
  expect(end('\x1b[5;20r')).toBe('\x1b7\x1b[r\x1b8');
  expect(end('\x0eqq')).toBe('\x1b(B\x1b)B\x0f');
  expect(end('\x1b[3')).toBe('');
});

test('a gap ends a sequence that was not whole', () => {
  const filter = new TerminalFilter();
  filter.pass(bytes('\x1b]0;title'));
  filter.cut();
  expect(Buffer.from(filter.pass(bytes('text'))).toString()).toBe('text');
});
