import { describe, expect, test } from 'vitest';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { answer, configuring, start, type } from './switch-under-test.ts';

const vlansOf = (simulated: SimulatedSwitch) => {
  const { native, tagged } = simulated.port('1/3');
  return { native, tagged };
};

describe('what frames meet', () => {
  test('a fresh port is shut and in no VLAN; one in layer 2 is in the default VLAN', async () => {
    const simulated = await start();
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
    expect(simulated.port('TenGigabitEthernet1/49')).toEqual({ enabled: false, native: null, tagged: [] });
    const far = await configuring(simulated);
    expect(simulated.port('1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
    await type(far, 'no switchport', 'shutdown');
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
  });

  test('a tagged port leaves the default VLAN, and comes back with its last VLAN gone', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, 'interface vlan 100', 'tagged GigabitEthernet 1/3', 'interface vlan 101', 'tagged gi 1/3');
    expect(vlansOf(simulated)).toEqual({ native: null, tagged: [100, 101] });
    await type(far, 'no tagged gi1/3', 'interface vlan 100', 'no tagged gi 1/3');
    expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [] });
  });

  test('a hybrid port is always untagged somewhere', async () => {
    const simulated = await start();
    const far = await configuring(simulated, 'portmode hybrid');
    await type(far, 'interface vlan 100', 'tagged gi 1/3');
    expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [100] });
    await type(far, 'interface vlan 200', 'untagged gi 1/3');
    expect(vlansOf(simulated)).toEqual({ native: 200, tagged: [100] });
    await type(far, 'no untagged gi 1/3');
    expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [100] });
  });

  test('a VLAN that is deleted leaves its ports to the default VLAN', async () => {
    const simulated = await start();
    const far = await configuring(simulated, 'portmode hybrid');
    await type(far, 'interface vlan 100', 'tagged gi 1/3', 'interface vlan 200', 'untagged gi 1/3', 'exit');
    await type(far, 'no interface vlan 200', 'no interface vlan 100');
    expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [] });
    expect(simulated.vlans()).toEqual([1]);
  });

  test('ranges of ports, and a port reset', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, 'interface range gi 1/1-3', 'switchport', 'interface vlan 100', 'untagged gi 1/1-3', 'exit');
    expect([simulated.port('1/1').native, simulated.port('1/2').native]).toEqual([100, 100]);
    await type(far, 'default interface gigabitethernet 1/3');
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
  });
});

describe('what is refused, and changes nothing', () => {
  const marker = '% Error: Invalid input at "^" marker.';
  test.each<[lines: string[], line: string, says: string]>([
    [['interface gi 1/1', 'interface vlan 100'], 'tagged gi 1/1', '% Error: Port is not in Layer-2 mode Gi 1/1.'],
    [
      ['interface vlan 100', 'untagged gi 1/3', 'interface vlan 200'],
      'untagged gi 1/3',
      '% Error: Gi 1/3 Port is untagged in another Vlan.',
    ],
    [
      ['interface vlan 100', 'untagged gi 1/3', 'interface vlan 200'],
      'tagged gi 1/3',
      '% Error: Gi 1/3 Port is untagged in another Vlan.',
    ],
    [
      ['interface vlan 100', 'tagged gi 1/3', 'interface vlan 200'],
      'untagged gi 1/3',
      '% Error: Gi 1/3 Port is tagged in another Vlan.',
    ],
    [['interface vlan 100', 'tagged gi 1/3'], 'untagged gi 1/3', '% Error: Gi 1/3 Port is tagged in this Vlan.'],
    [['interface vlan 100'], 'no tagged gi 1/3', '% Error: Gi 1/3 Port is not tagged in this Vlan.'],
    [['interface vlan 100'], 'no untagged gi 1/3', '% Error: Gi 1/3 Port is not untagged in this Vlan.'],
    [['interface vlan 1'], 'tagged gi 1/3', '% Error: Configuration is not allowed on the default Vlan.'],
    [['interface gi 1/3'], 'portmode hybrid', '% Error: Port is in Layer-2 mode Gi 1/3.'],
    [['interface vlan 100', 'tagged gi 1/3', 'interface gi 1/3'], 'no switchport', '% Error: Gi 1/3 Port is a member of a Vlan.'],
    [[], 'no interface vlan 1', '% Error: Cannot delete the default Vlan.'],
    [[], 'no interface vlan 201', '% Error: No such interface Vl 201.'],
    [[], 'interface gi 1/48', '% Error: Value out of range at "^" marker.'],
    [[], 'interface vlan 4095', '% Error: Value out of range at "^" marker.'],
    [['interface vlan 100'], 'name 1st', marker],
    [['interface vlan 100'], 'switchport', marker],
    [[], 'show vlan', marker],
    [[], 'interface', '% Error: Incomplete command.'],
  ])('after %j: %s', async (lines, line, says) => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, ...lines);
    const before = [simulated.port('1/3'), simulated.port('1/1'), simulated.vlans()];
    expect((await answer(far, line)).trim().replace(/^\^\r\n/, '')).toBe(says);
    expect([simulated.port('1/3'), simulated.port('1/1'), simulated.vlans()]).toEqual(before);
  });

  test('a caret stands below the word', async () => {
    const far = await configuring(await start());
    expect(await answer(far, 'switchport mode trunk')).toBe(
      `${' '.repeat('sw1(conf-if-gi-1/3)#switchport '.length)}^\r\n${marker}\r\n`,
    );
  });
});
