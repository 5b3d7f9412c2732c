import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { Mistake, Path } from './place.ts';
import type { Step } from './step.ts';

const schema = z.record(z.string(), z.unknown());
const documentPart = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        parameters: z
          .array(
            z.object({
              name: z.string().optional(),
              in: z.string().optional(),
              description: z.string().optional(),
              schema: schema.optional(),
            }),
          )
          .default([]),
        requestBody: z.object({ content: z.object({ 'application/json': z.object({ schema }) }) }).optional(),
      }),
    ),
  ),
  components: schema,
});

/** What a value is to people. */
const described = z.object({
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  writeOnly: z.boolean().optional(),
});
const inParts = z.looseObject({ allOf: z.array(schema) });
const inShapes = z.object({ anyOf: z.array(z.unknown()) });

/** Shapes of which the field `type` says which is meant. */
const byType = z.looseObject({
  oneOf: z.array(
    z.looseObject({
      properties: z.looseObject({ type: z.looseObject({ enum: z.array(z.string()) }) }),
      required: z.array(z.string()),
    }),
  ),
});

/** Judges the fields of requests by the document that belongs to this version, before any of them is sent. */
export class FieldJudge {
  readonly #ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    discriminator: true,
    validateFormats: false,
    validateSchema: false,
  });
  readonly #document: z.output<typeof documentPart>;
  readonly #judges = new Map<string, { readonly inPath: ReadonlySet<string>; readonly validate: ValidateFunction }>();

  constructor(file: string | URL = new URL('../../sdk/openapi.json', import.meta.url)) {
    this.#document = documentPart.parse(JSON.parse(readFileSync(file, 'utf8')));
  }

  /** What is wrong with the fields of a step, by their places in the layout; what is missing only where `isWhole`: all that is needed must be there. */
  mistakesOf(step: Step, isWhole: boolean): Mistake[] {
    const { inPath, validate } = this.#judge(step.operation);
    const params = Object.entries(step.values).filter(([name]) => inPath.has(name));
    const body = Object.entries(step.values).filter(([name, value]) => !inPath.has(name) && value !== undefined);
    // As it will be sent: what is undefined is not there.
    const request: unknown = JSON.parse(JSON.stringify({ params: Object.fromEntries(params), body: Object.fromEntries(body) }));
    if (validate(request)) return [];
    const found = new Map<string, Mistake>();
    for (const error of validate.errors ?? []) {
      if (error.keyword === 'required' && !isWhole) continue;
      const path = placeIn(step, pathOf(error));
      // Of all that is wrong with one field the first is told, or that it has none of several shapes.
      if (path && error.propertyName === undefined && (error.keyword === 'anyOf' || !found.has(path.join('/')))) {
        found.set(path.join('/'), { path, message: messageOf(error) });
      }
    }
    return [...found.values()];
  }

  #judge(id: string) {
    const known = this.#judges.get(id);
    if (known) return known;
    const operation = Object.values(this.#document.paths)
      .flatMap((methods) => Object.values(methods))
      .find(({ operationId }) => operationId === id);
    if (!operation) throw new Error(`the document of the API has no operation ${id}`);
    const params = operation.parameters.flatMap(({ name, in: where, description, schema: judged }) =>
      where === 'path' && name !== undefined && judged ? [[name, { description, ...judged }] as const] : [],
    );
    const properties = {
      params: { type: 'object', properties: Object.fromEntries(params) },
      body: operation.requestBody?.content['application/json'].schema ?? {},
    };
    const judge = {
      inPath: new Set(params.map(([name]) => name)),
      // The components are where references lead.
      validate: this.#ajv.compile({ type: 'object', properties: prepared(properties), components: this.#document.components }),
    };
    this.#judges.set(id, judge);
    return judge;
  }
}

/**
 * A schema as it is judged by: where a field tells which of several shapes is meant, only by that one, for what is wrong with the others
 * helps nobody; and the parts of a description tell what the whole is.
 */
function prepared(part: unknown): unknown {
  return JSON.parse(JSON.stringify(part), (_, value: unknown) => {
    const shapes = byType.safeParse(value).data;
    if (shapes) return { type: 'object', required: ['type'], discriminator: { propertyName: 'type' }, oneOf: shapes.oneOf };
    const whole = inParts.safeParse(value).data;
    return whole ? { ...whole, allOf: whole.allOf.map((each) => ({ ...described.parse(whole), ...each })) } : value;
  });
}

/** The path of what is wrong, from a field of the operation on. */
function pathOf({ instancePath, keyword, params }: ErrorObject): Path {
  const [, , ...path] = instancePath.split('/').map((step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(name) ? Number(name) : name;
  });
  switch (keyword) {
    case 'required':
      return [...path, String(params['missingProperty'])];
    case 'additionalProperties':
      return [...path, String(params['additionalProperty'])];
    case 'propertyNames':
      return [...path, String(params['propertyName'])];
    case 'discriminator':
      return [...path, 'type'];
    default:
      return path;
  }
}

/** Where in the layout a field of a step stands; undefined: it is judged elsewhere. */
function placeIn({ path, names = {} }: Step, [field, ...rest]: Path): Path | undefined {
  if (field === undefined) return path;
  const name = names[field];
  return name === null ? undefined : [...path, name ?? field, ...rest];
}

/** What is wrong, without the value: it may be a secret. */
function messageOf({ keyword, params, parentSchema }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'unknown field';
    case 'propertyNames':
      return 'cannot be the name of this';
    case 'type':
      return `must be ${withArticle(String(params['type']))}`;
    case 'enum':
      return oneOf(z.array(z.unknown()).parse(params['allowedValues']));
    case 'discriminator':
      return oneOf(byType.parse(parentSchema).oneOf.flatMap(({ properties }) => properties.type.enum));
    case 'minimum':
    case 'maximum':
    case 'minLength':
    case 'maxLength': {
      const unit = keyword.endsWith('Length') ? ' characters long' : '';
      return `must be ${keyword.startsWith('min') ? 'at least' : 'at most'} ${params['limit']}${unit}`;
    }
    default: {
      const [first] = inShapes.safeParse(parentSchema).data?.anyOf ?? [];
      const { description, examples = [], writeOnly } = { ...described.parse(first ?? {}), ...described.parse(parentSchema) };
      const [example] = writeOnly ? [] : examples;
      return `does not fit${description === undefined ? '' : `: ${description}`}${example === undefined ? '' : `, such as ${JSON.stringify(example)}`}`;
    }
  }
}

function withArticle(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text: put it in quotes',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
  };
  return words[type] ?? `a ${type}`;
}

/** All values that there are; long names for the same are left out. */
function oneOf(values: readonly unknown[]): string {
  return `must be one of ${values.filter((value) => !String(value).startsWith('http')).join(', ')}`;
}
