import { randomBytes } from 'node:crypto';
import { type AdminCall, AdminError } from './command.ts';

/** Makes a password for a login or a person. */
export const newPassword = (): string => randomBytes(24).toString('base64url');

/** The URL of a database for one login, on the server of another URL. */
export function withLogin(serverUrl: string, database: string, user: string, password: string): string {
  const url = new URL(serverUrl);
  Object.assign(url, { pathname: `/${database}`, username: user, password });
  return url.href;
}

/** The URL of the server that a superuser has. Throws CallError where it is missing, and AdminError for what leads to no server by TCP. */
export function demandServerUrl(call: AdminCall): string {
  const text = call.demandVariable('HAAS_SUPERUSER_URL');
  // A socket's folder in the place of the host is neither reached nor given a login.
  if (/^postgres(ql)?:\/\/[^/@]+@[^/%]+/.test(text) && URL.canParse(text)) return text;
  throw new AdminError('HAAS_SUPERUSER_URL is no URL of the form postgres://<superuser>:<password>@<host>:<port>/postgres');
}

/** The name of a database that is the same in a URL, or AdminError for what is none. */
export function demandDatabaseName(text: string): string {
  if (/^[A-Za-z_][\w-]{0,62}$/.test(text)) return text;
  throw new AdminError('the name of a database must be 1 to 63 letters, digits, "_" and "-", beginning with a letter');
}
