import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { JsonSchema } from '../../functions/http/openapi/schemas.ts';
import { operations } from '../../functions/operations.ts';

/** The parts of an operation that have fields. */
const parts = ['params', 'input', 'result'] as const;

describe.for(operations.flatMap((operation) => parts.map((part) => ({ id: operation.id, part, schema: operation[part] }))))(
  '$part of $id',
  ({ part, schema }) => {
    test('says of each field what it is, and gives an example', () => {
      if (schema.safeParse(undefined).success) return;
      expect(missing(part, z.toJSONSchema(schema, { io: 'input' }), false)).toEqual([]);
    });

    test('accepts each example where it is given', () => {
      if (schema.safeParse(undefined).success) return;
      const refused: string[] = [];
      z.toJSONSchema(schema, {
        io: 'input',
        override({ zodSchema, path }) {
          const examples = z.globalRegistry.get(zodSchema)?.['examples'];
          for (const example of Array.isArray(examples) ? examples : []) {
            if (!z.safeParse(zodSchema, example).success) refused.push(`${path.join('.')}: ${JSON.stringify(example)}`);
          }
        },
      });
      expect(refused).toEqual([]);
    });
  },
);

/** What the fields of a schema lack. `isDescribed`: what they are is said where they are used. */
function missing(at: string, schema: JsonSchema, isDescribed: boolean): string[] {
  const described = isDescribed || schema.description !== undefined;
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  const fields = Object.entries(schema.properties ?? {});
  const { items, additionalProperties: entries, propertyNames } = schema;
  const hasExample = (schema.examples ?? []).length > 0;
  if (choices.length > 0 && !(hasExample && described)) {
    return choices.flatMap((choice, index) => missing(`${at}|${index}`, choice, described));
  }
  if (fields.length > 0 || schema.type === 'object') {
    return [
      ...fields.flatMap(([name, field]) => (typeof field === 'boolean' ? [] : missing(`${at}.${name}`, field, false))),
      ...(typeof entries === 'object' && Object.keys(entries).length > 0
        ? [
            ...missing(`${at}.{name}`, typeof propertyNames === 'object' ? propertyNames : {}, described),
            ...missing(`${at}.{value}`, entries, described),
          ]
        : []),
    ];
  }
  if (schema.type === 'array')
    return typeof items === 'object' && !Array.isArray(items) ? missing(`${at}[]`, items, described) : [];
  // One or several fixed values are their own examples.
  const isFixed = schema.const !== undefined || schema.enum !== undefined || schema.type === 'null';
  return [
    ...(described || schema.type === 'null' ? [] : [`${at}: a description`]),
    ...(hasExample || isFixed ? [] : [`${at}: an example`]),
  ];
}
