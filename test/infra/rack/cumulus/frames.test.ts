import { describe, expect, test } from 'vitest';
import { applied, start } from './switch-under-test.ts';

const VLANS = 'set bridge domain br_default vlan 10,20,100-101';

describe('what frames meet', () => {
  test('a port that is not configured is down; one that is not in the bridge reaches no VLAN', async () => {
    const { simulated, client } = await start();
    expect(simulated.port('swp1')).toEqual({ enabled: false, native: null, tagged: [] });
    await applied(client, 'set interface swp1 link state up');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: null, tagged: [] });
    expect(simulated.vlans()).toEqual([1]);
  });

  test('a bridge port without a list carries all VLANs of the bridge, later ones too', async () => {
    const { simulated, client } = await start();
    await applied(client, VLANS, 'set interface swp1-2 bridge domain br_default');
    expect(simulated.vlans()).toEqual([1, 10, 20, 100, 101]);
    for (const port of ['swp1', 'swp2']) {
      expect(simulated.port(port)).toEqual({ enabled: true, native: 1, tagged: [10, 20, 100, 101] });
    }
    await applied(client, 'set bridge domain br_default vlan 30', 'set bridge domain br_default untagged none');
    expect(simulated.port('swp2')).toEqual({ enabled: true, native: null, tagged: [10, 20, 30, 100, 101] });
  });

  test('an access port', async () => {
    const { simulated, client } = await start();
    await applied(client, VLANS, 'set interface swp1 bridge domain br_default access 10');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: 10, tagged: [] });
    await applied(client, 'unset interface swp1 bridge domain br_default access');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: 1, tagged: [10, 20, 100, 101] });
    await applied(client, 'unset interface swp1 bridge');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: null, tagged: [] });
  });

  test('a trunk, and where its untagged frames go', async () => {
    const { simulated, client } = await start();
    await applied(client, VLANS, 'set interface swp1 bridge domain br_default vlan 10,100-101');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: 1, tagged: [10, 100, 101] });
    await applied(client, 'set interface swp1 bridge domain br_default untagged 10');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: 10, tagged: [100, 101] });
    await applied(client, 'set interface swp1 bridge domain br_default untagged none');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: null, tagged: [10, 100, 101] });
    await applied(client, 'unset interface swp1 bridge domain br_default vlan 10,101');
    expect(simulated.port('swp1')).toEqual({ enabled: true, native: null, tagged: [100] });
    await applied(client, 'unset interface swp1 bridge domain br_default vlan 100');
    expect(simulated.port('swp1').tagged).toEqual([1, 10, 20, 100, 101]);
    await applied(client, 'set interface swp1 bridge domain br_default vlan 20', 'set interface swp1 link state down');
    expect(simulated.port('swp1')).toEqual({ enabled: false, native: null, tagged: [20] });
    await applied(client, 'unset interface swp1');
    expect(simulated.port('swp1')).toEqual({ enabled: false, native: null, tagged: [] });
  });

  test('a VLAN that goes from the bridge stays where a port lists it', async () => {
    const { simulated, client } = await start({ factory: 'bridged' });
    expect(simulated.port('swp10')).toEqual({ enabled: true, native: 1, tagged: [] });
    await applied(client, VLANS, 'set interface swp1 bridge domain br_default vlan 10');
    await applied(client, 'unset bridge domain br_default vlan 10');
    expect([simulated.port('swp1').tagged, simulated.port('swp2').tagged]).toEqual([[10], [20, 100, 101]]);
  });
});
