import { randomBytes } from 'node:crypto';

/** Makes a password for a login or a person. */
export const newPassword = (): string => randomBytes(24).toString('base64url');

/** The URL of a database for one login, on the server of another URL. */
export function withLogin(serverUrl: string, database: string, user: string, password: string): string {
  const url = new URL(serverUrl);
  Object.assign(url, { pathname: `/${database}`, username: user, password });
  return url.href;
}
