import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PortDocuments, parseBrocadePort } from '../../../agents/reading/brocade.ts';
import { brocadeCaptures } from '../../../agents/reading/brocade-captures.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const self = '/rest/config/running/interface/TenGigabitEthernet/%227/0/12%22';
const wrap = (name: string, inside: string, path = '') =>
  `<${name} xmlns="urn:brocade.com:mgmt:brocade-interface" xmlns:y="http://brocade.com/ns/rest" y:self="${self}${path}">\n${inside}\n</${name}>\n`;
const mode = (text: string) =>
  wrap(
    'mode',
    `  <vlan-mode>${text}</vlan-mode>\n  <private-vlan y:self="x">\n    <trunk y:self="x"/>\n  </private-vlan>`,
    '/switchport/mode',
  );
const trunk = (allowed: string, rest: string) =>
  wrap(
    'trunk',
    `<allowed y:self="x"><rspan-vlan y:self="x"/><vlan y:self="x">${allowed}</vlan></allowed>${rest}`,
    '/switchport/trunk',
  );
const tagged = '<tag y:self="x"><native-vlan>true</native-vlan></tag>';
const untagged = '<tag y:self="x"></tag>';
const shutdown = '<shutdown xmlns="urn:brocade.com:mgmt:brocade-interface" y:self="x">true</shutdown>';
const own = (more = '') => wrap('TenGigabitEthernet', `<name>7/0/12</name>${more}<switchport y:self="x"/>`);

const read = (documents: Partial<PortDocuments>) =>
  parseBrocadePort('7/0/12', { interface: own(), shutdown: '', mode: mode('trunk'), trunk: '', access: '', ...documents });

