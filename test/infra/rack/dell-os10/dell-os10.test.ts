import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ssh } from '../far-end.ts';
import { answer, configuring, LOGIN, session, start, type } from './switch-under-test.ts';

const UNRECOGNIZED = '% Error: Unrecognized command.\n';
const ILLEGAL = '% Error: Illegal parameter.\n';
const BOTH = '% Error: Interface cannot be an access and trunk member of the same VLAN.';

describe('the command line', () => {
  test('is walked through by modes', async () => {
    const far = await session(await start());
    for (const [line, prompt] of [
      ['configure terminal', '(config)# '],
      ['interface vlan 100', '(conf-if-vl-100)# '],
      ['interface vlan101', '(conf-if-vl-101)# '],
      ['interface range vlan 102-104', '(conf-range-vl-102-104)# '],
      ['interface ethernet1/1/1', '(conf-if-eth1/1/1)# '],
      ['interface eth 1/1/5:1', '(conf-if-eth1/1/5:1)# '],
      ['interface range ethernet 1/1/1-1/1/3', '(conf-range-eth1/1/1-1/1/3)# '],
      ['exit', '(config)# '],
      ['int e1/1/2', '(conf-if-eth1/1/2)# '],
      ['end', '# '],
      ['conf t', '(config)# '],
    ]) {
      far.send(`${line}\r\n`);
      expect(await far.until(`sw1${prompt}`)).toBe(`${line}\r\nsw1${prompt}`);
    }
    far.send('\x1aexit\r\n');
    await far.untilEnd();
  });

  test.for([
    ['', 'shizzle', UNRECOGNIZED],
    ['', 'show', '% Error: The command is not completed.\n'],
    ['', 'interface ethernet 1/1/1', UNRECOGNIZED],
    ['', 'show running-configuration interface ethernet1/1/99', ILLEGAL],
    ['', 'show vlan 100', '% Error: VLAN 100 does not exist.\n'],
    ['', 'show version | shizzle', ILLEGAL],
    ['configure', 'interface ethernet 1/1/99', ILLEGAL],
    ['configure', 'interface range ethernet 1/1/3-1/1/1', ILLEGAL],
    ['configure', 'interface vlan 4094', ILLEGAL],
    ['configure', 'vlan 100', UNRECOGNIZED],
    ['configure', 'no interface vlan 1', '% Error: Default VLAN cannot be deleted.\n'],
    ['interface e1/1/1', 'switchport access vlan 100', '% Error: VLAN 100 does not exist.\n'],
    ['interface e1/1/1', 'switchport trunk allowed vlan 1', '% Error: Interface is not in trunk mode.\n'],
    ['interface e1/1/1', 'switchport trunk allowed vlan none', ILLEGAL],
    ['interface e1/1/1', 'switchport trunk native vlan 1', UNRECOGNIZED],
  ])('in mode "%s" refuses "%s"', async ([mode = '', line = '', message]) => {
    const simulated = await start();
    const far = await session(simulated);
    if (mode !== '') await type(far, 'configure');
    if (mode.startsWith('interface')) await type(far, mode);
    expect(await answer(far, line)).toBe(message);
    expect(simulated.unsaved()).toBe(false);
  });

  test('pages, and not behind no-more', async () => {
    const far = await session(await start());
    far.send('show running-configuration\r\n');
    expect((await far.until('--More--')).split('\n')).toHaveLength(25);
    far.send('q');
    await far.until('sw1# ');
    expect(await answer(far, 'show running-configuration | no-more')).toContain('interface mgmt1/1/1');
    expect(await answer(far, 'show running-configuration | grep ethernet1/1/2')).toBe('interface ethernet1/1/2\n');
  });

  test('is the same over SSH', async () => {
    const far = await ssh({ port: (await start()).tcpPort('ssh'), ...LOGIN });
    expect(await far.until('sw1# ')).toContain('-*-*-\r\nsw1# ');
    far.send('interface\r');
    expect(await far.until('sw1# ')).toBe(`interface\r\n${UNRECOGNIZED.replace('\n', '\r\n')}sw1# `);
  });
});

