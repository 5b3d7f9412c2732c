import type { CommandParameters } from '../db/commands/kinds.ts';
import type { HeadnodeIdentity } from '../db/devices/headnode.ts';

/** What of an order to a headnode its schema cannot tell: that device and headnode are one. A sentence, or undefined when all is well. */
export function wrongHeadnodeOrder(device: string, { headnode }: { readonly headnode: HeadnodeIdentity }): string | undefined {
  return wrongHeadnode(`headnode/${headnode.label}`, device, headnode);
}

/** What of an order to start a headnode its schema cannot tell. */
export function wrongHeadnodeStart(device: string, parameters: CommandParameters<'headnode.start'>): string | undefined {
  const { nics } = parameters;
  if (new Set(nics.map(({ mac }) => mac)).size < nics.length) return 'two of its interfaces have one MAC address';
  // A host that sends to a group address is none.
  const group = nics.find(({ mac }) => Number.parseInt(mac.slice(0, 2), 16) % 2 === 1);
  if (group) return `${group.mac} is the address of a group, and of no interface`;
  return wrongHeadnodeOrder(device, parameters);
}

/** What is wrong with the headnode of an order for a device that is to be `named`. */
export function wrongHeadnode(named: string, device: string, { label }: HeadnodeIdentity): string | undefined {
  return device === named ? undefined : `it is for ${device}, and its parameters name the headnode ${label}`;
}
