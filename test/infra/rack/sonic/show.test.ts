import { describe, expect, test } from 'vitest';
import { refusal, start } from './switch-under-test.ts';

const SOME =
  'sudo config vlan add 100 && sudo config vlan add 20 && sudo config vlan add 3000 && ' +
  'sudo config vlan member add 100 Ethernet100 && sudo config vlan member add -u 100 Ethernet8';

describe('show', () => {
  test('vlan brief', async () => {
    const { client } = await start({ briefColumns: 'plain' });
    await client.output(SOME);
    expect(await client.output('show vlan brief')).toBe(
      [
        '+-----------+--------------+-------------+----------------+-------------+',
        '|   VLAN ID | IP Address   | Ports       | Port Tagging   | Proxy ARP   |',
        '+===========+==============+=============+================+=============+',
        '|        20 |              |             |                | disabled    |',
        '+-----------+--------------+-------------+----------------+-------------+',
        '|       100 |              | Ethernet8   | untagged       | disabled    |',
        '|           |              | Ethernet100 | tagged         |             |',
        '+-----------+--------------+-------------+----------------+-------------+',
        '|      3000 |              |             |                | disabled    |',
        '+-----------+--------------+-------------+----------------+-------------+',
        '',
      ].join('\n'),
    );
  });

  test.each([
    ['dhcp', 'Proxy ARP   | DHCP Helper Address   |'],
    ['anycast', 'Proxy ARP   | Static Anycast Gateway   |'],
  ] as const)('vlan brief with the column of %s', async (briefColumns, header) => {
    const { client } = await start({ briefColumns, factory: 't0' });
    const shown = await client.output('show vlan brief');
    expect(shown.split('\n')[1]).toContain(header);
    expect(shown).toContain('|      1000 | 192.168.0.1/21 | Ethernet0   | untagged ');
  });

  test('vlan config', async () => {
    const { client } = await start();
    expect(await client.output('show vlan config')).toBe('Name    VID    Member    Mode\n------  -----  --------  ------\n');
    await client.output(SOME);
    expect(await client.output('show vlan config')).toBe(
      [
        'Name        VID  Member       Mode',
        '--------  -----  -----------  --------',
        'Vlan20       20',
        'Vlan100     100  Ethernet8    untagged',
        'Vlan100     100  Ethernet100  tagged',
        'Vlan3000   3000',
        '',
      ].join('\n'),
    );
  });

  test('interfaces status', async () => {
    const { client } = await start();
    await client.output(`${SOME} && sudo config interface shutdown Ethernet4`);
    const lines = (await client.output('show interfaces status')).split('\n');
    expect(lines[0]).toBe(
      '  Interface            Lanes    Speed    MTU    FEC    Alias    Vlan    Oper    Admin    Type    Asym PFC',
    );
    expect(lines[1]).toBe(
      '-----------  ---------------  -------  -----  -----  -------  ------  ------  -------  ------  ----------',
    );
    expect(lines[2]).toBe(
      '  Ethernet0          0,1,2,3      40G   9100    N/A     etp1  routed      up       up   QSFP+         off',
    );
    expect(lines[3]).toContain('  routed    down     down  ');
    expect(lines[4]).toContain('   trunk      up       up  ');
    expect((await client.output('show interfaces status Ethernet8')).split('\n')).toHaveLength(4);
  });

  test('interfaces switchport, where ports have modes', async () => {
    const older = await start();
    expect(await refusal(older.client, 'show interfaces switchport status')).toBe('No such command "switchport".');
    const { client } = await start({ switchportMode: true, factory: 't0' });
    expect(await client.output('show interfaces switchport status')).toContain('Ethernet0    access\n');
    expect(await client.output('show interfaces switchport config')).toContain('Ethernet0    access        1000\n');
    expect(await client.output('show interfaces status Ethernet0')).toContain('  access ');
  });

  test('mac and version', async () => {
    const { client } = await start();
    expect(await client.output('show mac')).toMatch(/^No\. {4}Vlan {4}MacAddress(.|\n)*\nTotal number of entries 0\n$/);
    expect(await client.output('show version')).toContain('\nSONiC Software Version: SONiC.');
    expect(await refusal(client, 'show clocks')).toBe('No such command "clocks".');
  });
});

describe('sonic-cfggen', () => {
  test('prints tables as JSON, and nothing of a table without entries', async () => {
    const { client } = await start({ switchportMode: true });
    expect(await client.output('sudo sonic-cfggen -d --var-json VLAN_MEMBER')).toBe('');
    await client.output('sudo config vlan add 100 && sudo config switchport mode trunk Ethernet0');
    await client.output('sudo config vlan member add 100 Ethernet0');
    expect(await client.output('sudo sonic-cfggen -d --var-json VLAN_MEMBER')).toBe(
      '{\n    "Vlan100|Ethernet0": {\n        "tagging_mode": "tagged"\n    }\n}\n',
    );
    expect(JSON.parse(await client.output('sudo sonic-cfggen -d --var-json VLAN'))).toEqual({ Vlan100: { vlanid: '100' } });
    const ports = JSON.parse(await client.output('sonic-cfggen -d --var-json PORT'));
    expect(ports.Ethernet0).toMatchObject({ admin_status: 'up', mode: 'trunk', lanes: '0,1,2,3' });
    expect(ports.Ethernet4).toMatchObject({ mode: 'routed' });
    expect(await client.run('sonic-cfggen --var-json PORT')).toMatchObject({ stdout: '', code: 2 });
  });

  test('shows the addresses of routers', async () => {
    const { client } = await start({ factory: 'l3' });
    const all = JSON.parse(await client.output('show runningconfiguration all'));
    expect(all.INTERFACE).toMatchObject({ Ethernet4: {}, 'Ethernet4|10.0.0.2/31': {} });
    expect(all.PORT.Ethernet4.mode).toBeUndefined();
    expect(all).not.toHaveProperty('VLAN');
  });
});
