import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { parseSonicPort } from '../../../agents/reading/sonic.ts';
import { sonicCaptures } from '../../../agents/reading/sonic-captures.ts';

const vlanConfig = (...rows: string[]) =>
  ['Name        VID  Member      Mode', '--------  -----  ----------  --------', ...rows, ''].join('\n');
const row = (vlan: number, port = '', mode = '') =>
  `${`Vlan${vlan}`.padEnd(8)}  ${String(vlan).padStart(5)}  ${port.padEnd(10)}  ${mode}`.trimEnd();

const whole = {
  port: JSON.stringify({ Ethernet0: { admin_status: 'down', mode: 'trunk' }, Ethernet4: { alias: 'etp2' } }),
  member: JSON.stringify({
    'Vlan101|Ethernet0': { tagging_mode: 'untagged' },
    'Vlan102|Ethernet0': { tagging_mode: 'tagged' },
    'Vlan102|Ethernet4': { tagging_mode: 'tagged' },
  }),
  interfaces: JSON.stringify({ Ethernet8: {}, 'Ethernet8|10.0.0.0/31': {} }),
  channels: JSON.stringify({ 'PortChannel1|Ethernet12': {} }),
  mirrors: JSON.stringify({ spy: { dst_port: 'Ethernet16', type: 'SPAN' }, far: { src_ip: '10.1.0.1' } }),
  shown: vlanConfig(
    row(101, 'Ethernet0', 'untagged'),
    row(102, 'Ethernet0', 'tagged'),
    row(102, 'Ethernet4', 'tagged'),
    row(103),
  ),
};

const parse = (name: string, changes: Partial<typeof whole> = {}) => {
  const { port, member, interfaces, channels, mirrors, shown } = { ...whole, ...changes };
  return parseSonicPort(name, [port, member, interfaces, channels, mirrors, shown]);
};

describe('sonic: the state of a port', () => {
  test('its members of VLANs, and its admin status, which is down unless it is said to be up', () => {
    expect(parse('Ethernet0')).toEqual({ native: 101, tagged: [102], enabled: false });
    expect(parse('Ethernet4')).toEqual({ native: null, tagged: [102], enabled: false });
    expect(parse('Ethernet4', { port: JSON.stringify({ Ethernet4: { admin_status: 'up' } }) })).toMatchObject({ enabled: true });
  });

  test('a fresh switch prints nothing for the tables that it has not', () => {
    const port = JSON.stringify({ Ethernet0: { admin_status: 'up' } });
    const fresh = { port, member: '', interfaces: '', channels: '', mirrors: '', shown: vlanConfig() };
    expect(parse('Ethernet0', fresh)).toEqual({ native: null, tagged: [], enabled: true });
  });

  test('a port that is not there is refused', () => {
    expect(parse('Ethernet99')).toMatchObject({ refused: true });
  });

  test.each([
    { why: 'no table of ports', changes: { port: '' }, name: 'Ethernet0' },
    { why: 'half a table', changes: { member: whole.member.slice(0, -2) }, name: 'Ethernet0' },
    { why: 'members that are not shown', changes: { shown: vlanConfig(row(101), row(102)) }, name: 'Ethernet0' },
    { why: 'members that are shown otherwise', changes: { shown: whole.shown.replace('untagged', 'tagged') }, name: 'Ethernet0' },
    { why: 'members shown but not kept', changes: { member: '' }, name: 'Ethernet0' },
    { why: 'aliases', changes: { shown: whole.shown.replaceAll('Ethernet', 'etp') }, name: 'Ethernet0' },
    { why: 'nothing shown', changes: { shown: '' }, name: 'Ethernet0' },
    {
      why: 'another way of tagging',
      changes: { member: whole.member.replace('"untagged"', '"priority_tagged"') },
      name: 'Ethernet0',
    },
    { why: 'a strange state', changes: { port: whole.port.replace('down', 'half') }, name: 'Ethernet0' },
    {
      why: 'two untagged VLANs',
      changes: {
        member: whole.member.replace('"tagged"', '"untagged"'),
        shown: whole.shown.replace(/ tagged/, ' untagged'),
      },
      name: 'Ethernet0',
    },
  ])('is no state with $why', ({ changes, name }) => {
    expect(parse(name, changes)).toHaveProperty('problem');
  });

  test.each(['Ethernet8', 'Ethernet12', 'Ethernet16'])('%s is used for something else', (name) => {
    const port = JSON.stringify({ [name]: { admin_status: 'up' } });
    expect(parse(name, { port })).toMatchObject({ problem: expect.stringMatching(/router|port channel|spy/) });
    expect(parse(name, { port })).not.toHaveProperty('refused');
  });
});

