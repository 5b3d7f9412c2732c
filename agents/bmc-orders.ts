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

/** What of an order to open a console its schema cannot tell: that console and BMC are of one node. */
export function wrongConsoleOpening(device: string, { bmc }: { readonly bmc: BmcAccess }): string | undefined {
  return wrongBmc(`console/${bmc.label}`, device, bmc);
}

/** What of any other order to a console its schema cannot tell: that it is one. */
export function wrongConsoleOrder(device: string): string | undefined {
  return device.startsWith('console/') ? undefined : `it is for ${device}, which is no console`;
}

function wrongBmc(named: string, device: string, { label, type, host }: BmcAccess): string | undefined {
  if (device !== named) return `it is for ${device}, and its parameters name the BMC of ${label}`;
  // The mock's host goes nowhere, and names a fault.
  if (type !== 'mock' && !hostname.safeParse(host).success) return 'its host is no IP address and no DNS name';
  return undefined;
}
