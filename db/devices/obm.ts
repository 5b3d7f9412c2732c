import { z } from 'zod';
import { hostname, mockHostname } from './access.ts';

const typeUrl = 'http://schema.massopencloud.org/haas/v0/obm/';

/** The kinds of BMC that agents reach. */
export const obmType = z.enum(['ipmi', 'mock']);

/** What a kind of BMC is called in a registration: its short name, or the predecessor's URL. */
function namesOf<T extends z.output<typeof obmType>>(type: T) {
  return [type, `${typeUrl}${type}`] as const;
}

/** Every name of a kind of BMC. */
export const obmTypeNames = obmType.options.flatMap((type) => namesOf(type));

/** What the fields of a registration, and of its changes, are described as to users. */
export const obmDescriptions = {
  type: { description: 'How the BMC is reached; by the short name or by the URL that HIL has for it', examples: ['ipmi'] },
  host: { description: 'Address or DNS name of the BMC', examples: ['10.0.7.11'] },
  port: { description: 'UDP port of the BMC', examples: [623] },
  user: { description: 'User of the BMC', examples: ['haas'] },
  password: { description: 'Password of that user; it is kept sealed and never shown', examples: ['hunter2'], writeOnly: true },
  cipher_suite: { description: 'Cipher suite of IPMI; without one the best that the BMC takes is found out', examples: [17] },
  privilege_level: {
    description: 'Privilege level of sessions with the BMC; without one it is administrator',
    examples: ['operator'],
  },
};

function type<T extends z.output<typeof obmType>>(name: T) {
  return z
    .literal(namesOf(name))
    .meta({ ...obmDescriptions.type, examples: [name] })
    .transform(() => name);
}

/**
 * Cipher suites that authenticate, prove and encrypt everything (IPMI 2.0, table 22-20): 17 with SHA-256, and 3, which every BMC has.
 * Those that do so with MD5 are not used: ipmitool 1.8.19 ends with an assertion over them.
 */
export const cipherSuite = z
  .literal([3, 17], 'must be 3 or 17: suites without encryption, or with MD5, are not used')
  .meta(obmDescriptions.cipher_suite);

/** How much a session may do. Power and boot device need `operator`. */
export const privilegeLevel = z
  .enum(['operator', 'administrator'], 'must be "operator" or "administrator"')
  .meta(obmDescriptions.privilege_level);

/** The user of a BMC: it travels as an argument of a program. IPMI takes 16 bytes. */
const ipmiUser = z
  .string()
  .regex(/^(?!-)[!-~]{1,16}$/, 'must be 1 to 16 printable ASCII characters without blanks, not beginning with "-"');

// IPMI v2 carries 20 bytes of password; ipmitool refuses more. Neither NUL nor a line break can be in it.
const ipmiPassword = z
  .string()
  .regex(/^[ -~]*$/, 'must be printable ASCII characters')
  .max(20, 'must be at most 20 bytes long: IPMI takes no more');

const port = z.int().min(1).max(65535).default(623).meta(obmDescriptions.port);

const ipmi = z.strictObject({
  type: type('ipmi'),
  host: hostname.meta(obmDescriptions.host),
  port,
  user: ipmiUser.meta(obmDescriptions.user),
  password: ipmiPassword.meta(obmDescriptions.password),
  cipher_suite: cipherSuite.optional(),
  privilege_level: privilegeLevel.optional(),
});

const mock = z.strictObject({
  type: type('mock'),
  host: mockHostname.meta(obmDescriptions.host),
  port,
  user: z.string().meta(obmDescriptions.user),
  password: z.string().meta(obmDescriptions.password),
});

/** How an agent reaches a node's BMC, as registered: by the short type or the predecessor's URL. */
export const obm = z.discriminatedUnion('type', [ipmi, mock], 'must be {"type": "ipmi" or "mock", "host", "user", "password"}');
export type Obm = z.output<typeof obm>;

/** The predecessor's names of the kinds of out-of-band management that HaaS takes registrations for. */
export const obmExtensions = ['hil.ext.obm.ipmi', 'hil.ext.obm.mock'] as const;

/** What is set for one BMC. Without a cipher suite the best that the BMC takes is found out; the privilege level is `administrator`. */
export const bmcSettings = z.strictObject({
  cipher_suite: cipherSuite.optional(),
  privilege_level: privilegeLevel.optional(),
});
export type BmcSettings = z.output<typeof bmcSettings>;

/**
 * How to reach a BMC, as it travels inside a signed command. `label` is the node's name in HaaS.
 * `sealed` is a compact JWE for the device `bmc/<label>` at this host and port: see `db/commands/seal.ts`.
 */
export const bmcAccess = z.strictObject({
  label: z.string().min(1).max(255),
  type: obmType,
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65535),
  settings: bmcSettings,
  sealed: z.string().min(1),
});
export type BmcAccess = z.output<typeof bmcAccess>;

/** What `sealed` opens to, once its label, host and port were found to be those of the command. */
export const bmcCredentials = z.strictObject({ user: z.string(), password: z.string() });
export type BmcCredentials = z.output<typeof bmcCredentials>;

/** Whether a machine has power. "Could not tell" is no power state. */
export const power = z.enum(['on', 'off']);
export type Power = z.output<typeof power>;

/**
 * What a machine boots from: `none` follows the machine's own order. For the next boot only, or for all from now on (`persistent`);
 * by UEFI, or as the legacy BIOS does.
 */
export const bootDevice = z.strictObject({
  device: z.enum(['none', 'pxe', 'disk', 'cdrom', 'bios'], 'must be "pxe", "disk", "none", "bios" or "cdrom"'),
  persistent: z.boolean(),
  uefi: z.boolean(),
});
export type BootDevice = z.output<typeof bootDevice>;

/** Whether two boot devices are the same. Without a device its options mean nothing. */
export function sameBoot(a: BootDevice, b: BootDevice): boolean {
  return a.device === b.device && (a.device === 'none' || (a.persistent === b.persistent && a.uefi === b.uefi));
}

/** Every text among a BMC's credentials that must appear nowhere. */
export function secretsOfBmc({ password }: BmcCredentials): string[] {
  return password === '' ? [] : [password];
}
