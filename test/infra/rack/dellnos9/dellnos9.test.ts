import { describe, expect, test, vi } from 'vitest';
import { ssh, tcp } from '../far-end.ts';
import { answer, configuring, LOGIN, PROMPT, session, start, type } from './switch-under-test.ts';

describe('sessions', () => {
  test('modes and their prompts', async () => {
    const simulated = await start();
    const far = await session(simulated);
    for (const [line, prompt] of [
      ['configure', 'sw1(conf)#'],
      ['interface te1/49', 'sw1(conf-if-te-1/49)#'],
      ['interface vlan 100', 'sw1(conf-if-vl-100)#'],
      ['interface range gi 1/1-3', 'sw1(conf-if-range-gi-1/1-3)#'],
      ['exit', 'sw1(conf)#'],
      ['interface gi 1/3', 'sw1(conf-if-gi-1/3)#'],
      ['end', 'sw1#'],
    ] as const) {
      far.send(`${line}\r\n`);
      expect(await far.until(PROMPT)).toBe(`${line}\r\n${prompt}`);
    }
    far.send('exit\r\n');
    await far.untilEnd();
    await vi.waitFor(() => expect(simulated.sessions).toBe(0));
  });

  test('a wrong password, and more rights', async () => {
    const simulated = await start({ landing: 'user', enablePassword: 'more' });
    const far = await tcp(simulated.tcpPort('telnet'));
    await far.until('Login: ');
    far.send('admin\r\n');
    await far.until('Password: ');
    far.send('wrong\r\n');
    expect(await far.until('Login: ')).toContain('% Error: Access denied.');
    far.send('admin\r\n');
    await far.until('Password: ');
    far.send('Secret9\r\n');
    await far.until('sw1>');
    for (const [password, prompt] of [
      ['less', 'sw1>'],
      ['more', 'sw1#'],
    ] as const) {
      far.send('enable\r\n');
      await far.until('Password: ');
      far.send(`${password}\r\n`);
      await far.until(prompt);
    }
  });

  test('over SSH; a screen at a time until told otherwise', async () => {
    const simulated = await start();
    const far = await ssh({ port: simulated.tcpPort('ssh'), ...LOGIN });
    await far.until('sw1#');
    far.send('show running-config\r');
    await far.until('--More--');
    far.send('q');
    await far.until('sw1#');
    far.send('terminal length 0\r');
    await far.until('sw1#');
    far.send('show running-config\r');
    expect(await far.until('\r\nend\r\nsw1#')).not.toContain('--More--');
  });

  test('a log line about a port', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    simulated.faults.log = /^no shutdown$/;
    far.send('no shutdown\r\n');
    await far.until(/%IFMGR-5-OSTATE_UP: Changed interface state to up: Gi 1\/3\r\n/);
  });
});