describe('brocade: reading a port', () => {
  test.each<[string, Partial<PortDocuments>, PortState]>([
    ['no switchport', { mode: '' }, { native: null, tagged: [], enabled: true }],
    ['no switchport, shut', { mode: '', shutdown }, { native: null, tagged: [], enabled: false }],
    ['access, no VLAN named', { mode: mode('access') }, { native: 1, tagged: [], enabled: true }],
    [
      'access',
      { mode: mode('access'), access: wrap('access', '<vlan>10</vlan>'), trunk: trunk('', tagged) },
      { native: 10, tagged: [], enabled: true },
    ],
    [
      'trunk, native untagged',
      { trunk: trunk('<add>101,200-202</add>', `${untagged}<native-vlan>10</native-vlan>`) },
      { native: 10, tagged: [101, 200, 201, 202], enabled: true },
    ],
    [
      'trunk, nothing but a native VLAN',
      { trunk: trunk('', '<native-vlan>10</native-vlan>') },
      { native: 10, tagged: [], enabled: true },
    ],
    [
      'trunk, native in the list too',
      { trunk: trunk('<add>10,20</add>', '<native-vlan>10</native-vlan>') },
      { native: 10, tagged: [20], enabled: true },
    ],
    [
      'trunk, native tagged',
      { trunk: trunk('<add>4001</add>', `${tagged}<native-vlan>10</native-vlan>`) },
      { native: null, tagged: [10, 4001], enabled: true },
    ],
    [
      'trunk, up, no native named: VLAN 1',
      { trunk: trunk('<add>4001</add>', untagged) },
      { native: 1, tagged: [4001], enabled: true },
    ],
    ['trunk, up, VLAN 1 tagged', { trunk: trunk('<add>4001</add>', tagged) }, { native: null, tagged: [1, 4001], enabled: true }],
    [
      'trunk, shut, no native named',
      { trunk: trunk('<add>4001</add>', tagged), shutdown },
      { native: null, tagged: [4001], enabled: false },
    ],
    [
      'containers of nothing',
      { interface: own('<port-profile-port y:self="x"/><channel-group y:self="x"/>'), shutdown },
      { native: null, tagged: [], enabled: false },
    ],
    ['trunk as it came', { shutdown }, { native: null, tagged: [], enabled: false }],
    [
      'trunk without a default native VLAN',
      { mode: mode('trunk-no-default-native'), trunk: trunk('<add>5</add>', tagged) },
      { native: null, tagged: [5], enabled: true },
    ],
    ['none', { trunk: trunk('<none>true</none>', '<native-vlan>10</native-vlan>') }, { native: 10, tagged: [], enabled: true }],
    [
      'an interface that lists its shutdown',
      { interface: own('<shutdown>true</shutdown>'), shutdown, mode: '' },
      { native: null, tagged: [], enabled: false },
    ],
    ['an interface of which nothing is said', { interface: '', mode: '' }, { native: null, tagged: [], enabled: true }],
    [
      'a shutdown of false',
      { shutdown: '<b:shutdown xmlns:b="u">false</b:shutdown>', mode: '' },
      { native: null, tagged: [], enabled: true },
    ],
  ])('%s', (_, documents, state) => {
    expect(read(documents)).toEqual(state);
  });

  test('all VLANs', () => {
    const state = read({ trunk: trunk('<all/>', '<native-vlan>10</native-vlan>') });
    expect(state).toMatchObject({ native: 10, enabled: true });
    expect('tagged' in state && state.tagged.length).toBe(4093);
  });

  test.each<[string, Partial<PortDocuments>]>([
    ['a mode that is unknown', { mode: mode('dot1q-tunnel') }],
    ['a private VLAN', { mode: mode('trunk').replace('<trunk y:self="x"/>', '<promiscuous>true</promiscuous>') }],
    ['rubbish as mode', { mode: 'busy' }],
    ['rubbish as trunk', { trunk: '<html><body>Service Unavailable</body></html>' }],
    ['another document as trunk', { trunk: mode('trunk') }],
    ['a list that is none', { trunk: trunk('<add>4001-</add>', '') }],
    ['all but some', { trunk: trunk('<except>5</except>', '') }],
    ['none and others', { trunk: trunk('<none>true</none><add>5</add>', '') }],
    ['an RSPAN VLAN', { trunk: trunk('', '').replace('<rspan-vlan y:self="x"/>', '<rspan-vlan><add>9</add></rspan-vlan>') }],
    [
      'virtual fabrics',
      { trunk: trunk('', '<native-vlan-classification><native-vlan-id>6000</native-vlan-id></native-vlan-classification>') },
    ],
    ['two native VLANs', { trunk: trunk('', '<native-vlan>10,11</native-vlan>') }],
    ['a tagging that is unknown', { trunk: trunk('', '<tag><native-vlan>maybe</native-vlan></tag>') }],
    ['an access VLAN that is none', { mode: mode('access'), access: wrap('access', '<vlan>x</vlan>') }],
    ['access by address', { mode: mode('access'), access: wrap('access', '<mac-vlan><vlan>5</vlan></mac-vlan>') }],
    ['a member of a bundle', { interface: own('<channel-group><port-int>3</port-int></channel-group>') }],
    ['a port of profiles', { interface: own('<port-profile-port>true</port-profile-port>') }],
    ['a port of profiles, by an empty flag', { interface: own('<port-profile-port/>') }],
    ['two lists', { trunk: trunk('<add>5</add>', '<allowed><vlan><add>6</add></vlan></allowed>') }],
    ['two elements of native VLANs', { trunk: trunk('', '<native-vlan>10</native-vlan><native-vlan>11</native-vlan>') }],
    ['tagging twice', { trunk: trunk('', `${tagged}${untagged}<native-vlan>10</native-vlan>`) }],
    ['another port', { interface: own().replace('7/0/12</name>', '7/0/13</name>') }],
    ['rubbish as interface', { interface: 'busy' }],
    ['a shutdown that is unknown', { shutdown: '<shutdown>x</shutdown>' }],
    ['an interface that is shut and is not', { interface: own('<shutdown>true</shutdown>') }],
    ['trunk VLANs on no switchport', { mode: '', trunk: trunk('<add>5</add>', '') }],
  ])('does not understand %s', (_, documents) => {
    expect(read(documents)).toEqual({ problem: expect.any(String) });
  });

  test('reads back every list of VLANs', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 4094 }), { maxLength: 80 }), (vlans) => {
        const adds = formatVlans(vlans, 4_000)
          .map((list) => `<add>${list}</add>`)
          .join('');
        expect(read({ trunk: trunk(adds, ''), shutdown })).toEqual({
          native: null,
          tagged: vlans.sort((a, b) => a - b),
          enabled: false,
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('brocade: captures', () => {
  test('what the REST server says of a switchport', () => {
    const switchport = brocadeCaptures.switchport ?? (() => []);
    const port = 'TenGigabitEthernet7/0/12';
    expect(switchport(trunk('<add>4001,4025</add>', `${untagged}<native-vlan>10</native-vlan>`))).toEqual([
      { port, mode: 'trunk', native: 10, tagged: [4001, 4025] },
    ]);
    expect(switchport(mode('access'))).toEqual([{ port, mode: 'access' }]);
    expect(switchport(wrap('access', '<vlan>12</vlan>', '/switchport/access'))).toEqual([
      { port, mode: 'access', native: 12, tagged: [] },
    ]);
    const inner =
      '<mode><vlan-mode>trunk</vlan-mode></mode><trunk><allowed><vlan><add>7</add></vlan></allowed><native-vlan>8</native-vlan></trunk>';
    expect(switchport(wrap('switchport', inner, '/switchport'))).toEqual([{ port, mode: 'trunk', native: 8, tagged: [7] }]);
    for (const bad of ['', 'x', '<mode/>', wrap('switchport', '<port-security>1</port-security>', '/switchport'), mode('x')])
      expect(() => switchport(bad)).toThrow(expect.objectContaining({ name: 'CaptureError', line: 1 }));
  });

  test('the running configuration', () => {
    const running = brocadeCaptures['running-config'] ?? (() => []);
    const text = [
      'vdx-7# show running-config interface',
      'interface Vlan 1',
      '!',
      'interface TenGigabitEthernet 7/0/1',
      ' description rack 3 node 1',
      ' fabric isl enable',
      ' switchport',
      ' switchport mode trunk',
      ' switchport trunk allowed vlan add 101-103',
      ' switchport trunk allowed vlan add 200',
      ' no switchport trunk tag native-vlan',
      ' switchport trunk native-vlan 100',
      ' spanning-tree shutdown',
      ' no shutdown',
      '!',
      'interface TenGigabitEthernet 7/0/2',
      ' switchport',
      ' switchport mode access',
      ' switchport access vlan 12',
      ' shutdown',
      '!',
      'interface FortyGigabitEthernet 7/0/49',
      ' shutdown',
      '!',
      '',
    ];
    expect(running(text.join('\n'))).toEqual([
      {
        port: 'TenGigabitEthernet7/0/1',
        mode: 'trunk',
        native: 100,
        tagged: [101, 102, 103, 200],
        enabled: true,
        description: 'rack 3 node 1',
      },
      { port: 'TenGigabitEthernet7/0/2', mode: 'access', native: 12, tagged: [], enabled: false },
      { port: 'FortyGigabitEthernet7/0/49', mode: 'routed', native: null, tagged: [], enabled: false },
    ]);
    const strange = [...text.slice(0, 6), ' channel-group 3 mode active type standard', ...text.slice(6)].join('\r\n');
    expect(() => running(strange)).toThrow(expect.objectContaining({ name: 'CaptureError', line: 7 }));
  });
});
