import { describe, expect, test } from 'vitest';
import { startSonic } from '../../../../infra/rack/sonic/sonic.ts';
import { LOGIN } from '../linux/ssh-client.ts';
import { refusal, start } from './switch-under-test.ts';

const NOWHERE = { enabled: true, native: null, tagged: [] };

describe('VLANs and members', () => {
  test('are added and deleted one by one', async () => {
    const { simulated, client } = await start();
    expect(simulated.port('Ethernet0')).toEqual(NOWHERE);
    for (const vlan of [100, 20, 3000]) expect(await client.output(`sudo config vlan add ${vlan}`)).toBe('');
    expect(simulated.vlans()).toEqual([20, 100, 3000]);
    expect(await client.output('sudo config vlan member add 100 Ethernet0')).toBe('');
    await client.output('sudo config vlan member add 20 Ethernet0');
    await client.output('sudo config vlan member add -u 3000 Ethernet0');
    expect(simulated.port('Ethernet0')).toEqual({ enabled: true, native: 3000, tagged: [20, 100] });
    await client.output('sudo config vlan member del 3000 Ethernet0');
    await client.output('sudo config vlan member del 20 Ethernet0');
    expect(simulated.port('Ethernet0')).toEqual({ enabled: true, native: null, tagged: [100] });
    await client.output('sudo config vlan del 20');
    expect(simulated.vlans()).toEqual([100, 3000]);
  });

  test.each([
    ['vlan add 100', 'Vlan100 already exists.'],
    ['vlan add 1', 'Vlan1 is default VLAN'],
    ['vlan add 0', 'Invalid VLAN ID 0 (2-4094)'],
    ['vlan add 4095', 'Invalid VLAN ID 4095 (2-4094)'],
    ['vlan add ten', 'Invalid value for "<vid>": ten is not a valid integer'],
    ['vlan add', 'Missing argument "<vid>".'],
    ['vlan add 5 6 7', 'Got unexpected extra arguments (6 7)'],
    ['vlan add -m 5-6', 'no such option: -m'],
    ['vlan del 100', 'VLAN ID 100 can not be removed. First remove all members assigned to this VLAN.'],
    ['vlan del 5', 'Vlan5 does not exist'],
    ['vlan member add 5 Ethernet0', 'Vlan5 does not exist'],
    ['vlan member add 1 Ethernet0', 'Vlan1 is default VLAN'],
    ['vlan member add 100 Ethernet1', 'Ethernet1 does not exist'],
    ['vlan member add 100 Ethernet0', 'Ethernet0 is already a member of Vlan100'],
    ['vlan member add --untagged 200 Ethernet0', 'Ethernet0 is already untagged member!'],
    ['vlan member del 200 Ethernet0', 'Ethernet0 is not a member of Vlan200'],
    ['vlan member del 5 Ethernet0', 'Vlan5 does not exist'],
    ['interface shutdown Ethernet1', 'Interface name is invalid. Please enter a valid interface name!!'],
    ['switchport mode trunk Ethernet0', 'No such command "switchport".'],
    ['vlan change 5', 'No such command "change".'],
  ])('config %s is refused', async (words, message) => {
    const { simulated, client } = await start();
    await client.output('sudo config vlan add 100 && sudo config vlan add 200 && sudo config vlan member add -u 100 Ethernet0');
    expect(await refusal(client, `sudo config ${words}`)).toBe(message);
    expect([simulated.vlans(), simulated.port('Ethernet0')]).toEqual([[100, 200], { enabled: true, native: 100, tagged: [] }]);
  });

  test('the usage line names the command', async () => {
    const { client } = await start();
    expect((await client.run('sudo config vlan member add 5')).stderr).toBe(
      'Usage: config vlan member add [OPTIONS] <vid> port\nTry "config vlan member add -h" for help.\n\nError: Missing argument "port".\n',
    );
    expect(await client.output('sudo config vlan --help')).toBe('Usage: config vlan [OPTIONS] COMMAND [ARGS]...\n');
    expect(await client.output('sudo config vlan add -h')).toBe('Usage: config vlan add [OPTIONS] <vid>\n');
    expect((await client.run('sudo config switchport -h')).code).toBe(2);
  });

  test('words of groups may be cut', async () => {
    const { simulated, client } = await start();
    await client.output('sudo config vl a 100');
    expect(simulated.vlans()).toEqual([100]);
    expect(await refusal(client, 'sudo config interface s Ethernet0')).toBe('Too many matches: shutdown, startup');
  });

  test('ports are shut down and started', async () => {
    const { simulated, client } = await start();
    await client.output('sudo config interface shutdown Ethernet4');
    expect(simulated.port('Ethernet4').enabled).toBe(false);
    await client.output('sudo config interface startup Ethernet4');
    expect(simulated.port('Ethernet4').enabled).toBe(true);
  });
});

