import { describe, expect, test, vi } from 'vitest';
import { startNexus } from '../../../../infra/rack/nexus/nexus.ts';
import { answer, INVALID, LOGIN, PORTS, session, start, type } from './switch-under-test.ts';

describe('the command line', () => {
  test('is walked through by modes, each with its prompt', async () => {
    const nexus = await start();
    const far = await session(nexus);
    for (const [line, prompt] of [
      ['conf t', '(config)# '],
      ['int e1/3', '(config-if)# '],
      ['interface ethernet 1/1-2', '(config-if-range)# '],
      ['vlan 100', '(config-vlan)# '],
      ['exit', '(config)# '],
      ['int eth101/1/1', '(config-if)# '],
      ['end', '# '],
    ]) {
      far.send(`${line}\r\n`);
      await far.until(`\rsw1${prompt}`);
    }
  });

  test.for([
    ['exec', 'shwo version', 0, INVALID],
    ['exec', 'show versino', 5, INVALID],
    ['exec', 'show version now', 13, INVALID],
    ['exec', 'vlan 100', 0, INVALID],
    ['exec', 'interface ethernet 1/3', 0, INVALID],
    ['exec', 'switchport mode trunk', 0, INVALID],
    ['exec', 'show', 4, "% Incomplete command at '^' marker."],
    ['exec', 'show v', 5, "% Ambiguous command at '^' marker."],
    ['exec', 'e', 0, "% Ambiguous command at '^' marker."],
    ['exec', 'terminal length 512', 16, "Invalid range at '^' marker."],
    ['exec', 'terminal width 0', 15, "Invalid range at '^' marker."],
    ['exec', 'show interface gigabitethernet 1/3 switchport', 15, "Invalid interface format at '^' marker."],
    ['config', 'interface ethernet 1/9', 19, "Invalid range at '^' marker."],
    ['config', 'interface ethernet 1/3-9', 19, "Invalid range at '^' marker."],
    ['config', 'interface ethernet 1', 19, "Invalid interface format at '^' marker."],
    ['config', 'interface', 9, "% Incomplete command at '^' marker."],
    ['config', 'vlan 0', 5, "Invalid range at '^' marker."],
    ['config', 'vlan 4095', 5, "Invalid range at '^' marker."],
    ['config', 'vlan 20-10', 5, INVALID],
    ['config', 'vlan 10, 20', 5, INVALID],
    ['config', 'vlan 4094', 5, "invalid vlan (reserved values) at '^' marker."],
    ['config', 'no vlan 3968', 8, "invalid vlan (reserved values) at '^' marker."],
    ['config', 'vlan 3960-3970', 5, "invalid vlan (reserved values) at '^' marker."],
    ['config', 'switchport mode trunk', 0, INVALID],
    ['interface', 'switchport trunk allowed vlan 10 ,20', 33, INVALID],
    ['interface', 'switchport trunk allowed vlan add', 33, "% Incomplete command at '^' marker."],
    ['interface', 'switchport trunk allowed vlan a', 30, "% Ambiguous command at '^' marker."],
    ['interface', 'switchport trunk native vlan 10-11', 29, INVALID],
    ['interface', 'switchport access vlan 4000', 23, "invalid vlan (reserved values) at '^' marker."],
    ['interface', 'switchport mode hybrid', 16, INVALID],
    ['interface', 'no s', 3, "% Ambiguous command at '^' marker."],
    ['interface', `description ${'x'.repeat(255)}`, 12, "% String exceeded max length of (254) at '^' marker."],
    ['vlan', `name ${'x'.repeat(33)}`, 5, "% String exceeded max length of (32) at '^' marker."],
    ['vlan', 'name two words', 9, INVALID],
  ] as const)('in %s mode refuses "%s" at %i', async ([mode, line, at, message]) => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'terminal width 511');
    const ways = { exec: [], config: ['conf t'], interface: ['conf t', 'int e1/3'], vlan: ['conf t', 'vlan 100'] };
    await type(far, ...ways[mode]);
    const suffix = { exec: '', config: '(config)', interface: '(config-if)', vlan: '(config-vlan)' };
    expect(await answer(far, line)).toBe(`${' '.repeat(`sw1${suffix[mode]}# `.length + at)}^\r\n${message}\r\n`);
    expect(nexus.unsaved()).toBe(false);
  });

  test('lets later words decide between commands that begin alike', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'int e1/3');
    expect(await answer(far, 'sh')).toContain('% Ambiguous command');
    expect(await answer(far, 'sh run int e1/3')).toContain('interface Ethernet1/3\r\n');
    await type(far, 'shut', 'sw t a v n', 'sw t a v ad 100');
    expect(nexus.port('Ethernet1/3').enabled).toBe(false);
  });

  test('stops at every screen unless told otherwise', async () => {
    const nexus = await start();
    const far = await session(nexus);
    far.send('show interface switchport\r\n');
    const first = await far.until('\x1b[7m--More--\x1b[27m');
    expect(first.split('\r\r\n')[1]?.match(/\r\n/g)).toHaveLength(23);
    far.send('\r\n');
    expect((await far.until('--More--')).match(/\r\n/g)).toHaveLength(1);
    far.send('x ');
    expect((await far.until('--More--')).match(/\r\n/g)).toHaveLength(23);
    far.send('q');
    await far.until('\rsw1# ');
    await type(far, 'terminal length 0');
    expect(await answer(far, 'show interface switchport')).toContain('Name: Ethernet101/1/1');
  });

  test('Ctrl-Z leaves configuration', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100');
    far.send('\x1a');
    await far.until('\rsw1# ');
    expect(nexus.vlans()).toEqual([1, 100]);
  });
});

