import { describe, expect, test } from 'vitest';
import { services, session, startPlain } from './plain-switch.ts';

describe('the fault that rewrites answers', () => {
  test('sees each answer with its prompt or question, unpaged, and counts them', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    const seen: [string, string, number][] = [];
    simulated.faults.answer = (line, answer, index) => {
      seen.push([line, answer, index]);
      return answer;
    };
    far.send('write\r\n');
    await far.until('?');
    far.send('y');
    await far.until('sw1#');
    far.send('\r\nnonsense\r\nshow lines\r\n');
    await far.until('line 60\r\nsw1#');
    expect(seen.slice(0, 4)).toEqual([
      // The login is no answer; `enable` and its password were two.
      ['write', 'Overwrite file [startup-config].... (Y/N)[N] ?', 2],
      ['y', '\r\nCopy succeeded\r\nsw1#', 3],
      ['', '\r\n\r\r\x1b[Ksw1#', 4],
      ['nonsense', '% Unrecognized command: nonsense\r\nsw1#', 5],
    ]);
    expect(seen[4]?.[1]).toMatch(/^line 1\r\n.*line 60\r\nsw1#$/s);
  });

  test('does not see a password', async () => {
    const lines: string[] = [];
    const answer = (line: string, text: string) => {
      lines.push(line);
      return text;
    };
    await session(await startPlain(services.console, { faults: { answer } }));
    expect(lines).toEqual(['enable', '']);
  });

  test('sends another text instead', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    simulated.faults.answer = (line, answer) => (line === 'vlan' ? answer.replace('sw1', '\xffsw2') : answer);
    far.send('vlan\r\n');
    // Within telnet a byte 255 travels as two.
    expect(await far.until('#')).toBe('vlan\r\n\xff\xffsw2#');
    expect(simulated.vlans()).toEqual([1, 100]);
  });

  test.for([0, 1, 10, 22])('ends the connection after byte %i', async (bytes) => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    simulated.faults.answer = (_line, answer) => ({ text: answer.slice(0, bytes), hangUp: true });
    far.send('write\r\n');
    expect(await far.untilEnd()).toBe(`write\r\n${'Overwrite file [startup-config].... (Y/N)[N] ?'.slice(0, bytes)}`);
  });
});
