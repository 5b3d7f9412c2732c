import type { CommandParameters } from '../db/commands/kinds.ts';
import { hostname } from '../db/devices/access.ts';
import type { BmcAccess } from '../db/devices/obm.ts';

/** What of an order to a BMC its schema cannot tell: that device and BMC are one thing. A sentence, or undefined when all is well. */
export function wrongBmcOrder(device: string, { bmc }: { readonly bmc: BmcAccess }): string | undefined {
  return wrongBmc(`bmc/${bmc.label}`, device, bmc);
}

/** What of an order to a boot device its schema cannot tell. */
export function wrongBootDevice(device: string, parameters: CommandParameters<'boot-device.set'>): string | undefined {
  const { boot } = parameters;
  if (boot.device === 'none' && (boot.persistent || boot.uefi)) return 'it has options for no boot device at all';
  return wrongBmcOrder(device, parameters);
}

/** What is wrong with the BMC of an order for a device that is to be `named`. */
export function wrongBmc(named: string, device: string, { label, type, host }: BmcAccess): string | undefined {
  if (device !== named) return `it is for ${device}, and its parameters name the BMC of ${label}`;
  // The mock's host goes nowhere, and names a fault.
  if (type !== 'mock' && !hostname.safeParse(host).success) return 'its host is no IP address and no DNS name';
  return undefined;
}