describe('saving', () => {
  test('a word is asked for, and only "yes" saves', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, 'end');
    for (const [reply, unsaved] of [
      ['no', true],
      ['y', true],
      ['', true],
      ['yes', false],
    ] as const) {
      far.send('copy running-config startup-config\r\n');
      expect(await far.until(/\[confirm yes\/no\]: $/)).toContain('File with same name already exist.\r\n');
      far.send(`${reply}\r\n`);
      const shown = await far.until(PROMPT);
      expect(simulated.unsaved()).toBe(unsaved);
      if (!unsaved) expect(shown).toMatch(/!\r\n\d+ bytes successfully copied\r\nsw1#$/);
    }
    await simulated.reboot();
    expect(simulated.port('1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('write memory asks nothing, and waits for a save under way', async () => {
    const simulated = await start({ saveDelay: 60 });
    const first = await configuring(simulated);
    const second = await session(simulated);
    await type(first, 'end');
    first.send('write memory\r\n');
    await first.until('!\r\n');
    expect(simulated.unsaved()).toBe(true);
    expect(await answer(second, 'write')).toBe('!\r\n');
    expect(simulated.unsaved()).toBe(false);
  });
});

describe('what is shown', () => {
  test('a hybrid port with a long list', async () => {
    const simulated = await start();
    const far = await configuring(simulated, 'portmode hybrid');
    const odd = Array.from({ length: 20 }, (_, index) => 301 + 2 * index);
    for (const vlan of odd) await type(far, `interface vlan ${vlan}`, 'tagged gi 1/3');
    await type(far, 'interface vlan 100', 'untagged gi 1/3', 'end');
    expect((await answer(far, 'show interfaces switchport gi 1/3')).split('\r\n').slice(6, -1)).toEqual([
      'Name: GigabitEthernet 1/3',
      '802.1QTagged: Hybrid',
      'Vlan membership:',
      'Q       Vlans',
      'U       100',
      `T       ${odd.slice(0, 16).join(',')},`,
      `        ${odd.slice(16).join(',')}`,
      '',
      'Native VlanId:    100.',
      '',
      '',
      '',
    ]);
    expect(await answer(far, 'show interfaces switchport gi 1/3 | grep ^U')).toBe('U       100\r\n');
    expect(await answer(far, 'show interfaces switchport gi 1/1')).not.toContain('Name:');
  });

  test('other ports: tagged, untagged', async () => {
    const far = await configuring(await start());
    expect(await answer(far, 'do show interfaces switchport')).toContain(
      '802.1QTagged: False\r\nVlan membership:\r\nQ       Vlans\r\nU       1\r\n',
    );
    await type(far, 'interface vlan 5', 'tagged gi 1/3');
    const shown = await answer(far, 'do show interfaces switchport');
    expect(shown).toContain('802.1QTagged: True\r\nVlan membership:\r\nQ       Vlans\r\nT       5\r\n');
    expect(shown).not.toContain('Native');
  });

  test('VLANs with their ports', async () => {
    const far = await configuring(await start());
    await type(
      far,
      'interface range gi 1/1-3',
      'switchport',
      'interface range gi 1/5',
      'switchport',
      'interface te 1/49',
      'switchport',
    );
    await type(far, 'interface vlan 20', 'name web', 'tagged gi 1/5', 'untagged te 1/49', 'interface vlan 30', 'end');
    expect((await answer(far, 'show vlan')).split('\r\n').slice(9)).toEqual([
      '    NUM    Status    Description                     Q Ports',
      '*   1      Active                                    U Gi 1/1-3',
      '    20     Inactive  web                             T Gi 1/5',
      '                                                     U Te 1/49',
      '    30     Inactive',
      '',
      '',
    ]);
    expect((await answer(far, 'show vlan id 30')).split('\r\n')).toContain('    30     Inactive');
    expect(await answer(far, 'show vlan id 31')).toBe('% Error: No such interface Vl 31.\r\n');
    expect((await answer(far, 'show running-config interface vlan 20')).split('\r\n')).toEqual([
      '!',
      'interface Vlan 20',
      ' name web',
      ' no ip address',
      ' tagged GigabitEthernet 1/5',
      ' untagged TenGigabitEthernet 1/49',
      ' shutdown',
      '',
    ]);
    expect(await answer(far, 'show running-config interface vlan 1')).toContain('\r\n!untagged GigabitEthernet 1/1-3\r\n');
    const status = (await answer(far, 'show interfaces status')).split('\r\n');
    expect(status[3]).toBe('Gi 1/3                            Up     1000 Mbit    Full   1');
    expect(status[5]).toBe('Te 1/49                           Down   Auto         Auto   20');
  });

  test('the configuration of a port, whole and in part; the version', async () => {
    const far = await configuring(await start(), 'portmode hybrid', 'description node | 7');
    const lines = [
      '!',
      'interface GigabitEthernet 1/3',
      ' description node | 7',
      ' no ip address',
      ' portmode hybrid',
      ' switchport',
      ' no shutdown',
      '',
    ];
    expect((await answer(far, 'show config')).split('\r\n')).toEqual(lines);
    await type(far, 'end');
    expect((await answer(far, 'show running-config interface gigabitethernet 1/3')).split('\r\n')).toEqual(lines);
    expect(await answer(far, 'show running-config')).toContain(lines.join('\r\n'));
    expect(await answer(far, 'show running-config | find ^interface.Vlan | except ^!')).toMatch(/^interface Vlan 1\r\n/);
    expect(await answer(far, 'show version')).toContain('Application Software Version:  9.14(2.4)\r\n');
    expect(await answer(far, 'show mac-address-table')).toContain('VlanId     Mac Address');
    expect(await answer(far, 'show version | gerp x')).toContain('% Error: Invalid input');
  });
});
