import { describe, expect, test } from 'vitest';
import { afterEcho, lastLine, overwrite, plain, quote } from '../../../agents/sessions/screen.ts';

describe('screen', () => {
  test.each([
    ['escape sequences', '\x1b[0;32msw# \x1b[K\x1b[?25h\x1b=', 'sw# '],
    ['bells and NULs', 'a\x07b\x00c', 'abc'],
    ['several returns before a line feed', 'show vlan\r\r\n1\r\n', 'show vlan\n1\n'],
    ['erased characters', 'abx\b \bc', 'abc'],
    ['erasing no further than the line', 'one\n\b\b\btwo', 'one\ntwo'],
    ['an erased pager', 'a\n--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bb', 'a\nb'],
  ])('plain: %s', (_name, raw, shown) => {
    expect(plain(raw)).toBe(shown);
  });

  test.each([
    ['a progress bar', '[##  ] 50%\r[####] 100%\ndone', '[####] 100%\ndone'],
    ['a prompt that begins with a return', 'x\n\rsw# ', 'x\nsw# '],
    ['nothing where no return is', 'a\nb', 'a\nb'],
  ])('overwrite: %s', (_name, text, shown) => {
    expect(overwrite(text)).toBe(shown);
  });

  test('lastLine: what follows the last break', () => {
    expect(lastLine('a\nb\nc# ')).toBe('c# ');
    expect(lastLine('a\n')).toBe('');
    expect(lastLine('a')).toBe('a');
  });

  test.each([
    ['as typed', 'show vlan\nanswer', '\nanswer'],
    ['wrapped by a return', 'show v \rlan\nanswer', '\nanswer'],
    ['wrapped by a line break', 'sho\nw vlan\nanswer', '\nanswer'],
    ['after what was left over', 'sw# sw# show vlan\nanswer', '\nanswer'],
    ['missing', 'sw# $vlan\nanswer', undefined],
  ])('afterEcho: %s', (_name, text, rest) => {
    expect(afterEcho(text, 'show vlan')).toBe(rest);
  });

  test('afterEcho takes characters literally', () => {
    expect(afterEcho('vlanX1 vlan.1\nok', 'vlan.1')).toBe('\nok');
  });

  test('quote removes secrets, also those that contain patterns, and control characters', () => {
    expect(quote('got p$&w\r\n\x01bad\r\n', ['p$&w', ''])).toBe('got *** / ?bad');
  });

  test('quote says so when nothing was said, and keeps both ends of a long speech', () => {
    expect(quote(' \r\n', [])).toBe('nothing');
    const long = quote(`first${'x'.repeat(100_000)}last`, []);
    expect(long.length).toBeLessThan(450);
    expect(long).toMatch(/^first.*last$/);
  });

  test('quote removes a secret before it shortens, so that no half of it is left', () => {
    const secret = 'correct-horse-battery-staple';
    expect(quote(`${'x'.repeat(190)}${secret}${'y'.repeat(500)}`, [secret])).not.toContain('correct');
  });
});
