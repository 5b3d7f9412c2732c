import { describe, expect, test } from 'vitest';
import { answer, configuring, start, type } from './switch-under-test.ts';

describe('what frames meet', () => {
  test.for([
    { lines: [], native: 1, tagged: [] },
    { lines: ['switchport access vlan 100'], native: 100, tagged: [] },
    { lines: ['switchport access vlan 100', 'no switchport access vlan'], native: 1, tagged: [] },
    { lines: ['switchport mode trunk'], native: 1, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan none'], native: null, tagged: [] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan 100,200'], native: null, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan except 1-199'], native: null, tagged: [200] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan none', 'sw trunk allowed vlan all'], native: 1, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk allowed vlan none', 'no sw trunk allowed vlan'], native: 1, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100'], native: 100, tagged: [1, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100', 'sw trunk allowed vlan remove 100'], native: null, tagged: [1, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100', 'no sw trunk native vlan'], native: 1, tagged: [100, 200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100', 'sw mode access'], native: 1, tagged: [] },
    { lines: ['sw mode general', 'sw general allowed vlan add 100 tagged'], native: 1, tagged: [100] },
    { lines: ['sw mode general', 'sw general allowed vlan add 100', 'sw general pvid 100'], native: 100, tagged: [1] },
    { lines: ['sw mode general', 'sw general acceptable-frame-type tagged-only'], native: null, tagged: [1] },
  ])('after $lines', async ({ lines, native, tagged }) => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '200');
    await type(far, 'interface gi1/0/5', ...lines);
    expect(simulated.port('Gi1/0/5')).toEqual({ enabled: true, native, tagged });
    expect(simulated.port('Gi1/0/1')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test("goes HIL's way to a native VLAN and back to none over a dummy VLAN", async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '2222');
    await type(far, 'int gi1/0/5', 'sw mode trunk');
    const revert = ['sw trunk allowed vlan add 2222', 'sw trunk native vlan 2222', 'sw trunk allowed vlan remove 1-4093'];
    await type(far, ...revert);
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native: null, tagged: [] });
    await type(far, 'sw trunk allowed vlan add 100', 'sw trunk native vlan 100');
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native: 100, tagged: [] });
    await type(far, ...revert);
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native: null, tagged: [] });
  });

  test('a trunk is a member of VLANs created later', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, 'int gi1/0/5', 'sw mode trunk', 'vlan 300-302');
    expect(simulated.port('gi1/0/5').tagged).toEqual([300, 301, 302]);
  });

  test.for([
    { lines: ['sw access vlan 100'], native: 1, tagged: [] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100'], native: 1, tagged: [200] },
    { lines: ['sw mode trunk', 'sw trunk native vlan 100', 'sw trunk allowed vlan remove 1'], native: null, tagged: [200] },
    { lines: ['sw mode general', 'sw general pvid 100'], native: 1, tagged: [] },
  ])('after $lines a port falls into VLAN 1 when VLAN 100 is deleted', async ({ lines, native, tagged }) => {
    const simulated = await start();
    const far = await configuring(simulated, '100', '200');
    await type(far, 'int gi1/0/5', ...lines, 'no vlan 100');
    expect(simulated.port('gi1/0/5')).toEqual({ enabled: true, native, tagged });
    expect(await answer(far, 'no vlan 100,200')).toBe('\r\nThese VLANs do not exist:  100.\r\n');
    expect(simulated.vlans()).toEqual([1]);
  });

  test('a range changes every port of it', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'interface range gi1/0/1-2,te1/0/1', 'switchport access vlan 100', 'shutdown');
    for (const name of ['Gi1/0/1', 'Gi1/0/2', 'Te1/0/1']) {
      expect(simulated.port(name)).toEqual({ enabled: false, native: 100, tagged: [] });
    }
    await type(far, 'no shutdown');
    expect(simulated.port('Te1/0/1').enabled).toBe(true);
    expect(() => simulated.port('Gi1/0/9')).toThrow('no port Gi1/0/9');
  });
});