describe('ports and VLANs', () => {
  test('a fresh port is up in VLAN 1', async () => {
    const nexus = await start();
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
    expect(() => nexus.port('Ethernet1/9')).toThrow('sw1 has no port Ethernet1/9');
  });

  test('a VLAN comes to be when its mode is left', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100', 'name blue');
    expect(nexus.vlans()).toEqual([1]);
    await type(far, 'vlan 200-201,300');
    expect(nexus.vlans()).toEqual([1, 100]);
    await type(far, 'end');
    expect(nexus.vlans()).toEqual([1, 100, 200, 201, 300]);
    await type(far, 'conf t', 'no vlan 200-300', 'no vlan 999');
    expect(nexus.vlans()).toEqual([1, 100]);
    expect(await answer(far, 'no vlan 1')).toMatch(/^ERROR: /);
    await type(far, 'vlan 400');
    expect(await answer(far, 'name blue')).toMatch(/^ERROR: /);
    far.close();
    await vi.waitFor(() => expect(nexus.sessions).toBe(0));
    expect(nexus.vlans()).toEqual([1, 100]);
  });

  test('a trunk carries every VLAN there is until told not to', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100,200,300', 'int e1/3', 'switchport', 'switchport mode trunk');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'switchport trunk allowed vlan none');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: null, tagged: [] });
    await type(far, 'switchport trunk native vlan 100', 'switchport trunk allowed vlan add 200,999');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: null, tagged: [200] });
    await type(far, 'switchport trunk allowed vlan add 100', 'shutdown');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: false, native: 100, tagged: [200] });
    await type(far, 'switchport trunk allowed vlan except 100', 'no shutdown', 'switchport trunk allowed vlan remove 300');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: null, tagged: [1, 200] });
    await type(far, 'no switchport trunk allowed vlan', 'no switchport trunk native vlan');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'switchport mode access', 'switchport access vlan 300');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: 300, tagged: [] });
    await type(far, 'no vlan 300');
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: null, tagged: [] });
    expect(await answer(far, 'default interface ethernet 1/3')).not.toMatch(/ERROR|\^/);
    expect(nexus.port('Ethernet1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('a range is configured port by port; a routed port is refused', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'int e1/1-2,e1/4', 'shutdown');
    expect(PORTS.map((name) => nexus.port(name).enabled)).toEqual([false, false, true, false, true]);
    expect(await answer(far, 'no switchport')).toContain('ERROR: Ethernet1/4: requested config change not allowed\r\n');
  });
});

test('a port name that is not canonical, or a TCP port that is taken, is refused at the start', async () => {
  await expect(startNexus({ hostname: 'sw1', ports: ['e1/3'], ...LOGIN })).rejects.toThrow('not the canonical name');
  const nexus = await start();
  await expect(startNexus({ hostname: 'sw1', ports: PORTS, ...LOGIN, sshPort: nexus.tcpPort('ssh') })).rejects.toThrow(
    'EADDRINUSE',
  );
});
