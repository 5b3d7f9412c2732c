import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** How a value is written in words. `any` is any JSON, of which words say only texts. */
type Kind = 'text' | 'number' | 'number or null' | 'boolean' | 'list' | 'json' | 'any';

/** A value that an operation takes. */
export interface Field {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body';
  readonly isRequired: boolean;
  readonly kind: Kind;
  readonly description: string;
  /** All values that there are, where they can be listed. */
  readonly choices: readonly string[];
  readonly example: string | undefined;
}

/** What can be asked of the API, as the OpenAPI document tells it. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** `/v0/node/{node}` */
  readonly path: string;
  readonly access: 'admin' | 'user';
  /** Of the path in its order, then of the query or the body. */
  readonly fields: readonly Field[];
}

const reference = z.object({ $ref: z.string().optional() });
const schemaPart = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
});
const parameterPart = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: z.unknown(),
});
const operationPart = z.object({
  operationId: z.string(),
  summary: z.string(),
  'x-haas-access': z.enum(['admin', 'user']),
  parameters: z.array(z.unknown()).default([]),
  requestBody: z
    .object({
      content: z.object({
        'application/json': z.object({ schema: z.unknown(), example: z.record(z.string(), z.unknown()).default({}) }),
      }),
    })
    .optional(),
});
const methods = { get: 'GET', put: 'PUT', post: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;
const documentPart = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'put', 'post', 'patch', 'delete']), operationPart)),
  components: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** What is said of a field beside its schema. */
interface More {
  readonly description?: string | undefined;
  readonly example?: unknown;
}

/** Reads the operations of the document that belongs to this version. */
export function readOperations(file: string | URL = new URL('../sdk/openapi.json', import.meta.url)): Operation[] {
  const { paths, components } = documentPart.parse(JSON.parse(readFileSync(file, 'utf8')));

  const resolve = (part: unknown): unknown => {
    const { $ref: target } = reference.parse(part);
    const [, group, name] = /^#\/components\/(\w+)\/(.+)$/.exec(target ?? '') ?? [];
    return group === undefined || name === undefined ? part : components[group]?.[name];
  };
  const look = (schema: unknown) => schemaPart.parse(resolve(schema));

  const kindOf = (schema: unknown): Kind => {
    const { type, anyOf, oneOf, items, enum: values } = look(schema);
    const members = anyOf ?? oneOf;
    if (members) {
      const given = members.filter((member) => look(member).type !== 'null');
      if (given.length < members.length && given.every((member) => kindOf(member) === 'number')) return 'number or null';
      const kinds = new Set(members.map(kindOf));
      if (kinds.size === 1) return [...kinds][0] ?? 'json';
      return kinds.has('text') ? 'any' : 'json';
    }
    switch (Array.isArray(type) ? type.find((each) => each !== 'null') : type) {
      case 'string':
        return 'text';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'array':
        return items !== undefined && look(items).type === 'string' ? 'list' : 'json';
      case undefined:
        return values?.every((value) => typeof value === 'string') ? 'text' : 'any';
      default:
        return 'json';
    }
  };
  const fieldOf = (name: string, where: Field['in'], isRequired: boolean, schema: unknown, more: More): Field => {
    const part = look(schema);
    const kind = kindOf(schema);
    const [known = more.example] = part.examples ?? [];
    const example = kind === 'list' && Array.isArray(known) ? known[0] : known;
    return {
      name,
      in: where,
      isRequired,
      kind,
      description: more.description ?? schemaPart.parse(schema).description ?? part.description ?? '',
      choices: (part.enum ?? []).map(String),
      example: example === undefined ? undefined : typeof example === 'object' ? JSON.stringify(example) : String(example),
    };
  };

  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, part]): Operation => {
      const parameters = part.parameters.map((each) => parameterPart.parse(resolve(each)));
      const of = (where: 'path' | 'query') =>
        parameters
          .filter((each) => each.in === where)
          .map((each) => fieldOf(each.name, where, each.required ?? false, each.schema, { description: each.description }));
      const json = part.requestBody?.content['application/json'];
      const body = look(json?.schema ?? {});
      const order = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return {
        id: part.operationId,
        summary: part.summary,
        method: methods[z.enum(['get', 'put', 'post', 'patch', 'delete']).parse(method)],
        path,
        access: part['x-haas-access'],
        fields: [
          ...of('path').sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
          ...of('query'),
          ...Object.entries(body.properties ?? {}).map(([name, schema]) =>
            fieldOf(name, 'body', body.required?.includes(name) ?? false, schema, { example: json?.example[name] }),
          ),
        ],
      };
    }),
  );
}
