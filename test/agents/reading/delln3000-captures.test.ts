import { describe, expect, test } from 'vitest';
import { captures } from '../../../agents/reading/captures.ts';

const readers = captures['delln3000'];
if (!readers) throw new Error('there are no readers');

describe('delln3000: captures', () => {
  test('switchports of all ports', () => {
    const record = (name: string, mode: string) =>
      [
        '',
        `Port: ${name}`,
        `VLAN Membership Mode: ${mode} Mode`,
        'Access Mode VLAN: 30',
        'General Mode PVID: 44',
        'General Mode Untagged VLANs: 44',
        'General Mode Tagged VLANs: 10,',
        '                           20',
        'Trunking Mode Native VLAN: 1 (default)',
        'Trunking Mode VLANs Enabled: 2-3',
        '',
      ].join('\n');
    const text = `n3048#show interfaces switchport\n${record('Gi1/0/1', 'Access')}${record('Te1/0/2', 'Trunk')}${record('Gi1/0/3', 'General')}${record('Po1', 'Other')}\nn3048#`;
    expect(readers.switchport?.(text)).toEqual([
      { port: 'Gi1/0/1', mode: 'access', native: 30, tagged: [] },
      { port: 'Te1/0/2', mode: 'trunk', native: null, tagged: [2, 3] },
      { port: 'Gi1/0/3', mode: 'general', native: 44, tagged: [10, 20] },
      { port: 'Po1', mode: 'other' },
    ]);
    const split = record('Gi1/0/3', 'General').replace('PVID: 44', 'PVID: 45');
    expect(readers.switchport?.(split)).toEqual([{ port: 'Gi1/0/3', mode: 'general', tagged: [10, 20] }]);
    expect(() => readers.switchport?.(`${record('Gi1/0/1', 'Access')}\nVoice\n`)).toThrow(/^line 12: no field.*"Voice"/);
  });

  test('VLANs, with wrapped ports, and what follows them', () => {
    const text = [
      'n3048#show vlan',
      '',
      'VLAN   Name                             Ports          Type',
      '-----  ---------------                  -------------  --------------',
      '1      default                          Po1-3,         Default',
      '                                        Gi1/0/33-34,',
      '                                        Te1/0/1',
      '150    green team                       Te1/0/1-2      Static',
      '151    VLAN0151                                        Dynamic (GVRP)',
      '',
      'RSPAN Vlan',
      '-----------',
      'None',
    ].join('\n');
    expect(readers.vlans?.(text)).toEqual([
      { vlan: 1, name: 'default', status: 'Default', ports: ['Po1', 'Po2', 'Po3', 'Gi1/0/33', 'Gi1/0/34', 'Te1/0/1'] },
      { vlan: 150, name: 'green team', status: 'Static', ports: ['Te1/0/1', 'Te1/0/2'] },
      { vlan: 151, name: 'VLAN0151', status: 'Dynamic (GVRP)', ports: [] },
    ]);
  });

  test('VLANs without ports, as relatives list them', () => {
    const text = [
      'VLAN ID VLAN Name                        VLAN Type',
      '------- -------------------------------- -------------------',
      '1       default                          Default',
      '30      blue team                        Static',
    ].join('\n');
    expect(readers.vlans?.(text)).toEqual([
      { vlan: 1, name: 'default', status: 'Default' },
      { vlan: 30, name: 'blue team', status: 'Static' },
    ]);
  });

  test.each([
    ['', /^line 1/],
    ['hello', /^line 1/],
    [
      'VLAN   Name             Ports          Type\n-----  ---------------  -------------  ----\nx      y                               Static',
      /^line 3/,
    ],
    [
      'VLAN   Name             Ports          Type\n-----  ---------------  -------------  ----\n                        Gi1/0/1',
      /^line 3/,
    ],
    [
      'VLAN   Name             Ports          Type\n-----  ---------------  -------------  ----\n5      y                Gi1/0/9-3      Static',
      /^line 3/,
    ],
  ])('VLANs that are not understood: %j', (text, says) => {
    expect(() => readers.vlans?.(text)).toThrow(says);
  });

  test('the state of links, with VLANs', () => {
    const text = [
      'Port      Description     Duplex Speed   Neg  Link   Flow  M  VLAN',
      '                                              State  Ctrl',
      '--------- --------------- ------ ------- ---- ------ ----- -- -------------------',
      'Gi1/0/1   rack 7, node 3  Full   1000    Auto Up     Off   A  10',
      'Te1/0/2                   N/A    Unknown Auto Down   Off   T  (1),2-100,200-300,',
      '                                                              400',
      '',
      'Port    Description                    Vlan  Link',
      'Channel                                      State',
      '------- ------------------------------ ----- -------',
      'Po1     up there                       trnk  Down',
      'Flow Control:Enabled',
    ].join('\n');
    expect(readers.status?.(text)).toEqual([
      { port: 'Gi1/0/1', status: 'Up', description: 'rack 7, node 3', vlan: '10', duplex: 'Full', speed: '1000' },
      { port: 'Te1/0/2', status: 'Down', vlan: '(1),2-100,200-300,400', duplex: 'N/A', speed: 'Unknown' },
      { port: 'Po1', status: 'Down', description: 'up there', vlan: 'trnk' },
    ]);
    expect(() => readers.status?.(text.replace('Up     Off', 'Odd    Off'))).toThrow(/^line 4/);
    expect(() => readers.status?.('hello')).toThrow(/^line 1/);
    expect(() => readers.status?.('')).toThrow(/^line 1/);
  });

  test('addresses', () => {
    const text = [
      'Aging time is 300 Sec',
      '',
      'Vlan     Mac Address           Type        Port',
      '-------- --------------------- ----------- ---------------------',
      '1        0200.5E00.0001        Management  Vl1',
      '120      0200.5E00.00AA        Dynamic     Te1/0/26',
      '',
      'Total MAC Addresses in use: 2',
    ].join('\n');
    expect(readers.mac?.(text)).toEqual([
      { vlan: 1, mac: '02:00:5e:00:00:01', type: 'Management', port: 'Vl1' },
      { vlan: 120, mac: '02:00:5e:00:00:aa', type: 'Dynamic', port: 'Te1/0/26' },
    ]);
    expect(() => readers.mac?.(text.replace('0200.5E00.00AA', '0200.5E00'))).toThrow(/^line 6/);
    expect(() => readers.mac?.('')).toThrow(/^line 1/);
  });

  test('a running configuration', () => {
    const text = [
      '!Current Configuration:',
      'configure',
      'vlan 10,20-22',
      'exit',
      'interface vlan 10',
      'ip address dhcp',
      'exit',
      'interface Gi1/0/1',
      "description 'rack 7, node 3'",
      'shutdown',
      'switchport mode trunk',
      'switchport trunk native vlan 10',
      'switchport trunk allowed vlan 20-21',
      'exit',
      '!',
      'interface Te1/0/2',
      'switchport access vlan 10',
      'exit',
      'interface Te1/0/3',
      'switchport mode general',
      'switchport general pvid 10',
      'exit',
      'snmp-server community x',
      'exit',
    ].join('\n');
    expect(readers['running-config']?.(text)).toEqual([
      { port: 'Gi1/0/1', mode: 'trunk', enabled: false, description: 'rack 7, node 3', native: null, tagged: [20, 21] },
      { port: 'Te1/0/2', mode: 'access', enabled: true, native: 10, tagged: [] },
      { port: 'Te1/0/3', mode: 'general', enabled: true },
    ]);
    expect(() => readers['running-config']?.('interface Gi1/0/1\nchannel-group 1 mode active\nexit')).toThrow(/^line 2/);
  });
});
