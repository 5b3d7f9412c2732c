import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** IPv4 in the form in which IPv6 sockets show it. */
const MAPPED = /^::ffff:(?=\d{1,3}(?:\.\d{1,3}){3}$)/i;

/** Addresses and networks, written with commas: `10.0.0.7, 192.168.1.0/24, fd00::/8`. */
export const proxyList = z
  .string()
  .transform((list) => list.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every(isNetwork), 'must be a list of addresses and networks, such as 10.0.0.7,192.168.1.0/24');

function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && more === undefined && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}

/**
 * Tells from which address a client sends its requests: who connected and, where that is a trusted proxy, the last address in
 * `X-Forwarded-For` that is none. What stands further left the client may have written itself.
 */
export function clientAddresses(
  proxies: readonly string[],
): (connected: string | undefined, forwardedFor: string | undefined) => string {
  const isTrusted = trustedAddresses(proxies);
  return (connected, forwardedFor) => {
    let address = (connected ?? 'unknown').replace(MAPPED, '');
    if (proxies.length === 0 || forwardedFor === undefined) return address;
    for (const hop of forwardedFor.split(',').reverse()) {
      const before = addressOf(hop);
      if (!isTrusted(address) || before === undefined) break;
      address = before;
    }
    return address;
  };
}

/** Tells of an address whether it is one of these proxies. */
export function trustedAddresses(proxies: readonly string[]): (address: string | undefined) => boolean {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', prefix] = proxy.split('/');
    if (prefix === undefined) trusted.addAddress(address, family(address));
    else trusted.addSubnet(address, Number(prefix), family(address));
  }
  return (connected = '') => {
    const address = connected.replace(MAPPED, '');
    return isIP(address) !== 0 && trusted.check(address, family(address));
  };
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** The address of a hop, which some proxies write with a port. */
function addressOf(hop: string): string | undefined {
  const text = hop.trim();
  const address = (/^\[(.*)\](?::\d+)?$/.exec(text) ?? /^([\d.]+):\d+$/.exec(text))?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address.replace(MAPPED, '');
}