describe('a configuration from the factory', () => {
  test('l3: every port is a router, until its addresses are gone', async () => {
    const { simulated, client } = await start({ factory: 'l3' });
    expect(simulated.port('Ethernet4')).toEqual(NOWHERE);
    await client.output('sudo config vlan add 100');
    expect(await refusal(client, 'sudo config vlan member add 100 Ethernet4')).toBe('Ethernet4 is a router interface!');
    expect(await refusal(client, 'sudo config interface ip remove Ethernet4 10.9.9.9/31')).toContain('not configured');
    await client.output('sudo config interface ip remove Ethernet4 10.0.0.2/31');
    await client.output('sudo config vlan member add 100 Ethernet4');
    expect(simulated.port('Ethernet4').tagged).toEqual([100]);
    expect(await client.output('sudo config interface ip add Ethernet4 10.0.0.2/31')).toContain('is a member of vlan\nAborting!');
  });

  test('t0: every port is an untagged member of Vlan1000', async () => {
    const { simulated, client } = await start({ factory: 't0' });
    expect(simulated.port('Ethernet4')).toEqual({ enabled: true, native: 1000, tagged: [] });
    await client.output('sudo config vlan add 100');
    expect(await refusal(client, 'sudo config vlan member add -u 100 Ethernet4')).toBe('Ethernet4 is already untagged member!');
    expect(await refusal(client, 'sudo config vlan del 1000')).toContain('First remove IP addresses');
  });
});

describe('releases with port modes', () => {
  test('a port is in routed mode until told otherwise', async () => {
    const { simulated, client } = await start({ switchportMode: true });
    await client.output('sudo config vlan add -m 100,200-202');
    expect(simulated.vlans()).toEqual([100, 200, 201, 202]);
    expect(await refusal(client, 'sudo config vlan member add 100 Ethernet0')).toBe(
      'Ethernet0 is in routed mode!\nUse switchport mode command to change port mode',
    );
    expect(await client.output('sudo config switchport mode access Ethernet0')).toBe('Ethernet0 switched to access mode\n');
    expect(await refusal(client, 'sudo config vlan member add 100 Ethernet0')).toBe(
      'Ethernet0 is in access mode! Tagged Members cannot be added',
    );
    await client.output('sudo config vlan member add -u 100 Ethernet0');
    expect(await refusal(client, 'sudo config switchport mode routed Ethernet0')).toContain('Remove it to change mode to routed');
    await client.output('sudo config switchport mode trunk Ethernet0');
    await client.output('sudo config vlan member add -m 200-201 Ethernet0');
    expect(await refusal(client, 'sudo config switchport mode access Ethernet0')).toContain('have tagged member(s)');
    expect(await refusal(client, 'sudo config switchport mode trunk Ethernet0')).toBe('Ethernet0 is already in the trunk mode');
    expect(await refusal(client, 'sudo config switchport mode hybrid Ethernet0')).toContain('invalid choice: hybrid');
    expect(simulated.port('Ethernet0')).toEqual({ enabled: true, native: 100, tagged: [200, 201] });
    await client.output('sudo config vlan member del all Ethernet0');
    expect(simulated.port('Ethernet0')).toEqual(NOWHERE);
  });

  test('of several VLANs those before the refused one stay', async () => {
    const { simulated, client } = await start({ switchportMode: true });
    await client.output('sudo config vlan add 101');
    expect(await refusal(client, 'sudo config vlan add -m 100-102')).toBe('Vlan101 already exists.');
    expect(simulated.vlans()).toEqual([100, 101]);
    expect(await refusal(client, 'sudo config vlan member add -u all Ethernet0')).toContain('more than one untagged Vlan.');
  });
});

describe('running commands', () => {
  test('config wants root, and sudo may want a password', async () => {
    const { simulated, client } = await start({ sudoPassword: true });
    expect(await client.run('config vlan add 100')).toEqual({
      stdout: '',
      stderr: 'Root privileges are required for this operation\n',
      code: 1,
    });
    expect(await client.run('sudo -n config vlan add 100')).toEqual({
      stdout: '',
      stderr: 'sudo: a password is required\n',
      code: 1,
    });
    expect((await client.run('sudo config vlan add 100')).stderr).toContain('a terminal is required');
    expect(await client.run('configure vlan')).toMatchObject({ code: 127 });
    expect(simulated.vlans()).toEqual([]);
  });

  test('what is not saved is lost, and saving asks', async () => {
    const { simulated, client } = await start({ saveDelay: 20 });
    await client.output('sudo config vlan add 100');
    expect(await client.run('sudo config save')).toMatchObject({ stderr: 'Aborted!\n', code: 1 });
    await client.output('sudo config save -y /tmp/other.json');
    expect(simulated.unsaved()).toBe(true);
    const [first] = await Promise.all([client.output('sudo config save -y'), client.output('sudo config save -y')]);
    expect(first).toBe('Running command: /usr/local/bin/sonic-cfggen -d --print-data > /etc/sonic/config_db.json\n');
    expect(simulated.unsaved()).toBe(false);
    await client.output('sudo config vlan add 200');
    await simulated.reboot();
    expect(simulated.vlans()).toEqual([100]);
  });

  test('refuse and lie', async () => {
    const { simulated, client } = await start({ faults: { refuse: /add 5/, lie: /add 6|save/ } });
    expect(await refusal(client, 'sudo config vlan add 5')).toBe('No such command "vlan".');
    await client.output('sudo config vlan add 6');
    expect(simulated.vlans()).toEqual([]);
    await client.output('sudo config vlan add 7');
    await client.output('sudo config save -y');
    expect(simulated.unsaved()).toBe(true);
  });

  test('a port must be named as SONiC names it', async () => {
    await expect(startSonic({ hostname: 'sw1', ports: ['Eth1'], ...LOGIN })).rejects.toThrow('such as Ethernet0');
  });
});
