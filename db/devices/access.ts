import { z } from 'zod';

/** An IPv4 or IPv6 address, or a DNS name: nothing that a program could read as an option. */
export const hostname = z
  .string()
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/,
    'must be an IP address or a DNS name',
  );

/** What stands where a host name would, for devices that are none. */
export const mockHostname = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,253}$/u, 'must be 1 to 253 printable characters');

/** What is typed at a login: printable ASCII, so that no character of it can end a line or be a control. */
const typedName = z.string().regex(/^[!-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without blanks');
const typedPassword = z.string().regex(/^[ -~]{0,128}$/, 'must be at most 128 printable ASCII characters');

const privateKey = z
  .string()
  .max(16_384)
  .regex(
    /^-----BEGIN (?:OPENSSH|RSA|EC|DSA) PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END (?:OPENSSH|RSA|EC|DSA) PRIVATE KEY-----\n?$/,
    'must be a private key in OpenSSH or PEM form, without a passphrase',
  );

/** The fields of a login, none of which is ever stored in the clear. */
export const loginFields = {
  username: typedName.optional().meta({ description: 'User that logs in to the switch', examples: ['haas'] }),
  password: typedPassword
    .optional()
    .meta({ description: 'Password of that user; it is kept sealed and never shown', examples: ['hunter2'], writeOnly: true }),
  private_key: privateKey.optional().meta({
    description: 'Private SSH key of that user, offered before the password; it is kept sealed and never shown',
    examples: ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----\n'],
    writeOnly: true,
  }),
  enable_password: typedPassword.optional().meta({
    description: 'Password for more rights, if the switch asks for one; it is kept sealed and never shown',
    examples: ['hunter3'],
    writeOnly: true,
  }),
};

/** How a CLI is reached. Telnet has no encryption: use it only on a management network of its own. */
export const transport = z.enum(['telnet', 'ssh']).meta({
  description: 'How the command line of the switch is reached; telnet is not encrypted',
  examples: ['ssh'],
});
export type Transport = z.output<typeof transport>;

/**
 * How to reach a switch, as it travels inside a signed command. `label` is the switch's name in HaaS.
 * `sealed` is a compact JWE that only the switch's agent opens: see `db/commands/seal.ts`.
 */
export const switchAccess = z.strictObject({
  label: z.string().min(1).max(255),
  type: z.string().min(1).max(64),
  hostname: z.string().min(1).max(253),
  port: z.int().min(1).max(65535),
  settings: z.record(z.string(), z.json()),
  sealed: z.string().min(1),
});
export type SwitchAccess = z.output<typeof switchAccess>;

/** What `sealed` opens to, once its label, hostname and port were found to be those of the command. */
export const credentials = z.strictObject({
  username: z.string(),
  /** Empty where a key is used. */
  password: z.string(),
  /** For SSH: PEM or OpenSSH text without a passphrase. Offered before the password. */
  private_key: z.string().optional(),
  /** What the switch asks for when more rights are demanded. Without it the question is answered with an empty line. */
  enable_password: z.string().optional(),
});
export type Credentials = z.output<typeof credentials>;

/** Every text among credentials that must appear nowhere. The longest first: one may be the beginning of another. */
export function secretsOf({ password, private_key = '', enable_password = '' }: Credentials): string[] {
  const secrets = [password, private_key, enable_password].filter((secret) => secret !== '');
  return secrets.sort((a, b) => b.length - a.length);
}
