import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import { ovs, ovsFamily } from '../../../agents/drivers/ovs.ts';

const settings = { transport: 'local', legacy_ssh: false, sudo: false, database: null, ovs_bridge: null } as const;
const uuid = ['uuid', '2ab07264-07fe-4f02-a75c-1625dcdc2f1c'];
const table = (row: Record<string, unknown>) => JSON.stringify({ headings: Object.keys(row), data: [Object.values(row)] });
const nothing = ['set', []];
const prior = [
  'br0',
  table({ _uuid: uuid, name: 'p1', interfaces: uuid }),
  table({ _uuid: uuid, admin_state: 'up', error: nothing }),
  table({ name: 'br0', controller: nothing, fail_mode: nothing, mirrors: nothing }),
  JSON.stringify({ headings: ['_uuid'], data: [] }),
  table({ next_cfg: 7 }),
  '',
].join('\n');

/** Steps as people would type them. */
function typed(steps: ReturnType<typeof ovsFamily.change>): string[] {
  if ('problem' in steps) throw new Error(steps.problem);
  return steps.map((step) => ('argv' in step ? step.argv : step).join(' '));
}

const begin = 'ovs-vsctl --timeout=8 -- port-to-br p1 --';
const off = 'clear port p1 tag -- set port p1 vlan_mode=trunk trunks=4095 protected=true';

describe('ovs: commands', () => {
  test('shuts the port, and only then notes what it is to forward', () => {
    expect(typed(ovsFamily.change('p1', { native: 101, tagged: [102, 103, 105], enabled: true }, settings, [prior]))).toEqual([
      `${begin} ${off} -- set port p1 external_ids:haas-shut=true`,
      `${begin} set port p1 external_ids:haas-native=101 external_ids:haas-tagged=102-103,105`,
    ]);
    expect(typed(ovsFamily.change('p1', { native: null, tagged: [], enabled: false }, settings, [prior])).at(-1)).toBe(
      `${begin} set port p1 external_ids:haas-native=none external_ids:haas-tagged=none`,
    );
    expect(typed(ovsFamily.shut('p1', settings))).toEqual([`${begin} ${off} -- set port p1 external_ids:haas-shut=true`]);
  });

  test.each([
    { native: 101, tagged: [], parts: 'clear port p1 trunks -- set port p1 vlan_mode=access tag=101 protected=false' },
    { native: null, tagged: [5, 6], parts: 'clear port p1 tag -- set port p1 vlan_mode=trunk trunks=5,6 protected=false' },
    { native: 101, tagged: [5], parts: 'set port p1 vlan_mode=native-untagged tag=101 trunks=101,5 protected=false' },
    { native: null, tagged: [], parts: off },
  ])('opens $native and $tagged in one transaction', ({ parts, ...vlans }) => {
    expect(typed(ovsFamily.enable('p1', settings, { ...vlans, enabled: true }))).toEqual([
      `${begin} ${parts} -- remove port p1 external_ids haas-shut`,
    ]);
  });

  test('never leaves the list of trunks empty, nor the port open to what is not wanted', () => {
    const vlan = fc.integer({ min: 2, max: 4094 });
    fc.assert(
      fc.property(fc.option(vlan, { nil: null }), fc.uniqueArray(vlan, { maxLength: 40 }), (native, others) => {
        const tagged = others.filter((other) => other !== native);
        const [command = ''] = typed(ovsFamily.enable('p1', settings, { native, tagged, enabled: true }));
        const mode = /vlan_mode=(\S+)/.exec(command)?.[1];
        const trunks = /trunks=(\S*)/.exec(command)?.[1]?.split(',').map(Number);
        if (mode === 'access') expect([tagged, trunks]).toEqual([[], undefined]);
        else if (native === null && tagged.length === 0) expect(trunks).toEqual([4095]);
        else expect(trunks?.toSorted((a, b) => a - b)).toEqual([native ?? [], tagged].flat().sort((a, b) => a - b));
        expect(command).toContain(native === null ? 'clear port p1 tag' : `tag=${native}`);
      }),
    );
  });

  test('a bridge is held to, a database and sudo are used', () => {
    const special = { ...settings, sudo: true, database: 'unix:/run/x/db.sock', ovs_bridge: 'br0' };
    expect(typed(ovsFamily.shut('p1', special))[0]).toMatch(
      /^sudo -n ovs-vsctl --timeout=8 --db=unix:\/run\/x\/db\.sock -- port-to-br p1 -- --may-exist add-port br0 p1 -- clear/,
    );
  });

  test.each([
    { why: 'nothing', text: '' },
    { why: 'a part missing', text: prior.split('\n').slice(0, 5).join('\n') },
    { why: 'a part twice', text: `${prior}${table({ next_cfg: 7 })}\n` },
    { why: 'another port', text: prior.replace('p1', 'p2') },
    { why: 'another bridge', text: prior.replace('br0\n', 'br1\n') },
    { why: 'a cell missing', text: prior.replace('"p1",', '') },
    {
      why: 'a mirror that is not told',
      text: prior.replace(/\["set",\[\]\]\]\]\}\n(?=\{"headings":\["_uuid"\])/, '["uuid","x"]]]}\n'),
    },
  ])('changes nothing on an answer with $why', ({ text }) => {
    expect(ovsFamily.change('p1', { native: 101, tagged: [], enabled: true }, settings, [text])).toHaveProperty('problem');
  });
});

test.each([
  'ovs-vsctl: no port named p9',
  'ovs-vsctl: no row "p9" in table Port',
  "ovs-vsctl: Error detected while setting up 'p9': could not open network device p9 (No such device).",
  'sudo: a password is required',
])('a refusal: %j', (text) => expect(text).toMatch(ovsFamily.refusal ?? /^$/));

test('no refusal: a machine that does not know its own name', () =>
  expect('sudo: unable to resolve host lab-7: Name or service not known\n').not.toMatch(ovsFamily.refusal ?? /(?:)/));

test('the name of a bridge is no news, anything else is', () => {
  expect('br-int').toMatch(ovsFamily.chatter);
  expect('what is this').not.toMatch(ovsFamily.chatter);
});

test('tells the version', () => {
  expect(ovsFamily.version.pattern.exec('ovs-vsctl (Open vSwitch) 3.1.0\nDB Schema 8.3.1\n')?.[1]).toBe('3.1.0');
  expect(findDriver('ovs')).toBe(ovs);
});

test('a local switch that is registered at another address is refused: the policy knows switches by their addresses', async () => {
  const access = { label: 'ovs-1', type: 'ovs', hostname: '10.0.0.1', port: 6640, settings: { ...settings }, sealed: '' };
  const opening = ovs.open({
    access,
    credentials: { username: 'local', password: '' },
    hostKeys: { check: () => true },
    stateDir: '/nonexistent',
    signal: new AbortController().signal,
  });
  await expect(opening).rejects.toMatchObject({ fault: 'refused' });
});
