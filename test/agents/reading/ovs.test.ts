import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { stateOf } from '../../../agents/reading/ovs.ts';
import { ovsCaptures } from '../../../agents/reading/ovs-captures.ts';

const row = { tag: undefined, trunks: [], vlan_mode: undefined, protected: false, external_ids: new Map<string, string>() };

describe('ovs: the state of a port by its row', () => {
  test('a shut port is what was noted of it, whole or nothing', () => {
    const shut = (notes: Record<string, string>) =>
      stateOf({
        ...row,
        trunks: [4095],
        protected: true,
        external_ids: new Map(Object.entries({ 'haas-shut': 'true', ...notes })),
      });
    expect(shut({})).toEqual({ native: null, tagged: [], enabled: false });
    expect(shut({ 'haas-native': '7', 'haas-tagged': '8-9,12' })).toEqual({ native: 7, tagged: [8, 9, 12], enabled: false });
    for (const notes of [{ 'haas-native': '7-8' }, { 'haas-native': 'x' }, { 'haas-tagged': '0' }, { 'haas-shut': 'yes' }])
      expect(shut({ ...notes })).toHaveProperty('problem');
    expect(shut({ 'haas-native': '7', 'haas-tagged': '7' })).toHaveProperty('problem');
  });

  test('notes mean nothing on a port that is not shut: its frames tell', () => {
    const external_ids = new Map([['haas-native', '7']]);
    expect(stateOf({ ...row, tag: 9, external_ids })).toEqual({ native: 9, tagged: [], enabled: true });
  });

  test('whatever the columns hold, VLAN 0 and 4095 are in no state', () => {
    const number = fc.constantFrom(0, 1, 7, 8, 4094, 4095);
    const columns = fc.record({
      tag: fc.option(number, { nil: undefined }),
      trunks: fc.uniqueArray(number),
      vlan_mode: fc.constantFrom(undefined, 'access', 'trunk', 'native-untagged', 'native-tagged', 'dot1q-tunnel', 'strange'),
      protected: fc.boolean(),
    });
    fc.assert(
      fc.property(columns, (some) => {
        const state = stateOf({ ...row, ...some });
        if ('problem' in state) return;
        for (const vlan of [state.native ?? [], state.tagged].flat()) expect(vlan > 0 && vlan < 4095).toBe(true);
        expect(state.tagged).not.toContain(state.native);
      }),
    );
  });
});

describe('ovs: captures', () => {
  const port = (...lines: string[]) => ['_uuid               : 1959f22b-0000-4126-89bb-95108853f333', ...lines].join('\n');
  const stopsAt = (kind: 'switchport' | 'status' | 'mac', text: string) => {
    try {
      ovsCaptures[kind]?.(text);
    } catch (error) {
      if (error instanceof CaptureError) return error.line;
      throw error;
    }
    return 0;
  };

  test('reads ports as text, one after the other', () => {
    const first = port(
      'external_ids        : {haas-native="7", haas-tagged="8-9,12", haas-shut="true", owner="a, b=c"}',
      'interfaces          : [75046309-2ad2-4c07-be1a-8fa3879ce790]',
      'name                : "p-1"',
      'protected           : true',
      'statistics          : {}',
      'tag                 : []',
      'trunks              : [4095]',
      'vlan_mode           : trunk',
    );
    const second = port(
      'interfaces          : [75046309-2ad2-4c07-be1a-8fa3879ce790, 85046309-2ad2-4c07-be1a-8fa3879ce790]',
      'name                : bond0',
      'tag                 : 7',
      'trunks              : []',
      'vlan_mode           : []',
    );
    const third = port('name : p3', 'tag : 7', 'trunks : [8, 7]', 'vlan_mode : native-untagged');
    expect(ovsCaptures.switchport?.(`# ovs-vsctl list port\n${first}\n\n${second}\n\n${third}\n`)).toEqual([
      { port: 'p-1', mode: 'trunk', native: 7, tagged: [8, 9, 12], enabled: false },
      { port: 'bond0', mode: 'bond' },
      { port: 'p3', mode: 'native-untagged', native: 7, tagged: [8] },
    ]);
  });

  test('reads interfaces', () => {
    const interfaces = 'name : p1\nadmin_state : up\nlink_state : down\nduplex : full\nlink_speed : 10000000000\ntype : ""\n';
    const failed = 'name : p2\nadmin_state : []\nerror : "could not open network device p2 (No such device)"\n';
    expect(ovsCaptures.status?.(`${interfaces}\n${failed}`)).toEqual([
      { port: 'p1', status: 'down', duplex: 'full', speed: '10000000000' },
      { port: 'p2', status: 'error', description: 'could not open network device p2 (No such device)' },
    ]);
  });

  test('reads learned addresses', () => {
    const text =
      ' port  VLAN  MAC                Age\n    1   101  52:54:00:AA:00:01    3\nLOCAL     0  52:54:00:aa:00:02  static\n';
    expect(ovsCaptures.mac?.(text)).toEqual([
      { vlan: 101, mac: '52:54:00:aa:00:01', type: 'dynamic', port: '1' },
      { vlan: 0, mac: '52:54:00:aa:00:02', type: 'static', port: 'LOCAL' },
    ]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('switchport', 'name : p1\nwhat is this\n')).toBe(2);
    expect(stopsAt('switchport', 'name : p1\nname : p2\n')).toBe(2);
    expect(stopsAt('switchport', 'name : p1\ntag : [1, \n')).toBe(2);
    expect(stopsAt('switchport', 'name : p1\n')).toBe(1);
    expect(stopsAt('switchport', '\n{"headings":["name"],"data":[["p1","p2"]]}\n')).toBe(2);
    expect(stopsAt('switchport', '{"headings":')).toBe(1);
    expect(stopsAt('status', 'name : []\n')).toBe(1);
    expect(stopsAt('mac', ' port  VLAN  MAC                Age\n    1   101  nothing    3\n')).toBe(2);
    expect(stopsAt('mac', 'port VLAN\n')).toBe(1);
  });
});
