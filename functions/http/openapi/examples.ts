import type { z } from 'zod';
import type { JsonSchema } from './schemas.ts';

/** An example of what a schema accepts, put together from those of its leaves; undefined where one of them has none. */
export function exampleOf(schema: z.ZodType, described: JsonSchema): unknown {
  for (const left of subsets(Object.keys(described.properties ?? {}).filter((name) => !described.required?.includes(name)))) {
    const example = assemble(described, left);
    if (example !== undefined && schema.safeParse(example).success) return example;
  }
  return undefined;
}

/** Sets of fields to leave away, the smallest first: rules between fields may not allow all of them at once. */
function* subsets(names: readonly string[]): Generator<ReadonlySet<string>> {
  // Nearly always that is enough, and there are many others.
  yield new Set();
  const count = 2 ** names.length;
  const sets = Array.from({ length: count }, (_, bits) => new Set(names.filter((_, index) => bits & (2 ** index))));
  yield* sets.sort((a, b) => a.size - b.size);
}

function assemble(schema: JsonSchema, left: ReadonlySet<string> = new Set()): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (choice) return assemble(choice);
  if (schema.type === 'array') return list(schema);
  if (schema.type === 'object') return object(schema, left);
  return schema.enum?.[0] ?? schema.default;
}

function list({ items }: JsonSchema): unknown {
  if (typeof items !== 'object' || Array.isArray(items)) return undefined;
  const item = assemble(items);
  return item === undefined ? undefined : [item];
}

function object({ properties = {}, required = [], propertyNames, additionalProperties }: JsonSchema, left: ReadonlySet<string>) {
  const fields: [string, unknown][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const example = left.has(name) || typeof schema === 'boolean' ? undefined : assemble(schema);
    if (example !== undefined) fields.push([name, example]);
    else if (required.includes(name)) return undefined;
  }
  if (typeof additionalProperties === 'object' && typeof propertyNames === 'object') {
    const [name, value] = [assemble(propertyNames), assemble(additionalProperties)];
    if (typeof name === 'string' && value !== undefined) fields.push([name, value]);
  }
  return Object.fromEntries(fields);
}
