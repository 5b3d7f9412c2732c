import { expect, test } from 'vitest';
import { z } from 'zod';
import { secretFields } from '../../functions/http/record.ts';
import { operations } from '../../functions/operations.ts';

const SECRET = /pass|secret|token|key|credential|data$/i;
/** Fields that are called so, and may be read by whoever may read the audit. */
const PUBLIC = new Set(['ssh_keys', 'public_key', 'metadata']);

test('a field that is called as if it were secret is marked as such, so that it stands in no entry of the audit', () => {
  const open: string[] = [];
  let secrets = 0;
  for (const { id, method, input } of operations) {
    if (method === 'GET') continue;
    const left = secretFields(input);
    secrets += left.size;
    for (const name of fieldsOf(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }))) {
      if (SECRET.test(name) && !PUBLIC.has(name) && !left.has(name)) open.push(`${id}: ${name}`);
    }
  }
  expect(open).toEqual([]);
  expect(secrets).toBeGreaterThan(10);
});

/** The names of all fields of a JSON Schema, at any depth. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(Object(schema.properties)) : [];
  return [...own, ...Object.values(schema).flatMap(fieldsOf)];
}
