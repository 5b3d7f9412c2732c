import { z } from 'zod';

/** A JSON Schema (2020-12), as it stands in the document. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

const DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** The schema that says: like the one of this name among the document's components. */
export function referTo(name: string): JsonSchema {
  return { $ref: COMPONENTS + name };
}

/** The schemas of one document. Those that are named by `.meta({ id })`, or contain themselves, stand once in it. */
export class Schemas {
  readonly #components: Record<string, JsonSchema>;

  constructor(common: Readonly<Record<string, JsonSchema>>) {
    this.#components = { ...common };
  }

  /** By name, those that stand once. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return this.#components;
  }

  /** The JSON Schema of what a schema accepts. Rules between fields it cannot say: these stand in descriptions. */
  of(schema: z.ZodType): JsonSchema {
    const { $schema: _, $defs = {}, ...written } = z.toJSONSchema(schema, { io: 'input', override: simplify });
    const names = new Map(Object.entries($defs).map(([name, definition]) => [name, nameOf(name, definition)]));
    for (const [name, definition] of Object.entries($defs)) this.#add(names.get(name) ?? name, rename(definition, names));
    return rename(written, names);
  }

  #add(name: string, schema: JsonSchema): void {
    const known = this.#components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas have the id ${name}`);
    this.#components[name] = schema;
  }
}

/** Leaves away what says nothing: the patterns of well-known formats, the range of all integers, that names are strings. */
function simplify({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void {
  if (jsonSchema.format === 'date-time' || jsonSchema.format === 'uuid') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  const { propertyNames } = jsonSchema;
  if (typeof propertyNames === 'object' && Object.keys(propertyNames).length === 1) delete jsonSchema.propertyNames;
}

const NUMBERED = '__schema0';
const anyJson = JSON.stringify(z.toJSONSchema(z.object({ any: z.json() }), { override: simplify }).$defs?.[NUMBERED]);

/** Zod numbers what contains itself and has no id, anew in each schema. */
function nameOf(name: string, definition: JsonSchema): string {
  if (!/^__schema\d+$/.test(name)) return name;
  if (JSON.stringify(definition) === anyJson.replaceAll(NUMBERED, name)) return 'Json';
  throw new Error('a schema that contains itself needs an id: .meta({ id })');
}

function rename(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string' || !value.startsWith(DEFINITIONS)) return value;
    const name = value.slice(DEFINITIONS.length);
    return COMPONENTS + (names.get(name) ?? name);
  });
  return JSON.parse(text);
}
