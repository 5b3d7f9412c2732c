import { describe, expect, test, vi } from 'vitest';
import { answer, exchange, session, start, type } from './switch-under-test.ts';

const PORT = 'Ethernet1';

describe('configuration sessions', () => {
  test('nothing counts before commit, and everything at it', async () => {
    const eos = await start();
    const far = await session(eos);
    expect(await exchange(far, 'configure session order7')).toBe('sw1(config-s-order7)#');
    expect(await exchange(far, 'vlan 100')).toBe('sw1(config-s-order7-vlan-100)#');
    expect(await exchange(far, 'interface Ethernet1')).toBe('sw1(config-s-order7-if-Et1)#');
    await type(far, 'switchport mode trunk', 'switchport trunk allowed vlan 100');
    expect([eos.vlans(), eos.unsaved()]).toEqual([[1], false]);
    expect(await answer(far, 'show interfaces Ethernet1 switchport')).toContain('Administrative Mode: static access\n');
    expect(await answer(far, 'show running-config interfaces Ethernet1')).toBe('interface Ethernet1\n');
    expect(await answer(far, 'show session-config')).toContain('interface Ethernet1\n   switchport trunk allowed vlan 100\n');
    expect(await answer(far, 'show session-config diffs')).toBe(
      '--- system:/running-config\n+++ session:/order7-session-config\n+vlan 100\n interface Ethernet1\n+   switchport trunk allowed vlan 100\n+   switchport mode trunk\n',
    );
    expect(await exchange(far, 'commit')).toBe('sw1#');
    expect([eos.vlans(), eos.port(PORT)]).toEqual([[1, 100], { enabled: true, native: null, tagged: [100] }]);
    expect(eos.unsaved()).toBe(true);
    expect(await answer(far, 'configure session order7')).toBe('% Cannot enter session order7 (session already completed)\n');
    expect(await answer(far, 'show configuration sessions')).toMatch(/^ {2}order7 completed$/m);
    await type(far, 'no configure session order7', 'configure session order7');
  });

  test('abort leaves nothing; exit and a lost connection leave a session that waits', async () => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure session s1', 'vlan 100', 'abort', 'configure session s2', 'vlan 200', 'end');
    await type(far, 'configure session s3', 'interface Ethernet1', 'shutdown');
    const other = await session(eos);
    expect(await answer(other, 'show configuration sessions')).toMatch(
      /^Maximum number of completed sessions: 1\nMaximum number of pending sessions: 5\n[\s\S]*\n {2}Name State +User +Terminal Description\n {2}---- [- ]+\n {2}s2 {3}pending\n {2}s3 {3}pending admin vty5\n$/,
    );
    far.close();
    await vi.waitFor(() => expect(eos.sessions).toBe(1));
    expect(eos.unsaved()).toBe(false);
    await type(other, 'configure session s3');
    expect(await answer(other, 'show configuration sessions')).toMatch(/^\* s3 {3}pending admin vty6$/m);
    await type(other, 'commit', 'configure session s2 commit');
    expect(await answer(other, 'configure session s9 abort')).toBe('% Session s9 not found\n');
    expect(eos.vlans()).toEqual([1, 200]);
    expect(JSON.parse(await answer(other, 'show configuration sessions | json'))).toMatchObject({
      sessions: { s2: { state: 'completed' } },
      maxOpenSessions: 5,
    });
  });

  test('a commit overwrites what others changed since the session began', async () => {
    const eos = await start();
    const [one, other] = [await session(eos), await session(eos)];
    await type(one, 'configure session s1', 'vlan 100');
    await type(other, 'configure', 'interface Ethernet1', 'shutdown');
    expect(eos.port(PORT).enabled).toBe(false);
    await type(one, 'commit');
    expect(eos.port(PORT).enabled).toBe(true);
  });

  test('five may wait, and no more', async () => {
    const eos = await start();
    const far = await session(eos);
    for (let made = 1; made <= 5; made += 1) await type(far, `configure session s${made}`, 'end');
    expect(await exchange(far, 'configure session s6')).toMatch(/^% Maximum number of pending sessions .*\nsw1#$/);
    expect(await exchange(far, 'vlan 100')).toBe('% Invalid input\nsw1#');
    await type(far, 'configure session s3', 'abort', 'configure session s6', 'end', 'no configure session s4');
    expect(await answer(far, 'no configure session s4')).toBe('% Cannot delete non-existent session s4\n');
    expect(await answer(far, 'show configuration sessions')).not.toContain('s4');
    await eos.reboot();
    const again = await session(eos);
    expect(await answer(again, 'show configuration sessions')).not.toMatch(/s\d +pending/);
  });

  test('a session that somebody else gave up cannot be committed', async () => {
    const eos = await start();
    const [one, other] = [await session(eos), await session(eos)];
    await type(one, 'configure session s1', 'vlan 100');
    await type(other, 'configure session s1 abort');
    expect(await exchange(one, 'commit')).toBe('% Session s1 not found\nsw1#');
    expect(eos.vlans()).toEqual([1]);
  });

  test('the prompt shows six characters of the name; without one the switch makes one up', async () => {
    const far = await session(await start());
    expect(await exchange(far, 'configure session haas-4711')).toBe('sw1(config-s-haas-4)#');
    await type(far, 'abort');
    expect(await exchange(far, 'configure session')).toMatch(/^sw1\(config-s-sess-\d\)#$/);
  });
});

describe('saving and faults', () => {
  test('write memory asks nothing; a reboot forgets what was not saved', async () => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure', 'vlan 100', 'end');
    expect(await answer(far, 'write memory')).toBe('Copy completed successfully.\n');
    expect(eos.unsaved()).toBe(false);
    await type(far, 'configure', 'vlan 200');
    await eos.reboot();
    expect(eos.vlans()).toEqual([1, 100]);
  });

  test('one saves at a time', async () => {
    const eos = await start({ saveDelay: 60_000 });
    const [one, other] = [await session(eos), await session(eos)];
    one.send('write memory\r');
    await one.until('write memory\r\n');
    await vi.waitFor(async () => expect(await answer(other, 'write')).toMatch(/^% Error copying /));
  });

  test.for(['configure session s1', 'vlan 100', 'commit'])('lie: "%s" looks carried out and is not', async (line) => {
    const eos = await start({ faults: { lie: new RegExp(`^${line}$`) } });
    const far = await session(eos);
    await type(far, 'configure session s1', 'vlan 100', 'commit');
    expect([eos.vlans(), eos.unsaved()]).toEqual([[1], false]);
  });

  test('refuse, log and drop', async () => {
    const eos = await start({ faults: { refuse: /^shutdown/, log: /^no shut/, drop: /^commit/ } });
    const far = await session(eos);
    await type(far, 'configure session s1', 'interface Ethernet1');
    expect(await answer(far, 'shutdown')).toBe('% Invalid input\n');
    far.send('no shutdown\r');
    await far.until(/\w{3} [ \d]\d \d\d:\d\d:\d\d sw1 Ebra: %LINEPROTO-5-UPDOWN: .* Ethernet1, changed state to up\r\n/);
    await type(far, 'vlan 100');
    far.send('commit\r');
    await far.untilEnd();
    expect(eos.vlans()).toEqual([1, 100]);
  });
});
