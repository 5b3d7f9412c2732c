import { describe, expect, test } from 'vitest';
import { commandNotFound, runCommandLine, succeeded } from '../../../../infra/rack/linux/command-line.ts';

const run = (line: string) =>
  runCommandLine(line, ([program = '', ...words]) => {
    if (program === 'say') return succeeded(`${words.join('|')}\n`);
    return commandNotFound(program);
  });

describe('a line for bash', () => {
  test.each([
    ['say a  b', 'a|b\n'],
    [`say 'a b' "c d"e \\'f`, "a b|c de|'f\n"],
    ['say a; say b', 'a\nb\n'],
    ['say a && say b', 'a\nb\n'],
    ['say a || say b', 'a\n'],
    ['', ''],
    ['say a;', 'a\n'],
  ])('%s', async (line, stdout) => {
    expect(await run(line)).toEqual({ stdout, stderr: '', code: 0 });
  });

  test('a failure ends what is joined by &&', async () => {
    expect(await run('cry && say b')).toEqual({ stdout: '', stderr: 'bash: line 1: cry: command not found\n', code: 127 });
    expect(await run('cry || say b')).toMatchObject({ stdout: 'b\n', code: 0 });
    expect(await run('cry; say b')).toMatchObject({ stdout: 'b\n', code: 0 });
    expect(await run('cry 2>&1')).toEqual({ stdout: 'bash: line 1: cry: command not found\n', stderr: '', code: 127 });
  });

  test.each(['say a | b', 'say $HOME', 'say a > b', 'say a &&', '; say a', "say 'a", 'say "$(b)"'])(
    '%s is not understood',
    async (line) => {
      expect(await run(line)).toMatchObject({ stdout: '', code: 2 });
    },
  );
});
