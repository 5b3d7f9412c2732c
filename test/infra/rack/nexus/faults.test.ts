import { describe, expect, test, vi } from 'vitest';
import { ssh, tcp } from '../far-end.ts';
import { answer, INVALID, LOGIN, PROMPT, session, start, type } from './switch-under-test.ts';

describe('faults', () => {
  test('refuse: answers with a refusal and changes nothing', async () => {
    const nexus = await start({ faults: { refuse: /^shutdown/ } });
    const far = await session(nexus);
    await type(far, 'conf t', 'int e1/3');
    expect(await answer(far, 'shutdown')).toBe(`${' '.repeat('sw1(config-if)# '.length)}^\r\n${INVALID}\r\n`);
    expect(nexus.unsaved()).toBe(false);
  });

  test('lie: looks carried out and is not', async () => {
    const nexus = await start();
    const far = await session(nexus);
    nexus.faults.lie = /^(shutdown|vlan 100|name|no vlan|copy)/;
    await type(far, 'conf t', 'int e1/3', 'shutdown', 'vlan 100', 'exit', 'vlan 200', 'name red', 'exit', 'no vlan 200');
    expect(nexus.vlans()).toEqual([1, 200]);
    expect(nexus.port('Ethernet1/3').enabled).toBe(true);
    expect(await answer(far, 'copy run start')).toContain('Copy complete');
    expect(nexus.unsaved()).toBe(true);
    expect(await answer(far, 'show vlan brief')).toContain('VLAN0200');
  });

  test('garble: carries out, and shows bytes that mean nothing', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'terminal length 0');
    nexus.faults.garble = /^show|^vlan/;
    const shown = await answer(far, 'show interface ethernet 1/3 switchport');
    expect(shown).not.toContain('Ethernet');
    // Within telnet a byte 255 travels as two.
    expect(shown).toContain('\xff\xff');
    await answer(far, 'conf t');
    await answer(far, 'vlan 100');
    await type(far, 'end');
    expect(nexus.vlans()).toEqual([1, 100]);
  });

  test.for(['telnet', 'ssh'])('drop: carries out, and hangs up in the middle of the answer (%s)', async (transport) => {
    const nexus = await start({ faults: { drop: /^shutdown|^show/ } });
    const far = transport === 'telnet' ? await session(nexus) : await ssh({ port: nexus.tcpPort('ssh'), ...LOGIN });
    const end = transport === 'telnet' ? '\r\n' : '\r';
    far.send(`conf t${end}int e1/3${end}shutdown${end}`);
    await far.until('shutdown\r\r\n');
    expect(await far.untilEnd()).toBe('\rsw1(con');
    expect(nexus.port('Ethernet1/3').enabled).toBe(false);
    const other = await session(nexus);
    other.send('show int e1/3 switchport\r\n');
    expect(await other.untilEnd()).toMatch(/Name: Ethernet1\/3[^#]*$/);
  });

  test('hang: neither answers nor carries out', async () => {
    const nexus = await start({ faults: { hang: /^shutdown/ } });
    const far = await session(nexus);
    await type(far, 'conf t', 'int e1/3');
    far.send('shutdown\r\n');
    await vi.waitFor(() => expect(nexus.typed).toContain('shutdown'));
    const other = await session(nexus);
    await type(other, 'end');
    expect([far.pending.trim(), far.ended]).toEqual(['shutdown', false]);
    expect(nexus.port('Ethernet1/3').enabled).toBe(true);
    far.close();
    await vi.waitFor(() => expect(nexus.sessions).toBe(1));
  });

  test('log: a line of the log stands in the answer, or behind the prompt where there is no answer', async () => {
    const nexus = await start({ faults: { log: /^no shut|^show/ } });
    const far = await session(nexus);
    await type(far, 'terminal length 0', 'conf t', 'int e1/3', 'switchport mode trunk');
    const log = /\d{4} \w{3} [ \d]\d \d\d:\d\d:\d\d sw1 %ETHPORT-5-IF_UP: Interface Ethernet1\/3 is up in mode trunk\r\n/;
    const shown = await answer(far, 'show run int e1/3');
    expect(shown).toMatch(new RegExp(`\\r\\n${log.source}`));
    expect(shown.replace(log, '')).toContain('  switchport mode trunk\r\n');
    far.send('no shutdown\r\n');
    expect(await far.until(log)).toMatch(new RegExp(`\\rsw1\\(config-if\\)# ${log.source}$`));
    far.send('\r\n');
    await far.until('\rsw1(config-if)# ');
  });

  test('lineDelay and loginDelay: the answer comes so much later', async () => {
    const nexus = await start({ faults: { loginDelay: 150 } });
    const before = performance.now();
    const far = await session(nexus);
    expect(performance.now() - before).toBeGreaterThan(140);
    nexus.faults.lineDelay = 150;
    const middle = performance.now();
    await type(far, 'terminal length 0');
    expect(performance.now() - middle).toBeGreaterThan(140);
  });

  test('maxSessions: one more is turned away without a word', async () => {
    const nexus = await start({ faults: { maxSessions: 1 } });
    const far = await session(nexus);
    const other = await tcp(nexus.tcpPort('telnet'));
    expect(await other.untilEnd()).toBe('');
    await expect(ssh({ port: nexus.tcpPort('ssh'), ...LOGIN })).rejects.toThrow();
    expect([nexus.sessions, nexus.sessionsEver]).toEqual([1, 1]);
    far.close();
    await vi.waitFor(() => expect(nexus.sessions).toBe(0));
    await session(nexus);
  });

  test('width: the echo wraps at it until terminal width is given', async () => {
    const nexus = await start({ faults: { width: 24 } });
    const far = await session(nexus);
    far.send('show interface ethernet 1/3 status\r\n');
    // Five columns of prompt and nineteen of command fill the line.
    expect(await far.until('\r\r\n')).toBe('show interface ethe \rrnet 1/3 status\r\r\n');
    await far.until(PROMPT);
    far.send('terminal width 511\r\n');
    await far.until(PROMPT);
    far.send('show interface ethernet 1/3 status\r\n');
    expect(await far.until('\r\r\n')).toBe('show interface ethernet 1/3 status\r\r\n');
  });
});