describe('sonic: captures', () => {
  const grid = [
    '+-----------+-----------------+------------+----------------+-------------+',
    '|   VLAN ID | IP Address      | Ports      | Port Tagging   | Proxy ARP   |',
    '+===========+=================+============+================+=============+',
    '|       101 | 10.0.0.1/24     | Ethernet0  | untagged       | disabled    |',
    '|           | fd00::1/64      | Ethernet4  | tagged         |             |',
    '+-----------+-----------------+------------+----------------+-------------+',
    '|       103 |                 |            |                | disabled    |',
    '+-----------+-----------------+------------+----------------+-------------+',
  ].join('\n');
  const stopsAt = (kind: 'vlans' | 'status' | 'mac', text: string) => {
    try {
      sonicCaptures[kind]?.(text);
    } catch (error) {
      if (error instanceof CaptureError) return error.line;
      throw error;
    }
    return 0;
  };

  test('reads VLANs in a grid, whichever columns it has, and as a list', () => {
    const vlans = [
      { vlan: 101, name: 'Vlan101', ports: ['Ethernet0', 'Ethernet4'], tagged: ['Ethernet4'], untagged: ['Ethernet0'] },
      { vlan: 103, name: 'Vlan103', ports: [], tagged: [], untagged: [] },
    ];
    expect(sonicCaptures.vlans?.(`admin@leaf-1:~$ show vlan brief\n${grid}\n`)).toEqual(vlans);
    const list = vlanConfig(row(101, 'Ethernet0', 'untagged'), row(101, 'Ethernet4', 'tagged'), row(103));
    expect(sonicCaptures.vlans?.(list)).toEqual(vlans);
  });

  test('reads links and addresses', () => {
    const status = [
      '  Interface        Lanes    Speed    MTU    FEC    Alias    Vlan    Oper    Admin             Type    Asym PFC',
      '-----------  -----------  -------  -----  -----  -------  ------  ------  -------  ---------------  ----------',
      '  Ethernet0  65,66,67,68     100G   9100     rs     etp1   trunk      up       up  QSFP28 or later         off',
      '  Ethernet4  69,70,71,72     100G   9100     rs     etp2  routed    down     down              N/A         N/A',
    ].join('\n');
    expect(sonicCaptures.status?.(status)).toEqual([
      { port: 'Ethernet0', status: 'up', description: 'etp1', vlan: 'trunk', speed: '100G', type: 'QSFP28 or later' },
      { port: 'Ethernet4', status: 'disabled', description: 'etp2', vlan: 'routed', speed: '100G', type: 'N/A' },
    ]);
    const mac = [
      '  No.    Vlan  MacAddress         Port       Type',
      '-----  ------  -----------------  ---------  -------',
      '    1     101  52:54:00:AA:00:01  Ethernet0  Dynamic',
      'Total number of entries 1',
    ].join('\n');
    expect(sonicCaptures.mac?.(mac)).toEqual([{ vlan: 101, mac: '52:54:00:aa:00:01', type: 'dynamic', port: 'Ethernet0' }]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('vlans', grid.replace('untagged       |', 'sideways       |'))).toBe(4);
    expect(stopsAt('vlans', grid.replace('103', 'x'))).toBe(7);
    expect(stopsAt('vlans', 'nothing')).toBe(1);
    expect(stopsAt('vlans', vlanConfig(row(101, 'Ethernet0', 'sideways')))).toBe(3);
    expect(stopsAt('status', 'nothing')).toBe(1);
    expect(stopsAt('mac', '  No.    Vlan\n-----  ------\n')).toBe(1);
  });
});
