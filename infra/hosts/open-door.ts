import { isLoopback } from '../../functions/http/sign-in/settings.ts';
import { SettingError, type Settings } from '../../functions/settings.ts';
import type { ListenAddress } from './listen-address.ts';

/**
 * What to warn of where everybody is an administrator (`HAAS_AUTH=null`); undefined: nobody is unasked.
 * Throws SettingError when whoever reaches the address would be one, unless that was asked for twice.
 */
export function checkOpenDoor({ signIn, trustedProxies }: Settings, { hostname }: ListenAddress): string | undefined {
  if (signIn.nullBackend === 'off') return undefined;
  if (signIn.nullBackend === 'anywhere') {
    return 'HAAS_AUTH=null and HAAS_AUTH_NULL_ANYWHERE=true: whoever reaches this API is an administrator';
  }
  if (!isLoopback(hostname)) {
    throw new SettingError(
      `HAAS_AUTH: with null whoever reaches ${hostname} would be an administrator. Listen on 127.0.0.1 (HAAS_LISTEN), or set HAAS_AUTH_NULL_ANYWHERE=true as well`,
    );
  }
  if (trustedProxies.length > 0) {
    throw new SettingError(
      'HAAS_AUTH: with null whoever reaches the proxies of HAAS_TRUSTED_PROXIES would be an administrator: a proxy asks from this machine, for everybody. Leave one of the two out, or set HAAS_AUTH_NULL_ANYWHERE=true as well',
    );
  }
  return 'HAAS_AUTH=null: whoever has a login on this machine is an administrator of this API';
}
