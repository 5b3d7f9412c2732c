import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ovsCaptures } from '../../../agents/reading/ovs-captures.ts';
import { skipped } from '../../support/lacking.ts';
import { type OvsLab, ovsMissing, startOvs } from './lab.ts';
import { openLocally } from './session.ts';

const missing = ovsMissing();
const everyVlan = Array.from({ length: 4094 }, (_, index) => index + 1);
const want = { native: 101, tagged: [102, 103], enabled: true };

describe.skipIf(missing !== undefined)(`readings of Open vSwitch${skipped(missing)}`, () => {
  let lab: OvsLab;
  beforeAll(async () => {
    lab = await startOvs(3);
  });
  afterAll(() => lab.close());

  const columns = ['tag', 'trunks', 'vlan_mode', 'protected', 'external_ids', 'other_config'];
  beforeEach(async () => {
    for (const port of lab.ports) await lab.vsctl('clear', 'port', port, ...columns.filter((name) => name !== 'protected'));
    for (const port of lab.ports) await lab.vsctl('set', 'port', port, 'protected=false');
  });

  test.each([
    { is: 'fresh', columns: [], state: { native: null, tagged: everyVlan } },
    {
      is: 'as the predecessor left idle ones',
      columns: ['vlan_mode=native-untagged'],
      state: { native: null, tagged: everyVlan },
    },
    { is: 'an access port that does not say so', columns: ['tag=7'], state: { native: 7, tagged: [] } },
    { is: 'an access port with trunks left over', columns: ['tag=7', 'trunks=8'], state: { native: 7, tagged: [] } },
    {
      is: 'as the predecessor made those with a native VLAN only',
      columns: ['tag=7', 'vlan_mode=native-untagged'],
      state: { native: 7, tagged: everyVlan.filter((vlan) => vlan !== 7) },
    },
    { is: 'a trunk that does not say so', columns: ['trunks=9,8'], state: { native: null, tagged: [8, 9] } },
  ])('a port that is $is', async ({ columns: set, state }) => {
    if (set.length > 0) await lab.vsctl('set', 'port', 'p1', ...set);
    const session = await openLocally(lab);
    expect(await session.readPort('p1')).toEqual({ ...state, enabled: true });
    await session.setPort('p1', want);
    expect(await session.readPort('p1')).toEqual(want);
  });

  test.each([
    { is: 'a tunnel of tagged frames', columns: ['tag=7', 'vlan_mode=dot1q-tunnel'], says: 'dot1q-tunnel' },
    { is: 'native-tagged', columns: ['tag=7', 'vlan_mode=native-tagged'], says: 'native-tagged' },
    { is: 'an access port of no VLAN', columns: ['vlan_mode=access'], says: 'VLAN 0' },
    { is: 'an access port of 4095', columns: ['tag=4095'], says: 'VLAN 4095' },
    {
      is: 'without a native VLAN although it should have one',
      columns: ['vlan_mode=native-untagged', 'trunks=7'],
      says: 'VLAN 0',
    },
    { is: 'a trunk of VLAN 0', columns: ['trunks=0,7'], says: 'trunks 0' },
    { is: 'a trunk of 4095 too', columns: ['trunks=7,4095'], says: 'trunks 4095' },
    { is: 'a trunk with a tag', columns: ['vlan_mode=trunk', 'trunks=7', 'tag=8'], says: 'tag 8' },
    { is: 'cut off from protected ones', columns: ['tag=7', 'protected=true'], says: 'protected' },
    { is: 'off, but open to frames of 4095', columns: ['trunks=4095'], says: 'not protected' },
    { is: 'marked as shut and forwards', columns: ['tag=7', 'external_ids:haas-shut=true'], says: 'frames pass' },
    {
      is: 'shut, with notes that are none',
      columns: ['trunks=4095', 'protected=true', 'external_ids:haas-shut=true', 'external_ids:haas-native=one'],
      says: 'no VLANs',
    },
  ])('a port that is $is cannot be told, and can be set', async ({ columns: set, says }) => {
    await lab.vsctl('set', 'port', 'p1', ...set);
    const session = await openLocally(lab);
    await expect(session.readPort('p1')).rejects.toMatchObject({
      fault: 'unintelligible',
      message: expect.stringContaining(says),
    });
    await session.setPort('p1', want);
    expect(await session.readPort('p1')).toEqual(want);
  });

  /** What cannot be mended by setting VLANs is found before anything is changed. */
  async function isLeftAlone(port: string, says: string, bridge?: string): Promise<void> {
    const session = await openLocally(lab, bridge === undefined ? {} : { bridge });
    const before = await lab.vsctl('list', 'port', port);
    const failure = { fault: 'unintelligible', message: expect.stringContaining(says) };
    await expect(session.readPort(port)).rejects.toMatchObject(failure);
    await expect(session.setPort(port, want)).rejects.toMatchObject(failure);
    expect(await lab.vsctl('list', 'port', port)).toBe(before);
  }

  test('a bond is left alone', async () => {
    const internal = ['b1', 'b2'].flatMap((name) => ['--', 'set', 'interface', name, 'type=internal']);
    await lab.vsctl('add-bond', 'br0', 'bond0', 'b1', 'b2', ...internal);
    await isLeftAlone('bond0', 'bond of 2 interfaces');
    const session = await openLocally(lab, { bridge: 'br0' });
    await expect(session.shutPort('bond0')).rejects.toMatchObject({ fault: 'refused' });
    await lab.vsctl('del-port', 'bond0');
  });

  test('a port of another bridge is left alone', async () => {
    await lab.vsctl('add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev');
    await lab.vsctl('add-port', 'br1', 'x1', '--', 'set', 'interface', 'x1', 'type=internal');
    await isLeftAlone('x1', 'port of bridge br1, not of br0', 'br0');
    const session = await openLocally(lab, { bridge: 'br0' });
    await expect(session.shutPort('x1')).rejects.toMatchObject({ fault: 'refused' });
    expect(await lab.vsctl('get', 'port', 'x1', 'trunks')).toBe('[]');
    await lab.vsctl('del-br', 'br1');
  });

  test('a port whose interface does not work is left alone', async () => {
    await lab.vsctl('add-port', 'br0', 'gone');
    await isLeftAlone('gone', 'No such device');
    await lab.vsctl('del-port', 'gone');
  });

  test('a port that gets copies of other frames is left alone', async () => {
    await lab.vsctl(
      '--id=@p',
      'get',
      'port',
      'p1',
      '--',
      '--id=@m',
      'create',
      'mirror',
      'name=spy',
      'output_port=@p',
      '--',
      ...['set', 'bridge', 'br0', 'mirrors=@m'],
    );
    await isLeftAlone('p1', 'mirror "spy"');
    await lab.vsctl(
      'clear',
      'bridge',
      'br0',
      'mirrors',
      '--',
      '--id=@m',
      'create',
      'mirror',
      'name=rspan',
      'output_vlan=102',
      '--',
      ...['set', 'bridge', 'br0', 'mirrors=@m'],
    );
    const session = await openLocally(lab);
    await session.setPort('p1', { ...want, tagged: [] });
    expect(await session.readPort('p1')).toEqual({ ...want, tagged: [] });
    await session.setPort('p1', want).catch(() => {});
    await expect(session.readPort('p1')).rejects.toMatchObject({ message: expect.stringContaining('into VLAN 102') });
    await lab.vsctl('set', 'mirror', 'rspan', 'output_vlan=4095');
    await session.shutPort('p1');
    await expect(session.readPort('p1')).rejects.toMatchObject({ message: expect.stringContaining('into VLAN 4095') });
    await lab.vsctl('clear', 'bridge', 'br0', 'mirrors');
  });

  test('ports of a bridge that OpenFlow rules are left alone', async () => {
    await lab.vsctl('set', 'bridge', 'br0', 'fail_mode=secure');
    await isLeftAlone('p1', 'fail_mode secure');
    await lab.vsctl('clear', 'bridge', 'br0', 'fail_mode', '--', 'set-controller', 'br0', 'tcp:127.0.0.1:1');
    await isLeftAlone('p1', 'controller');
    await lab.vsctl('del-controller', 'br0');
  });

  test('a bridge itself, and a port that is called like the beginning of a uuid, are no ports', async () => {
    const uuid = await lab.vsctl('get', 'port', 'p1', '_uuid');
    const session = await openLocally(lab);
    for (const name of ['br0', uuid.slice(0, 6), 'nothing']) {
      const refused = { fault: 'refused' };
      await expect(session.readPort(name)).rejects.toMatchObject(refused);
      await expect(session.setPort(name, want)).rejects.toMatchObject(refused);
      await expect(session.shutPort(name)).rejects.toMatchObject(refused);
    }
    expect(await session.readPort('p1')).toEqual({ native: null, tagged: everyVlan, enabled: true });
  });

  test('a port whose interface is down is not up, whatever it is to forward', async () => {
    const session = await openLocally(lab);
    await session.setPort('p1', want);
    await lab.inside('ip', 'link', 'set', 'p1', 'down');
    await lab.vsctl('wait-until', 'interface', 'p1', 'admin_state=down');
    expect(await session.readPort('p1')).toEqual({ ...want, enabled: false });
    await lab.inside('ip', 'link', 'set', 'p1', 'up');
    await lab.vsctl('wait-until', 'interface', 'p1', 'admin_state=up');
    expect(await session.readPort('p1')).toEqual(want);
  });

  test('a port that was never set is shut and read', async () => {
    const session = await openLocally(lab);
    await session.shutPort('p2');
    expect(await session.readPort('p2')).toEqual({ native: null, tagged: [], enabled: false });
    expect(await lab.vsctl('get', 'port', 'p2', 'trunks')).toBe('[4095]');
  });

  test('tells its version', async () => {
    expect(await (await openLocally(lab)).readVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('captures in text and in JSON say the same', async () => {
    const session = await openLocally(lab);
    await session.setPort('p1', want);
    await session.setPort('p2', { native: null, tagged: [104], enabled: false });
    await lab.vsctl('set', 'port', 'p3', 'tag=7');
    const text = ovsCaptures.switchport?.(await lab.vsctl('list', 'port'));
    expect(text).toEqual(ovsCaptures.switchport?.(await lab.vsctl('-f', 'json', 'list', 'port')));
    expect(text).toEqual(
      expect.arrayContaining([
        { port: 'p1', mode: 'native-untagged', ...want },
        { port: 'p2', mode: 'trunk', native: null, tagged: [104], enabled: false },
        { port: 'p3', mode: 'access', native: 7, tagged: [], enabled: true },
      ]),
    );
    expect(ovsCaptures.status?.(await lab.vsctl('list', 'interface'))).toEqual(
      ovsCaptures.status?.(await lab.vsctl('-f', 'json', 'list', 'interface')),
    );
  });

  test('believes no reading that ovs-vswitchd does not act on', { timeout: 60_000 }, async () => {
    const session = await openLocally(lab);
    await session.setPort('p1', want);
    await lab.inside('sh', '-c', `kill "$(cat ${lab.folder}/ovs-vswitchd.pid)"`);
    expect(await session.readPort('p1')).toEqual(want);
    await expect(session.shutPort('p1')).rejects.toMatchObject({ fault: 'lost' });
    expect(await lab.vsctl('get', 'port', 'p1', 'trunks')).toBe('[4095]');
    await expect(session.readPort('p1')).rejects.toMatchObject({ message: expect.stringContaining('ovs-vswitchd') });
  });
});
