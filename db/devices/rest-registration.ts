import { z } from 'zod';
import { hostname, loginFields } from './access.ts';
import { addressFields } from './registration.ts';

/** Where a REST server of a switch listens, as far as its registration says so. */
interface RestAddress {
  readonly hostname: string;
  readonly port?: number;
  readonly tls?: boolean;
}

const url = /^(https?):\/\/(?:([^\s/?#@:[\]]+)|\[([0-9A-Fa-f:.]+)\])(?::([1-9]\d{0,4}))?\/?$/i;
const hostAndPort = /^([^\s/?#@:[\]]+):([1-9]\d{0,4})$/;

/** The parts of `http://switch:8008`, `switch:8008` or `switch`; null for any other text. */
function restAddress(text: string): RestAddress | null {
  const [, scheme, name, literal, urlPort] = url.exec(text) ?? [];
  const [, host, port = urlPort] = hostAndPort.exec(text) ?? [];
  const parts = {
    hostname: literal ?? name ?? host ?? text,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(scheme === undefined ? {} : { tls: scheme.toLowerCase() === 'https' }),
  };
  const fits = hostname.safeParse(parts.hostname).success && (parts.port === undefined || parts.port <= 65535);
  return fits ? parts : null;
}

/** What the settings of every switch with a REST server hold. */
export const restSettings = {
  tls: z.boolean().meta({
    description: 'Whether the REST server of the switch is spoken to over TLS; without it the password is readable on the way',
    examples: [true],
  }),
};

/**
 * The host of a switch with a REST server. The predecessor took a URL without a path, and put it before the path as it was;
 * its manual also shows `host:port`.
 */
const restHostname = z
  .string()
  .max(300)
  .refine(
    (text) => restAddress(text) !== null,
    'must be an IP address, a DNS name, or a URL like http://switch:8008 without a path',
  )
  .meta({
    description: 'Address or DNS name of the switch, or the URL of its REST server without a path',
    examples: ['https://10.0.5.22'],
  });

/** The fields of a registration that every switch with a REST server has. */
export const restFields = {
  hostname: restHostname,
  port: addressFields.port,
  username: loginFields.username,
  password: loginFields.password,
  tls: restSettings.tls.default(false),
};

/** The login of a REST server, whole or not there at all. The `Authorization` header ends the name at its first colon. */
export function wholeRestLogin(
  { username, password }: { readonly username?: string | undefined; readonly password?: string | undefined },
  context: z.RefinementCtx,
): void {
  const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (username?.includes(':')) problem('username', 'must be without a colon');
  if (username === undefined && password !== undefined) problem('username', 'is needed with the other field of the login');
  if (username !== undefined && password === undefined) problem('password', 'is needed with the other field of the login');
}

/** Takes a host apart: what a URL says stands above `port` and `tls`. The ports are where the family listens without and with TLS. */
export function restAddressOf(
  fields: { readonly hostname: string; readonly port?: number | undefined; readonly tls: boolean },
  defaultPorts: { readonly http: number; readonly https: number },
): { hostname: string; port: number; tls: boolean } {
  const address = restAddress(fields.hostname) ?? { hostname: fields.hostname };
  const tls = address.tls ?? fields.tls;
  return { hostname: address.hostname, port: address.port ?? fields.port ?? (tls ? defaultPorts.https : defaultPorts.http), tls };
}
