import { describe, expect, test } from 'vitest';
import { captures } from '../../../agents/reading/captures.ts';

const readers = captures['powerconnect55xx'];
if (!readers) throw new Error('there are no readers');

describe('powerconnect55xx: captures', () => {
  test('switchports of all ports', () => {
    const record = (name: string, mode: string) =>
      [
        `Name: ${name}`,
        'Switchport: enable',
        `Administrative Mode: ${mode}`,
        'Operational Mode: up',
        'Access Mode VLAN: 30',
        'Trunking Native Mode VLAN: none',
        'Trunking VLANs Enabled: 10,',
        '                        20',
        'General PVID: 1',
        '',
      ].join('\n');
    const text = `console# show interfaces switchport\n${record('gi1/0/1', 'access')}${record('te1/0/2', 'trunk')}${record('gi1/0/3', 'general')}console#`;
    expect(readers.switchport?.(text)).toEqual([
      { port: 'gi1/0/1', mode: 'access', native: 30, tagged: [] },
      { port: 'te1/0/2', mode: 'trunk', native: null, tagged: [10, 20] },
      { port: 'gi1/0/3', mode: 'general' },
    ]);
    expect(() => readers.switchport?.(`${record('gi1/0/1', 'access')}Voice\n`)).toThrow(/^line 10: no field.*"Voice"/);
  });

  test('VLANs with two columns of ports', () => {
    const text = [
      'console# show vlan',
      '',
      'Vlan     Name        Tagged Ports      UnTagged Ports     Type    Authorization ',
      '---- ------------ ------------------ ------------------ --------- ------------- ',
      ' 1        1                          gi1/0/1-3,          Default    Required    ',
      '                                     te1/0/1,Po1-2                              ',
      '204     green     gi1/0/7,           gi1/0/9            permanent   Required    ',
      '                  gi1/0/11-12                                                   ',
      '1205     1205                                            dynamic    Required    ',
      'console#',
    ].join('\n');
    expect(readers.vlans?.(text)).toEqual([
      { vlan: 1, name: '1', status: 'Default', tagged: [], untagged: ['gi1/0/1', 'gi1/0/2', 'gi1/0/3', 'te1/0/1', 'Po1', 'Po2'] },
      { vlan: 204, name: 'green', status: 'permanent', tagged: ['gi1/0/7', 'gi1/0/11', 'gi1/0/12'], untagged: ['gi1/0/9'] },
      { vlan: 1205, name: '1205', status: 'dynamic', tagged: [], untagged: [] },
    ]);
  });

  test('VLANs with one column of ports and names that are wrapped', () => {
    const text = [
      'Vlan       Name                   Ports                Type     Authorization',
      '---- ----------------- --------------------------- ------------ -------------',
      ' 40  A-very-long-name-       gi1,gi3-4,Po1            static      Required',
      '     of-forty          gi6',
    ].join('\n');
    expect(readers.vlans?.(text)).toEqual([
      { vlan: 40, name: 'A-very-long-name-of-forty', status: 'static', ports: ['gi1', 'gi3', 'gi4', 'Po1', 'gi6'] },
    ]);
  });

  const rule = '---- ----------------- --------------------------- ------------ -------------';
  const header = 'Vlan       Name                   Ports                Type     Authorization';
  test.each([
    { name: 'no table', text: 'hello', says: /^line 1/ },
    { name: 'nothing', text: '', says: /^line 1/ },
    {
      name: 'a range that runs backwards',
      text: `${header}\n${rule}\n 1           1         gi4-3          Default      Required`,
      says: /^line 3/,
    },
    { name: 'the end of a list', text: `${header}\n${rule}\n                       gi3`, says: /^line 3: the end/ },
    { name: 'no id', text: `${header}\n${rule}\n x           1         gi3          Default      Required`, says: /^line 3/ },
  ])('VLANs that are not understood: $name', ({ text, says }) => {
    expect(() => readers.vlans?.(text)).toThrow(says);
  });

  test('the state of links', () => {
    const text = [
      '                                             Flow Link          Back   Mdix',
      'Port     Type         Duplex  Speed Neg      ctrl State       Pressure Mode',
      '-------- ------------ ------  ----- -------- ---- ----------- -------- -------',
      'gi1/0/1  1G-Copper    Full    1000  Enabled  Off  Up          Disabled On',
      'gi1/0/2  1G-Copper      --      --     --     --  Down           --     --',
      '',
      '                                          Flow    Link',
      'Ch       Type    Duplex  Speed  Neg      control  State',
      '-------- ------- ------  -----  -------- -------  -----------',
      'Po1         --     --      --      --       --    Not Present',
    ].join('\n');
    expect(readers.status?.(text)).toEqual([
      { port: 'gi1/0/1', status: 'Up', duplex: 'Full', speed: '1000', type: '1G-Copper' },
      { port: 'gi1/0/2', status: 'Down', duplex: '', speed: '', type: '1G-Copper' },
      { port: 'Po1', status: 'Not Present', duplex: '', speed: '', type: '' },
    ]);
    expect(() => readers.status?.(text.replace('Down ', 'Odd  '))).toThrow(/^line 5/);
    expect(() => readers.status?.('hello')).toThrow(/^line 1/);
    expect(() => readers.status?.('')).toThrow(/^line 1/);
  });

  test('addresses', () => {
    const text = [
      'Aging time is 300 sec',
      '',
      '  Vlan        Mac Address         Port       Type    ',
      '-------- --------------------- ---------- ---------- ',
      '   1       02:00:5e:00:00:01       0         self    ',
      '  1205     02:00:5E:00:00:AA    gi1/0/7   dynamic   ',
    ].join('\n');
    expect(readers.mac?.(text)).toEqual([
      { vlan: 1, mac: '02:00:5e:00:00:01', type: 'self', port: null },
      { vlan: 1205, mac: '02:00:5e:00:00:aa', type: 'dynamic', port: 'gi1/0/7' },
    ]);
    expect(() => readers.mac?.(text.replace('02:00:5E', '02:00'))).toThrow(/^line 6/);
    expect(() => readers.mac?.('')).toThrow(/^line 1/);
  });

  test('a running configuration', () => {
    const text = [
      'vlan database',
      'vlan 10,20',
      'exit',
      'interface gigabitethernet1/0/1',
      ' description "rack 7, node 3"',
      ' shutdown',
      ' switchport mode trunk',
      ' switchport trunk native vlan none',
      ' switchport trunk allowed vlan add 10,20',
      '!',
      'interface tengigabitethernet1/0/1',
      ' switchport mode trunk',
      ' switchport trunk allowed vlan remove 3-4094',
      'hostname pc-7',
      'interface gi1/0/2',
      'switchport access vlan 10',
      'no shutdown',
      'exit',
      'interface vlan 10',
      ' name green',
      'exit',
      'interface gi1/0/3',
      ' switchport mode trunk',
      ' switchport trunk native vlan 20',
      'interface gi1/0/4',
      ' switchport mode general',
      ' switchport general pvid 10',
      'interface gi1/0/3',
      ' speed 100',
    ].join('\n');
    expect(readers['running-config']?.(text)).toEqual([
      { port: 'gi1/0/1', mode: 'trunk', enabled: false, description: 'rack 7, node 3', native: null, tagged: [10, 20] },
      { port: 'te1/0/1', mode: 'trunk', enabled: true, native: 1, tagged: [2] },
      { port: 'gi1/0/2', mode: 'access', enabled: true, native: 10, tagged: [] },
      { port: 'gi1/0/3', mode: 'trunk', enabled: true, native: 20 },
      { port: 'gi1/0/4', mode: 'general', enabled: true },
    ]);
  });

  test.each([
    'channel-group 1 mode on',
    'voice vlan 5',
    'switchport access multicast-tv vlan 5',
    'switchport trunk allowed vlan x',
    'frobnicate',
  ])('a running configuration that is not understood: %s', (setting) => {
    expect(() => readers['running-config']?.(`interface gi1/0/1\n ${setting}\n`)).toThrow(/^line 2/);
  });

  test('several ports configured at once are not taken apart', () => {
    expect(() => readers['running-config']?.('interface range gi1/0/1-4\n shutdown\n')).toThrow(/^line 1/);
  });
});
