import { describe, expect, test } from 'vitest';
import { answer, configuring, start, type } from './switch-under-test.ts';

const CLOSED = { enabled: true, native: null, tagged: [] };

describe('what frames meet', () => {
  test.for([
    { lines: [], native: 1, tagged: [] },
    { lines: ['switchport access vlan 100'], native: 100, tagged: [] },
    { lines: ['switchport access vlan none'], native: null, tagged: [] },
    { lines: ['switchport mode trunk'], native: 1, tagged: [100, 200] },
    { lines: ['switchport trunk allowed vlan none', 'switchport mode trunk'], native: null, tagged: [] },
    {
      lines: ['sw mode trunk', 'sw trunk allowed vlan none', 'sw trunk allowed vlan add 100,200'],
      native: null,
      tagged: [100, 200],
    },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan none', 'no sw trunk allowed vlan'], native: 1, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan remove 1-199', 'sw trunk native vlan 200'], native: 200, tagged: [] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan except 100', 'sw trunk native vlan none'], native: null, tagged: [1, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 300'], native: null, tagged: [1, 100, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100', 'no sw trunk native vlan'], native: 1, tagged: [100, 200] },
    { lines: ['switchport mode general'], native: 1, tagged: [] },
    { lines: ['sw mode general', 'sw general allowed vlan add 100', 'sw general pvid 100'], native: 100, tagged: [1] },
    {
      lines: ['sw mode general', 'sw general allowed vlan add 100 untagged', 'sw general allowed vlan remove 1'],
      native: null,
      tagged: [100],
    },
    { lines: ['sw mode general', 'sw general pvid 100', 'no sw general pvid'], native: 1, tagged: [] },
    { lines: ['sw mode general', 'sw general acceptable-frame-type tagged-only'], native: null, tagged: [1] },
    { lines: ['sw mode general', 'sw general ingress-filtering disable', 'sw general pvid 200'], native: 200, tagged: [1, 100] },
  ])('after $lines', async ({ lines, native, tagged }) => {
    const simulated = await start();
    const far = await configuring(simulated, '100,200');
    await type(far, 'interface gi1/0/5', ...lines);
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native, tagged });
    expect(simulated.port('gi1/0/1')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('a range changes every port of it', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'interface range gi1/0/1-2,te1/0/1', 'switchport access vlan 100', 'shutdown');
    for (const name of ['gi1/0/1', 'gi1/0/2', 'te1/0/1']) {
      expect(simulated.port(name)).toEqual({ enabled: false, native: 100, tagged: [] });
    }
    expect(simulated.port('gi1/0/3').enabled).toBe(true);
  });

  test("goes HIL's way from one native VLAN to another and to none", async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '200');
    await type(far, 'int gi1/0/5', 'sw trunk allowed vlan none', 'sw trunk native vlan none', 'sw mode trunk');
    await type(far, 'sw trunk allowed vlan add 100', 'sw trunk native vlan 100');
    await type(far, 'sw trunk allowed vlan remove 100', 'sw trunk allowed vlan add 200', 'sw trunk native vlan 200');
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native: 200, tagged: [] });
    await type(far, 'sw trunk allowed vlan remove 200', 'sw trunk native vlan none');
    expect(simulated.port('gi1/0/5')).toEqual(CLOSED);
  });

  test('a deleted VLAN forwards nothing, and again what it did once it is back', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'int gi1/0/5', 'sw access vlan 100', 'no vlan 100');
    expect(simulated.port('gi1/0/5')).toEqual(CLOSED);
    expect(await answer(far, 'no vlan 1')).toContain('cannot be deleted');
    await type(far, 'vlan 100');
    expect(simulated.port('gi1/0/5').native).toBe(100);
  });

  test.for([
    ['sw access vlan 100', 'no vlan 100', 1, []],
    ['sw mode trunk', 'no vlan 100', 1, [200]],
    ['sw mode trunk', 'sw trunk allowed vlan none', 1, []],
    ['sw mode trunk', 'sw trunk allowed vlan remove 1,100', 1, [200]],
  ] as const)('may fall into the default VLAN when "%s" loses its VLAN by "%s"', async ([mode, loss, native, tagged]) => {
    const simulated = await start({ lostVlan: 'default' });
    const far = await configuring(simulated, '100,200');
    await type(far, 'int gi1/0/5', 'sw trunk native vlan 100', mode, loss);
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native, tagged });
  });
});