describe('what frames meet', () => {
  const trunk = 'switchport mode trunk';
  const allowed = 'switchport trunk allowed vlan';
  test.for([
    { lines: [], native: 1, tagged: [] },
    { lines: ['switchport access vlan 100'], native: 100, tagged: [] },
    { lines: ['switchport access vlan 100', 'no switchport access vlan'], native: 1, tagged: [] },
    { lines: [trunk], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100`, `${allowed} 200`], native: 1, tagged: [100, 200] },
    { lines: [trunk, `${allowed} 100,200`, `no ${allowed} 100`], native: 1, tagged: [200] },
    { lines: [trunk, `${allowed} 100`, `no ${allowed} 2-4093`], native: 1, tagged: [] },
    { lines: [trunk, 'switchport access vlan 100', `${allowed} 200`], native: 100, tagged: [200] },
    { lines: [trunk, 'no switchport access vlan', `${allowed} 1,100`], native: null, tagged: [1, 100] },
    { lines: [trunk, 'no switchport access vlan', 'switchport mode access'], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100`, 'switchport mode access'], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100`, 'switchport mode access', trunk], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100`, 'no switchport'], native: null, tagged: [] },
    { lines: ['no switchport', trunk], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100`, 'default interface ethernet 1/1/3'], native: 1, tagged: [] },
    { lines: ['switchport access vlan 100', 'no interface vlan 100'], native: 1, tagged: [] },
    { lines: [trunk, `${allowed} 100,200`, 'no interface vlan 100'], native: 1, tagged: [200] },
  ])('after $lines', async ({ lines, native, tagged }) => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '200');
    await type(far, 'interface ethernet1/1/3', ...lines);
    expect(simulated.port('ethernet1/1/3')).toEqual({ enabled: true, native, tagged });
    expect(simulated.port('ethernet1/1/1')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('no VLAN is both the untagged one of a port and a tagged one', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '200');
    await type(far, 'interface ethernet1/1/3', trunk, `${allowed} 100`);
    expect(await answer(far, 'switchport access vlan 100')).toBe(`${BOTH}\n`);
    expect(await answer(far, `${allowed} 1,200`)).toBe(
      `${BOTH} One of the vlan in the range provided is already an access vlan.\n`,
    );
    await type(far, 'switchport access vlan 200', `${allowed} 1`);
    expect(simulated.port('ethernet1/1/3')).toEqual({ enabled: true, native: 200, tagged: [1, 100] });
  });

  test('a trunk whose access VLAN is taken away is nowhere untagged, or, as the option says, in the default VLAN', async () => {
    const simulated = await start({ unsetAccess: 'default-vlan' });
    const far = await configuring(simulated, '100');
    await type(far, 'interface ethernet1/1/3', trunk, 'switchport access vlan 100', 'no switchport access vlan', 'shutdown');
    expect(simulated.port('ethernet1/1/3')).toEqual({ enabled: false, native: 1, tagged: [] });
    await type(far, 'switchport access vlan 100', `${allowed} 1`);
    expect(await answer(far, 'no switchport access vlan')).toBe(`${BOTH}\n`);
  });

  test('a range is changed as a whole or not at all', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'interface e1/1/2', trunk, 'interface range ethernet 1/1/1-1/1/2,1/1/4', 'shutdown');
    expect(await answer(far, `${allowed} 100`)).toBe('% Error: Interface is not in trunk mode.\n');
    await type(far, 'switchport access vlan 100');
    expect(['ethernet1/1/1', 'ethernet1/1/2', 'ethernet1/1/4'].map((name) => simulated.port(name))).toEqual(
      Array(3).fill({ enabled: false, native: 100, tagged: [] }),
    );
    expect(simulated.port('ethernet1/1/3').enabled).toBe(true);
  });

  test('resetting may have to be confirmed', async () => {
    const simulated = await start({ confirmDefault: true });
    const far = await configuring(simulated);
    await type(far, 'interface e1/1/3', 'shutdown');
    for (const [reply, enabled] of [
      ['no', false],
      ['yes', true],
    ] as const) {
      far.send('default interface ethernet 1/1/3\r\n');
      await far.until('Proceed to cleanup the interface config? [confirm yes/no]:');
      far.send(`${reply}\r\n`);
      await far.until('sw1(');
      expect(simulated.port('ethernet1/1/3').enabled).toBe(enabled);
    }
  });
});

describe('saving', () => {
  test.for([
    ['write memory', ''],
    ['copy running-configuration startup-configuration', ''],
    ['do write memory', ''],
  ])('"%s" asks nothing', async ([line = '', shown]) => {
    const simulated = await start({ saveDelay: 50 });
    const far = await configuring(simulated, '100');
    if (!line.startsWith('do')) await type(far, 'end');
    expect(await answer(far, line)).toBe(shown);
    expect(simulated.unsaved()).toBe(false);
  });

  test('one at a time; what was not saved is lost in a reboot, and nothing when the simulator is stopped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dell-os10-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const simulated = await start({ saveDelay: 60_000, stateFile: join(folder, 'sw1.json') });
    const [far, other] = [await configuring(simulated, '100'), await session(simulated)];
    far.send('do write memory\r\n');
    await far.until('do write memory\r\n');
    expect(await answer(other, 'write memory')).toBe('% Error: Another copy operation is in progress.\n');
    await simulated.reboot();
    expect(simulated.vlans()).toEqual([1]);
    await configuring(simulated, '200');
    await simulated.close();
    expect((await start({ stateFile: join(folder, 'sw1.json') })).vlans()).toEqual([1, 200]);
  });
});

describe('faults', () => {
  test('refuse, lie, garble, log and drop', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    Object.assign(simulated.faults, { refuse: /^shutdown/, lie: /^switchport|vlan 300/, garble: /status/, log: /^no shut/ });
    await type(far, 'interface vlan 300', 'interface ethernet1/1/1', 'switchport access vlan 100');
    expect(await answer(far, 'shutdown')).toBe(UNRECOGNIZED);
    expect(await answer(far, 'show interface status')).not.toContain('Eth');
    expect([simulated.vlans(), simulated.port('ethernet1/1/1').native]).toEqual([[1, 100], 1]);
    far.send('no shutdown\r\n');
    await far.until(/sw1\(conf-if-eth1\/1\/1\)# <165>1 .*IFM_OSTATE_UP.*:ethernet1\/1\/1\r\n/);
    simulated.faults.drop = /^description/;
    far.send('description x\r\n');
    await far.untilEnd();
  });
});
