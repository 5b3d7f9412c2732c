import { z } from 'zod';
import { type Credentials, hostname, loginFields, transport } from './access.ts';

/** A TCP port in a registration. */
const tcpPort = z.int().min(1).max(65535);

/** What users are told of a VLAN that is no network's, and stands where no native VLAN is wanted. */
export const dummyVlan = { description: 'VLAN that carries nothing and stands where no native VLAN is wanted', examples: [999] };

/** Such a VLAN in a registration; the predecessor's clients send it as text. */
export const vlanField = z
  .union([
    // The range is judged below, with a sentence of its own.
    z.int().meta({ ...dummyVlan, minimum: 2, maximum: 4094 }),
    z
      .string()
      .regex(/^(?:[2-9]|[1-9]\d{1,2}|[1-3]\d{3}|40[0-8]\d|409[0-4])$/, 'must be a VLAN id, 2 to 4094')
      .meta({ ...dummyVlan, examples: ['999'] })
      .transform(Number),
  ])
  .pipe(z.int().min(2).max(4094));

/** What the settings of every switch with a command line hold: how it is reached, and whether changes are saved on it. */
export const consoleSettings = {
  transport,
  legacy_ssh: z
    .boolean()
    .meta({ description: 'Whether the SSH algorithms are offered that old switches need', examples: [false] }),
  save: z
    .boolean()
    .meta({
      description: 'Whether HaaS saves the configuration on the switch after changes; if not, somebody else has to',
      examples: [true],
    })
    .default(true),
};

/** Where a switch is reached. */
export const addressFields = {
  hostname: hostname.meta({ description: 'Address or DNS name of the switch', examples: ['10.0.5.21'] }),
  port: tcpPort
    .optional()
    .meta({ description: 'TCP port of the switch; unless given, the usual one of the way it is spoken to', examples: [22] }),
};

/** The same as fields of a registration, with address and login. A registration that names no transport means telnet, as the predecessor's did. */
export const consoleFields = {
  ...addressFields,
  ...loginFields,
  transport: transport.default('telnet'),
  legacy_ssh: consoleSettings.legacy_ssh.default(false),
  save: consoleSettings.save,
};

const ssh = z.literal('ssh').meta({ description: 'How the switch is reached', examples: ['ssh'] });

/** The settings of a switch that is reached by SSH only. */
export const sshSettings = { ...consoleSettings, transport: ssh };

/** The same as fields of a registration. */
export const sshFields = { ...consoleFields, transport: ssh.default('ssh') };

interface Login {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly private_key?: string | undefined;
  readonly enable_password?: string | undefined;
}

/** The login of a registration, whole or not there at all: its fields are sealed together. Telnet knows no keys. */
export function wholeLogin(fields: Login & { readonly transport?: string }, context: z.RefinementCtx): void {
  const missing = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const { username, password, private_key, enable_password } = fields;
  if (private_key !== undefined && fields.transport !== undefined && fields.transport !== 'ssh')
    missing('private_key', 'needs "transport": "ssh"');
  if (username === undefined && password === undefined && private_key === undefined && enable_password === undefined) return;
  if (username === undefined) missing('username', 'is needed with the other fields of a login');
  if (password === undefined && private_key === undefined)
    missing('password', fields.transport === 'telnet' ? 'is needed' : 'is needed, or a private_key');
}

/** Sorts the fields of a registration into address, login and settings. `defaultPort` is where the family listens. */
export function sorted<F extends Login & { readonly hostname: string; readonly port?: number | undefined }>(
  { hostname, port, username, password, private_key, enable_password, ...settings }: F,
  defaultPort: number,
) {
  const credentials: Credentials | undefined =
    username === undefined
      ? undefined
      : {
          username,
          password: password ?? '',
          ...(private_key === undefined ? {} : { private_key }),
          ...(enable_password === undefined ? {} : { enable_password }),
        };
  return { hostname, port: port ?? defaultPort, credentials, settings };
}

/** The host name of every switch that is the agent's own machine: nothing is dialled. */
export const LOCALHOST = 'localhost';

/** The port of a transport, unless a registration names another. */
export const portOfTransport = { telnet: 23, ssh: 22 } as const;
