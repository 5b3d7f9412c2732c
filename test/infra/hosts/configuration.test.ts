import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operations } from '../../../functions/operations.ts';
import { readHostConfiguration } from '../../../infra/hosts/configuration.ts';
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

test.for([
  [{ DATABASE_URL: 'mysql://127.0.0.1/haas' }, /^DATABASE_URL: must be the Postgres URL/],
  [{ HAAS_KEY_FILE: undefined }, /^HAAS_KEY_FILE: must name/],
  [{ HAAS_KEY_FILE: '/nowhere/keys.json' }, /^\/nowhere\/keys\.json cannot be used/],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_OPERATION: 'node_power_cycles' }, /^HAAS_OPERATION: must be the id of an operation$/],
  [{ HAAS_KEY_FILE: 'keys.json', HAAS_LISTEN: '5000' }, /^HAAS_LISTEN: "5000" is no address/],
] as const)('what it cannot use is said: %j', async ([env, message]) => {
  await expect(readHostConfiguration({ ...complete, ...env })).rejects.toThrow(message);
});
