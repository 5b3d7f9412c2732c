import { SettingError } from '../../functions/settings.ts';

/** Where an API host takes requests. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Parses the address in a variable of the environment: `127.0.0.1:5000`, `[::1]:5000`. Throws SettingError. */
export function parseListenAddress(text: string, variable = 'HAAS_LISTEN'): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname === undefined || port > 65_535)
    throw new SettingError(`${variable}: "${text}" is no address: write it as 127.0.0.1:5000`);
  return { hostname, port };
}
