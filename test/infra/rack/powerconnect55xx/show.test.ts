import { describe, expect, test } from 'vitest';
import { answer, configuring, session, start, type } from './switch-under-test.ts';

const TRUNK = ['interface gi1/0/5', 'switchport mode trunk', 'switchport trunk allowed vlan none'];

describe('show interfaces switchport', () => {
  test.for([
    { lines: [], field: 'Administrative Mode', value: 'access' },
    { lines: [], field: 'Operational Mode', value: 'up' },
    { lines: ['shutdown'], field: 'Operational Mode', value: 'down' },
    { lines: [], field: 'Access Mode VLAN', value: '1' },
    { lines: ['switchport access vlan none'], field: 'Access Mode VLAN', value: 'none' },
    { lines: ['switchport trunk native vlan none'], field: 'Trunking Native Mode VLAN', value: 'none' },
    { lines: ['switchport trunk native vlan 3'], field: 'Trunking Native Mode VLAN', value: '3 (Inactive)' },
    {
      lines: [],
      field: 'Trunking VLANs Enabled',
      value: '1, 10, 23 - 25, 2000\r\n 2 - 9, 11 - 22, 26 - 1999, 2001 - 4094 (Inactive)',
    },
    { lines: TRUNK, field: 'Trunking VLANs Enabled', value: 'none' },
    { lines: [...TRUNK, 'sw trunk allowed vlan add 10,2000'], field: 'Trunking VLANs Enabled', value: '10, 2000' },
    { lines: [...TRUNK, 'sw trunk allowed vlan add 23-25'], field: 'Trunking VLANs Enabled', value: '23 - 25' },
    { lines: [...TRUNK, 'sw trunk allowed vlan add 10', 'no vlan 10'], field: 'Trunking VLANs Enabled', value: '10 (Inactive)' },
    { lines: ['interface gi1/0/5', 'sw general pvid 10'], field: 'General PVID', value: '10' },
  ])('after $lines says of $field $value', async ({ lines, field, value }) => {
    const far = await configuring(await start(), '10,23-25,2000');
    await type(far, 'interface gi1/0/5', ...lines, 'end');
    const shown = await answer(far, 'show interfaces switchport gi1/0/5');
    expect(shown).toMatch(/^Name: gi1\/0\/5\r\nSwitchport: enable\r\n/);
    expect(shown).toContain(`\r\n${field}: ${value}\r\n`);
    expect(shown).toMatch(/\r\nClassification rules:\r\n\r\nClassification type Group ID Vlan ID\r\n[- ]+\r\n\r\n$/);
  });

  test('breaks a long list into lines that begin with a blank', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => 100 + 2 * index).join(',');
    const far = await configuring(await start(), ids);
    await type(far, ...TRUNK, `switchport trunk allowed vlan add ${ids}`, 'end');
    const shown = await answer(far, 'show int sw gi1/0/5');
    const [, list = ''] = /Trunking VLANs Enabled: (.*?)\r\nGeneral PVID/s.exec(shown) ?? [];
    expect(list.split('\r\n').length).toBeGreaterThan(3);
    expect(
      list
        .split('\r\n')
        .slice(1)
        .every((line) => line.startsWith(' ')),
    ).toBe(true);
    expect(list.replace(/\s/g, '')).toBe(ids);
  });

  test('calls the list otherwise in kin firmware', async () => {
    const far = await configuring(await start({ switchportForm: 'VLANs' }));
    await type(far, ...TRUNK, 'end');
    expect(await answer(far, 'show int sw gi1/0/5')).toContain('\r\nTrunking VLANs: none\r\nGeneral PVID: 1\r\n');
  });

  test('is a table in the older form, and 4095 is no native VLAN', async () => {
    const far = await configuring(await start({ switchportForm: 'table' }), '203', '222');
    await type(far, ...TRUNK, 'sw trunk allowed vlan add 203,222', 'sw trunk native vlan 203', 'do terminal datadump');
    const shown = await answer(far, 'do show interfaces switchport gi1/0/5');
    expect(shown).toMatch(/^Port : gi1\/0\/5\r\nPort Mode: Trunk\r\n/);
    expect(shown).toContain('Ingress UnTagged VLAN ( NATIVE ): 203\r\n');
    expect(shown).toMatch(/\r\n203 +203 +Untagged +Static +\r\n222 +222 +Tagged +Static +\r\n/);
    await type(far, 'sw trunk native vlan none');
    const without = await answer(far, 'do show interfaces switchport gi1/0/5');
    expect(without).toContain('Ingress UnTagged VLAN ( NATIVE ): 4095\r\n');
    expect(without).toMatch(/\r\n203 +203 +Tagged/);
  });
});

