import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { HostKeys } from './drivers/driver.ts';
import { ConfigError, demandPrivate } from './private-file.ts';

const line = /^(\S+) (SHA256:[A-Za-z0-9+/]{43}=?)$/;

/**
 * SSH host keys as first seen, one `address fingerprint` a line; to accept a new key of a switch, remove its line.
 * All processes of the agent share the file: a line is added in one write, and where two were added at once the first one counts.
 * Throws ConfigError for a file that is not understood whole.
 */
export function openHostKeys(path: string): HostKeys {
  if (existsSync(path)) demandPrivate(path);
  pinned(path);
  return {
    check(address, fingerprint) {
      if (!line.test(`${address} ${fingerprint}`)) return false;
      if (!pinned(path).has(address)) appendFileSync(path, `${address} ${fingerprint}\n`, { mode: 0o600 });
      return pinned(path).get(address) === fingerprint;
    },
  };
}

function pinned(path: string): Map<string, string> {
  const keys = new Map<string, string>();
  if (!existsSync(path)) return keys;
  for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (text === '') continue;
    const [, address, fingerprint] = line.exec(text) ?? [];
    if (address === undefined || fingerprint === undefined) {
      throw new ConfigError(`${path} is not understood in line ${index + 1}: correct or remove that line`);
    }
    if (!keys.has(address)) keys.set(address, fingerprint);
  }
  return keys;
}
