import { z } from 'zod';
import type { SwitchFamily } from './family.ts';
import { consoleFields, consoleSettings, portOfTransport, sorted, wholeLogin } from './registration.ts';
import { restAddressOf, restFields, restSettings, wholeRestLogin } from './rest-registration.ts';

/**
 * The types of ports of OS 9: as its command line spells them, how its tables shorten them, and how the predecessor spelled those
 * that it took from the names of REST resources.
 */
const interfaceTypes = [
  { type: 'GigabitEthernet', short: 'Gi' },
  { type: 'TenGigabitEthernet', short: 'Te' },
  { type: 'twentyFiveGigE', short: 'Tf', predecessor: 'TwentyfiveGigabitEthernet' },
  { type: 'fortyGigE', short: 'Fo' },
  { type: 'fiftyGigE', short: 'Fi', predecessor: 'FiftyGigabitEthernet' },
  { type: 'hundredGigE', short: 'Hu', predecessor: 'HundredGigabitEthernet' },
  { type: 'peGigE', short: 'PeGi', predecessor: 'peGigabitEthernet' },
] as const;

const typeNames = interfaceTypes.map(({ type }) => type);

function findType(text: string): (typeof typeNames)[number] | undefined {
  const name = text.toLowerCase();
  return interfaceTypes.find((each) => Object.values(each).some((one) => one.toLowerCase() === name))?.type;
}

const described = { description: 'Type of the ports that are named by numbers alone', examples: ['TenGigabitEthernet'] };

const interfaceType = z
  .string()
  // In whichever case, and by its other names.
  .meta({ ...described, enum: typeNames })
  .transform((text) => findType(text) ?? text)
  .pipe(z.enum(typeNames));

const transport = z.enum(['rest', 'ssh', 'telnet']).meta({
  description: 'How the switch is spoken to: by its REST server, or on its command line, which over telnet is not encrypted',
  examples: ['rest'],
});

/** The settings of an OS 9 switch that are no secret. `interface_type` is the type of ports that are named by numbers alone. */
export const dellnos9Settings = z.strictObject({
  ...consoleSettings,
  ...restSettings,
  transport,
  interface_type: z.enum(typeNames).meta(described),
});

/** Where its REST servers listen (Dell Networking OS 9 Open Automation Guide). */
const restPorts = { http: 8008, https: 8888 };

const registration = z
  .strictObject({ ...consoleFields, ...restFields, transport: transport.default('rest'), interface_type: interfaceType })
  .superRefine((fields, context) => {
    const { transport, ...others } = fields;
    if (transport !== 'rest') {
      wholeLogin({ ...others, transport }, context);
      if (/^https?:/i.test(fields.hostname))
        context.addIssue({ code: 'custom', path: ['hostname'], message: 'must be no URL, unless "transport" is "rest"' });
      return;
    }
    wholeRestLogin(fields, context);
    for (const name of ['private_key', 'enable_password'] as const) {
      if (fields[name] !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'needs another "transport" than "rest"' });
    }
  })
  .transform((fields) => {
    const { hostname, port, tls } = restAddressOf(fields, restPorts);
    if (fields.transport === 'rest') return sorted({ ...fields, hostname, port, tls }, port);
    const named = restAddressOf({ ...fields, tls: false }, { http: portOfTransport[fields.transport], https: 0 });
    return sorted({ ...fields, hostname, port: named.port, tls: false }, named.port);
  });

const portName = /^(?:([A-Za-z]+) ?)?(\d{1,3})\/(\d{1,3})(?:\/(\d{1,3}))?$/;

/** The type and the numbers of a port, or null when no port is called so. */
export function dellnos9Port(label: string, interface_type: string): { readonly type: string; readonly numbers: string } | null {
  const [, prefix, ...numbers] = portName.exec(label) ?? [];
  const type = findType(prefix ?? interface_type);
  if (type === undefined || numbers[0] === undefined) return null;
  // Stack units and ports are counted from 0 or from 1, depending on the model; the third number is that of a part of a port.
  return {
    type,
    numbers: numbers
      .filter((part) => part !== undefined)
      .map(Number)
      .join('/'),
  };
}

/** Dell Networking OS 9 (FTOS): S3048-ON, S4048-ON, S4810, S6000, FN-IOM and their kin, over REST as the predecessor did, or its CLI. */
export const dellnos9: SwitchFamily = {
  type: 'dellnos9',
  extension: 'hil.ext.switches.dellnos9',
  registration,
  settings: dellnos9Settings,
  canonicalPort(label, settings) {
    const { interface_type } = dellnos9Settings.parse(settings);
    const port = dellnos9Port(label, interface_type);
    if (!port) return null;
    return port.type === interface_type ? port.numbers : `${port.type}${port.numbers}`;
  },
  portNames: '1/3, or 1/49/1 for a part of a port; fortyGigE1/49 for a port of another type than the switch is registered with',
  namingSettings: ['interface_type'],
  // VLAN 1 is where every untagged port goes that is in no other; 4094 is the control VLAN between switches that share bundles (VLT).
  reservedVlans: () => [1, 4094],
  capabilities: [],
};
