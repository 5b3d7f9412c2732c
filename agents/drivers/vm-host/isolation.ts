import type { HeadnodeNic } from '../../../db/devices/headnode.ts';
import type { Domain } from '../../reading/domain-xml.ts';
import { interfaceName, uplinkName } from './interface-names.ts';
import type { VmNetworks } from './networks.ts';

/**
 * Reads where the interfaces of a machine are. Answers why that is not as wanted, as sentences; none: each of `nics` is on its VLAN and on
 * nothing else, and there is no other way into the machine but the uplink, where it has one. Throws DeviceError.
 */
export async function misplacements(
  live: Domain,
  nics: readonly HeadnodeNic[],
  networks: VmNetworks,
  hasUplink: boolean,
): Promise<string[]> {
  const problems: string[] = [];
  const others = new Set(live.interfaces);
  for (const [index, { mac, vlan }] of nics.entries()) {
    const device = interfaceName(live.uuid, index);
    const own = live.interfaces.find((one) => one.mac === mac && one.device === device);
    if (own) others.delete(own);
    const problem = own ? await networks.misplaced(device, vlan) : 'the machine does not have it';
    if (problem !== undefined) problems.push(`the interface ${mac} (${device}) is not on VLAN ${vlan} alone: ${problem}`);
  }
  const uplink = uplinkName(live.uuid);
  const found = [...others].map(({ device }) => device ?? 'one without a name');
  if (found.join() !== (hasUplink ? uplink : ''))
    problems.push(`its other interfaces are ${found.join(', ') || 'none'}, and should be ${hasUplink ? uplink : 'none'}`);
  else if (hasUplink) {
    const problem = await networks.entangled(uplink);
    if (problem !== undefined) problems.push(`the interface ${uplink} is not apart from the networks of HaaS: ${problem}`);
  }
  if (live.hostDevices > 0) problems.push('it was given devices of the management node');
  return problems;
}