describe('show', () => {
  test('vlan has a column for tagged and one for untagged ports', async () => {
    const far = await configuring(await start(), '504');
    await type(far, 'interface vlan 504', 'name "itm lab"', ...TRUNK, 'sw trunk allowed vlan add 504', 'end');
    const lines = (await answer(far, 'show vlan')).split('\r\n');
    expect(lines).toEqual([
      '',
      'Vlan     Name        Tagged Ports      UnTagged Ports     Type    Authorization ',
      '---- ------------ ------------------ ------------------ --------- ------------- ',
      ' 1        1                          gi1/0/1-3,te1/0/1,  Default    Required    ',
      '                                     Po1-32                                     ',
      '504    itm lab         gi1/0/5                          permanent   Required    ',
      '',
    ]);
    expect(await answer(far, 'show vlan tag 504')).toContain('itm lab');
    expect(await answer(far, 'show vlan tag 505')).toBe('VLAN was not created by user.\r\n');
  });

  test('running-config says what a trunk does not allow', async () => {
    const far = await configuring(await start(), '10', '20');
    await type(far, 'interface gi1/0/5', 'description "node 5"', 'switchport mode trunk', 'switchport trunk native vlan none');
    await type(
      far,
      'switchport trunk allowed vlan remove 1-9,11-4094',
      'interface te1/0/1',
      'switchport trunk allowed vlan none',
      'end',
    );
    expect(await answer(far, 'show running-config interface gi1/0/5')).toBe(
      [
        'interface gigabitethernet1/0/5',
        ' description "node 5"',
        ' switchport mode trunk',
        ' switchport trunk native vlan none',
        ' switchport trunk allowed vlan remove 1-9,11-4094',
        '!',
        '',
      ].join('\r\n'),
    );
    const whole = await answer(far, 'show running-config');
    expect(whole).toMatch(/^vlan database\r\nvlan 10,20\r\nexit\r\nhostname sw1\r\n/);
    expect(whole).toContain('interface tengigabitethernet1/0/1\r\n switchport trunk allowed vlan none\r\n');
    expect(await answer(far, 'show running-config interface gi1/0/1')).toBe('');
  });

  test('has the states of ports, the addresses, and what the switch is', async () => {
    const far = await configuring(await start());
    await type(far, 'interface gi1/0/5', 'shutdown', 'description node5', 'end');
    const status = await answer(far, 'show interfaces status');
    expect(status).toMatch(/\r\ngi1\/0\/1 +1G-Copper +Full +1000 +Enabled +Off +Up +Disabled +On\r\n/);
    expect(status).toMatch(/\r\ngi1\/0\/5 +1G-Copper +-- +-- +-- +-- +Down +-- +--\r\n/);
    expect(await answer(far, 'show interfaces configuration gi1/0/5')).toMatch(/gi1\/0\/5 .* Down +Disabled/);
    expect(await answer(far, 'show interfaces description')).toContain('\r\ngi1/0/5   node5\r\n');
    expect(await answer(far, 'show mac address-table')).toMatch(/\r\n +1 +02:00:5e:55:48:01 +0 +self +\r\n$/);
    expect(await answer(far, 'show system unit 1')).toMatch(/^System Type: +PowerConnect 5524\r\n/);
    expect(await answer(far, 'show bootvar')).toContain('Active*');
    expect(await answer(far, 'show version')).toContain('SW version');
  });
});

test('the prompt is not lost by a log line', async () => {
  const far = await session(await start({ faults: { log: /^show vlan/ } }));
  await type(far, 'terminal datadump');
  expect(await answer(far, 'show vlan')).toMatch(/\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d %LINK-I-Up: {2}gi1\/0\/1\r\n/);
});
