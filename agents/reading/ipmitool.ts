import type { BootDevice, Power } from '../../db/devices/obm.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';

/** What `chassis power status` prints. */
export function parsePower(text: string): Power | NotUnderstood {
  const state = /^Chassis Power is (on|off)\n?$/.exec(text)?.[1];
  return state === 'on' || state === 'off' ? state : { problem: 'it does not tell the power' };
}

/** What `chassis power` prints when the BMC has taken a change. */
const acknowledgements = { on: 'Up/On', off: 'Down/Off', cycle: 'Cycle', soft: 'Soft' } as const;

/** Whether the BMC took this change of power. */
export function acknowledgesPower(text: string, change: keyof typeof acknowledgements): boolean {
  return text.trimEnd() === `Chassis Power Control: ${acknowledgements[change]}`;
}

/** Whether the BMC took this boot device. ipmitool may complain about other boot options before, which do not count. */
export function acknowledgesBoot(text: string, device: BootDevice['device']): boolean {
  return text.trimEnd() === `Set Boot Device to ${device}`;
}

/** The boot flags as the BMC holds them. */
export interface BootFlags {
  /** Whether the machine will heed them. Cleared when they were used, or were not in time. */
  readonly valid: boolean;
  readonly boot: BootDevice;
}

/** Boot device selectors (IPMI 2.0, table 28-14, boot flags), and how ipmitool calls them. */
const selectors: readonly { readonly code: number; readonly device: BootDevice['device']; readonly words: string }[] = [
  { code: 0x0, device: 'none', words: 'No override' },
  { code: 0x1, device: 'pxe', words: 'Force PXE' },
  { code: 0x2, device: 'disk', words: 'Force Boot from default Hard-Drive' },
  { code: 0x5, device: 'cdrom', words: 'Force Boot from CD/DVD' },
  { code: 0x6, device: 'bios', words: 'Force Boot into BIOS Setup' },
];

/**
 * What `chassis bootparam get 5` prints. ipmitool prints the bytes, and what it takes them for: both must say the same.
 * Selectors that a boot device cannot express, as the diagnostic partition, are not understood where they count.
 */
export function parseBootFlags(text: string): BootFlags | NotUnderstood {
  const header = /^Boot parameter version: \d+\nBoot parameter 5 is (valid\/unlocked|invalid\/locked)\n/.exec(text);
  const data = /^Boot parameter data: ([0-9a-f]{10})$/m.exec(text)?.[1];
  if (!header || data === undefined) return { problem: 'it does not tell the boot flags' };
  const flags = Number.parseInt(data.slice(0, 2), 16);
  const isValid = (flags & 0x80) !== 0;
  const persistent = (flags & 0x40) !== 0;
  const uefi = (flags & 0x20) !== 0;
  const code = (Number.parseInt(data.slice(2, 4), 16) >> 2) & 0xf;
  const selector = selectors.find((known) => known.code === code);
  const told = new Set([...text.matchAll(/^ {3}- (.*?) *$/gm)].map(([, line]) => line));
  const expected = [
    `Boot Flag ${isValid ? 'Valid' : 'Invalid'}`,
    `Options apply to ${persistent ? 'all future boots' : 'only next boot'}`,
    uefi ? 'BIOS EFI boot' : 'BIOS PC Compatible (legacy) boot',
    ...(selector ? [`Boot Device Selector : ${selector.words}`] : []),
  ];
  const missing = expected.find((line) => !told.has(line));
  if (missing !== undefined) return { problem: `it tells boot flags ${data}, and not "${missing}"` };
  const valid = isValid && header[1] === 'valid/unlocked';
  if (!selector) {
    if (valid) return { problem: `it boots from a device that HaaS does not set, selector ${code}` };
    return { valid, boot: { device: 'none', persistent, uefi } };
  }
  return { valid, boot: { device: selector.device, persistent, uefi } };
}

/** What a BMC says of itself. */
export interface Controller {
  readonly manufacturer: string;
  readonly product: string;
  readonly firmware: string;
}

/** What `raw` prints of who holds the console: the session's id, as four bytes in hexadecimal. */
export function parsePayloadHolder(text: string): string | NotUnderstood {
  const holder = /^ ((?:[0-9a-f]{2} ){3}[0-9a-f]{2})(?: [0-9a-f]{2})*\s*$/.exec(text)?.[1];
  return holder ?? { problem: 'it does not tell who holds its console' };
}

/** What `mc info` prints. Texts without control characters, at most 100 characters each. */
export function parseController(text: string): Controller | NotUnderstood {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const field = /^([A-Z][A-Za-z ]*?) *: (.*)$/.exec(line);
    if (field?.[1] !== undefined && field[2] !== undefined) fields.set(field[1], told(field[2]));
  }
  const firmware = fields.get('Firmware Revision');
  const manufacturer = fields.get('Manufacturer Name') ?? fields.get('Manufacturer ID');
  const product = fields.get('Product Name') ?? fields.get('Product ID');
  if (!fields.has('Device ID') || firmware === undefined || manufacturer === undefined || product === undefined)
    return { problem: 'it does not tell what it is' };
  return { manufacturer, product, firmware };
}

function told(text: string): string {
  return text
    .replace(/[\p{Control}\p{Surrogate}]+/gu, ' ')
    .trim()
    .slice(0, 100);
}
