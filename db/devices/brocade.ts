import { z } from 'zod';
import { type SwitchFamily, vlanRange } from './family.ts';
import { sorted } from './registration.ts';
import { restAddressOf, restFields, restSettings, wholeRestLogin } from './rest-registration.ts';

/** The types of ports of a VDX, in the spelling of its command line. */
const interfaceTypes = ['GigabitEthernet', 'TenGigabitEthernet', 'FortyGigabitEthernet', 'HundredGigabitEthernet'] as const;

const findType = (text: string) => interfaceTypes.find((type) => type.toLowerCase() === text.toLowerCase());

const described = { description: 'Type of the ports that are named by numbers alone', examples: ['TenGigabitEthernet'] };

/** The settings of a VDX that are no secret. `interface_type` is the type of ports that are named by numbers alone. */
export const brocadeSettings = z.strictObject({
  ...restSettings,
  interface_type: z.enum(interfaceTypes).meta(described),
});

const interfaceType = z
  .string()
  // In whichever case.
  .meta({ ...described, enum: interfaceTypes })
  .transform((text) => findType(text) ?? text)
  .pipe(z.enum(interfaceTypes));

const registration = z
  .strictObject({ ...restFields, interface_type: interfaceType })
  .superRefine(wholeRestLogin)
  .transform((fields) => sorted({ ...fields, ...restAddressOf(fields, { http: 80, https: 443 }) }, 80));

const portName = /^(?:([A-Za-z]+) ?)?(\d{1,3})\/(\d{1,3})(?:\/(\d{1,3}))?$/;

/** The type and the numbers of a port, or null when no port is called so. */
export function brocadePort(label: string, interface_type: string): { readonly type: string; readonly numbers: string } | null {
  const [, prefix, ...numbers] = portName.exec(label) ?? [];
  if (numbers[0] === undefined) return null;
  const type = findType(prefix ?? interface_type);
  if (type === undefined) return null;
  // The numbers are not all counted from 1: `104/0/10` is port 10 of slot 0 of the switch with RBridge id 104.
  return {
    type,
    numbers: numbers
      .filter((part) => part !== undefined)
      .map(Number)
      .join('/'),
  };
}

/** Brocade VDX 67xx and 8770, Network OS, over its REST server. */
export const brocade: SwitchFamily = {
  type: 'brocade',
  extension: 'hil.ext.switches.brocade',
  registration,
  settings: brocadeSettings,
  canonicalPort(label, settings) {
    const { interface_type } = brocadeSettings.parse(settings);
    const port = brocadePort(label, interface_type);
    if (!port) return null;
    return port.type === interface_type ? port.numbers : `${port.type}${port.numbers}`;
  },
  portNames:
    '104/0/10, or 1/0 where there is no slot; FortyGigabitEthernet104/0/49 for a port of another type than the switch is registered with',
  namingSettings: ['interface_type'],
  // VLAN 1 cannot be removed, 1002 is kept for FCoE, and 4087 and above are the switch's own (Network OS Administrator's Guide,
  // "VLAN configuration guidelines"). Older releases keep 3963 and above on the 67xx; ports with 4001 to 4050 have been seen there.
  reservedVlans: () => [1, 1002, ...vlanRange(4087, 4094)],
  capabilities: [],
};
