import { expect, test } from 'vitest';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { add, PORT, SWITCHPORT, send, start, TRUNK } from './switch-under-test.ts';

const vlansOf = (simulated: SimulatedSwitch) => {
  const { native, tagged } = simulated.port('104/0/10');
  return { native, tagged };
};

test('a port that nobody has touched is up and in no VLAN; an access port is in VLAN 1', async () => {
  const simulated = await start();
  expect(simulated.port('104/0/10')).toEqual({ enabled: true, native: null, tagged: [] });
  await send(simulated, ['POST', PORT, '<switchport/>']);
  expect(simulated.port('104/0/10')).toEqual({ enabled: true, native: 1, tagged: [] });
  await send(simulated, ['PUT', `${SWITCHPORT}/access`, '<access><vlan>10</vlan></access>']);
  expect(vlansOf(simulated)).toEqual({ native: 10, tagged: [] });
  await send(simulated, ['DELETE', SWITCHPORT]);
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [] });
});

test('a trunk carries its native VLAN with a tag until that is taken away, and falls into VLAN 1 without one', async () => {
  const simulated = await start();
  await send(simulated, ...TRUNK);
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [1] });
  await send(simulated, ['PUT', `${SWITCHPORT}/trunk`, '<trunk><native-vlan>102</native-vlan></trunk>'], add('200,210-211'));
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [102, 200, 210, 211] });
  await send(simulated, ['DELETE', `${SWITCHPORT}/trunk/tag/native-vlan`]);
  expect(vlansOf(simulated)).toEqual({ native: 102, tagged: [200, 210, 211] });
  await send(simulated, ['DELETE', `${SWITCHPORT}/trunk/native-vlan`]);
  expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [200, 210, 211] });
  await send(simulated, ['PUT', `${SWITCHPORT}/trunk/tag`, '<tag><native-vlan>true</native-vlan></tag>']);
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [1, 200, 210, 211] });
});

test('the list of allowed VLANs: add, remove, none, all, except', async () => {
  const simulated = await start();
  const list = (word: string, text: string): [string, string, string] => [
    'PUT',
    `${SWITCHPORT}/trunk/allowed/vlan`,
    `<vlan><${word}>${text}</${word}></vlan>`,
  ];
  await send(simulated, ...TRUNK, ['DELETE', `${SWITCHPORT}/trunk/tag/native-vlan`], add('10'), add('20-22'), add('10'));
  expect(vlansOf(simulated).tagged).toEqual([10, 20, 21, 22]);
  await send(simulated, list('remove', '10,21,4000'));
  expect(vlansOf(simulated).tagged).toEqual([20, 22]);
  await send(simulated, list('all', 'true'));
  expect(vlansOf(simulated).tagged).toEqual([10, 20, 21, 22]);
  await send(simulated, list('none', 'true'));
  expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [] });
  await send(simulated, list('except', '30'));
  expect(vlansOf(simulated).tagged).toEqual([10, 20, 21, 22]);
});

test('another mode begins afresh, the same one changes nothing; a trunk without a native VLAN', async () => {
  const simulated = await start();
  const mode = (word: string): [string, string, string] => [
    'PUT',
    `${SWITCHPORT}/mode`,
    `<mode><vlan-mode>${word}</vlan-mode></mode>`,
  ];
  await send(simulated, ...TRUNK, add('10'), mode('trunk'));
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [1, 10] });
  await send(simulated, mode('trunk-no-default-native'), add('10'));
  expect(vlansOf(simulated)).toEqual({ native: null, tagged: [10] });
  await send(simulated, mode('access'));
  expect(vlansOf(simulated)).toEqual({ native: 1, tagged: [] });
});

test('a port is shut and opened, and keeps its VLANs; other ports do not change', async () => {
  const simulated = await start();
  await send(simulated, ...TRUNK, add('10'), ['POST', PORT, '<shutdown>true</shutdown>']);
  expect(simulated.port('104/0/10')).toEqual({ enabled: false, native: null, tagged: [1, 10] });
  await send(simulated, ['DELETE', `${PORT}/shutdown`]);
  expect(simulated.port('104/0/10').enabled).toBe(true);
  expect(simulated.port('104/0/11')).toEqual({ enabled: true, native: null, tagged: [] });
});

test('a VLAN that is deleted forwards nothing; every change outlives a reboot without being saved', async () => {
  const simulated = await start();
  await send(simulated, ...TRUNK, add('10,20'), ['DELETE', '/rest/config/running/interface/Vlan/10']);
  expect(vlansOf(simulated).tagged).toEqual([1, 20]);
  expect(simulated.unsaved()).toBe(false);
  await simulated.reboot();
  expect(vlansOf(simulated).tagged).toEqual([1, 20]);
  expect(simulated.vlans()).toEqual([1, 20]);
});
