import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operations } from '../../../functions/operations.ts';
import { MOST_DRAIN_SECONDS, readHostConfiguration } from '../../../infra/hosts/configuration.ts';
import { temporaryFolder } from '../../support/built.ts';
import { apiKeys } from '../../support/world.ts';

const complete = { DATABASE_URL: 'postgres://haas_api@127.0.0.1/haas', HAAS_KEY_FILE: '' };

test('an API host serves all operations, or the one that it is told', async (t) => {
  const HAAS_KEY_FILE = join(await temporaryFolder(t), 'keys.json');
  await writeFile(HAAS_KEY_FILE, JSON.stringify(apiKeys), { mode: 0o600 });
  const env = { ...complete, HAAS_KEY_FILE };
  expect((await readHostConfiguration(env)).served).toEqual(operations);
  const { served, address } = await readHostConfiguration({ ...env, HAAS_OPERATION: 'node_power_cycle' });
  expect(served.map(({ id }) => id)).toEqual(['node_power_cycle']);
  expect(address).toEqual({ hostname: '127.0.0.1', port: 5000 });
});

test('a file of keys that anybody can read is not used', async (t) => {
  const HAAS_KEY_FILE = join(await temporaryFolder(t), 'keys.json');
  await writeFile(HAAS_KEY_FILE, JSON.stringify(apiKeys));
  const read = () => readHostConfiguration({ ...complete, HAAS_KEY_FILE });
  await chmod(HAAS_KEY_FILE, 0o604);
  await expect(read()).rejects.toThrow(`${HAAS_KEY_FILE} is open to every user of this machine: run "chmod o-rwx`);
  // As a Secret of Kubernetes is mounted.
  await chmod(HAAS_KEY_FILE, 0o440);
  expect((await read()).keys.signing.kid).toBe(apiKeys.signing.kid);
});

test.for([
  [{ DATABASE_URL: 'mysql://127.0.0.1/haas' }, /^DATABASE_URL: must be the Postgres URL/],
  [{ HAAS_KEY_FILE: undefined }, /^HAAS_KEY_FILE: must name/],
  [
    { HAAS_KEY_FILE: '/nowhere/keys.json' },
    /^\/nowhere\/keys\.json cannot be used .*: name the file that is there, make it readable for this user, or/,
  ],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_OPERATION: 'node_power_cycles' }, /^HAAS_OPERATION: must be the id of an operation$/],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_DRAIN_SECONDS: '61' }, /^HAAS_DRAIN_SECONDS: must be at most 60 seconds$/],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_DRAIN_SECONDS: 'long' }, /^HAAS_DRAIN_SECONDS: must be a number of seconds$/],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_LISTEN: '5000' }, /^HAAS_LISTEN: "5000" is no address/],
] as const)('what it cannot use is said: %j', async ([env, message]) => {
  await expect(readHostConfiguration({ ...complete, ...env })).rejects.toThrow(message);
});

test('a host that is told to stop is left the time that it may take', async () => {
  // To end requests, and to disconnect.
  const needed = MOST_DRAIN_SECONDS + 15;
  const unit = await readFile('infra/systemd/haas-api.service', 'utf8');
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(needed);
  const deployment = await readFile('infra/kubernetes/api.yaml', 'utf8');
  const beforehand = Number(/command: \[sleep, "(\d+)"\]/.exec(deployment)?.[1]);
  expect(Number(/terminationGracePeriodSeconds: (\d+)/.exec(deployment)?.[1])).toBeGreaterThan(needed + beforehand);
});
