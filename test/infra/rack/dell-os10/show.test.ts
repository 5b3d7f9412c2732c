import { expect, test } from 'vitest';
import type { FarEnd } from '../far-end.ts';
import { answer, configuring, start, type } from './switch-under-test.ts';

async function configured(): Promise<FarEnd> {
  const far = await configuring(await start(), '100', '200');
  await type(far, 'interface vlan 100', 'description "red net"', 'interface vlan 200', 'vlan-name blue');
  await type(far, 'interface ethernet 1/1/2', 'description "a server of somebody"', 'switchport mode trunk');
  await type(far, 'switchport access vlan 200', 'switchport trunk allowed vlan 1,100');
  await type(far, 'interface ethernet 1/1/3', 'shutdown', 'switchport access vlan 100', 'interface e1/1/4', 'no switchport');
  return far;
}

test('show running-configuration interface', async () => {
  const far = await configured();
  expect(await answer(far, 'show running-configuration interface ethernet 1/1/2')).toBe(
    `!
interface ethernet1/1/2
 description "a server of somebody"
 no shutdown
 switchport mode trunk
 switchport access vlan 200
 switchport trunk allowed vlan 1,100
 flowcontrol receive off
`,
  );
  expect(await answer(far, 'do show running-configuration interface ethernet1/1/3')).toBe(
    `!
interface ethernet1/1/3
 shutdown
 switchport access vlan 100
 flowcontrol receive off
`,
  );
  expect(await answer(far, 'show configuration')).toContain('interface ethernet1/1/4\n no shutdown\n no switchport\n');
  await type(far, 'interface ethernet 1/1/2', 'no switchport access vlan');
  expect(await answer(far, 'show configuration')).toContain(' switchport mode trunk\n no switchport access vlan\n');
  expect(await answer(far, 'show running-configuration interface vlan 100')).toBe(
    '!\ninterface vlan100\n description "red net"\n no shutdown\n',
  );
  const whole = await answer(far, 'show running-configuration');
  expect(whole).toContain('!\ninterface vlan200\n vlan-name blue\n no shutdown\n!\ninterface ethernet1/1/1\n');
  expect(await answer(far, 'show running-configuration interface')).toContain('interface ethernet1/1/5:1\n');
});

test('show vlan', async () => {
  const far = await configured();
  expect(await answer(far, 'show vlan')).toBe(
    `Codes: * - Default VLAN, M - Management VLAN, R - Remote Port Mirroring VLANs,
       @ - Attached to Virtual Network, P - Primary, C - Community, I - Isolated
Q: A - Access (Untagged), T - Tagged
    NUM    Status    Description                     Q Ports
*   1      Active                                    T Eth1/1/2
                                                     A Eth1/1/1,1/1/5:1
    100    Active    red net                         T Eth1/1/2
                                                     A Eth1/1/3
    200    Active    blue                            A Eth1/1/2
`,
  );
  await type(far, 'interface range ethernet 1/1/1-1/1/3', 'switchport mode access', 'switchport access vlan 200');
  expect(await answer(far, 'show vlan 200')).toContain('A Eth1/1/1-1/1/3\n');
});

test('show interface status', async () => {
  expect(await answer(await configured(), 'show interface status')).toBe(
    `---------------------------------------------------------------------------------
Port            Description     Status   Speed    Duplex   Mode Vlan Tagged-Vlans
---------------------------------------------------------------------------------
Eth 1/1/1                       up       10G      full     A    1    -
Eth 1/1/2       a server of som up       10G      full     T    200  1,100
Eth 1/1/3                       down     0        full     A    100  -
Eth 1/1/4                       up       10G      full          -
Eth 1/1/5:1                     up       10G      full     A    1    -
---------------------------------------------------------------------------------
`,
  );
});

test('the rest', async () => {
  const far = await configured();
  expect(await answer(far, 'show version')).toContain('OS Version: 10.5.2.4\n');
  expect(await answer(far, 'show mac address-table')).toContain('VlanId');
  expect(await answer(far, 'show interface ethernet 1/1/3')).toContain('Ethernet 1/1/3 is down, line protocol is down\n');
});
