import fc from 'fast-check';
import type { JsonSchema } from '../../../functions/http/openapi/schemas.ts';
import type { Role } from '../world.ts';
import type { DescribedOperation } from './described-operations.ts';
import { bodies, headers, numbers, segments, texts } from './hostile-values.ts';

/** A request as it goes over the wire, and what it means where that can be told. */
export interface GeneratedRequest {
  readonly role: Role;
  readonly params: Readonly<Record<string, string>>;
  /** The path and query, percent-encoded or not. */
  readonly target: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

type Schemas = Readonly<Record<string, JsonSchema>>;
/** What there is, by the names of the fields in which it is named. */
type Known = Readonly<Record<string, readonly string[]>>;

/** Requests of an operation: such as its document allows, such as differ from these, and such as mean harm. */
export function requestsOf(operation: DescribedOperation, components: Schemas, known: Known): fc.Arbitrary<GeneratedRequest> {
  const values = new Values(components, known);
  const params = fc.record(
    Object.fromEntries(
      operation.params.map(({ name, schema }) => [
        name,
        fc.oneof({ weight: 12, arbitrary: values.text(name, schema) }, { weight: 1, arbitrary: fc.constantFrom(...texts) }),
      ]),
    ),
  );
  const raw = fc.oneof(
    { weight: 19, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...segments)) },
  );
  return fc
    .tuple(
      fc.constantFrom<Role>('admin', 'admin', 'admin', 'owner', 'owner', 'other', 'anonymous'),
      params,
      raw,
      operation.method === 'GET' ? queriesOf(operation, values) : fc.constant([]),
      operation.method === 'GET' ? fc.constant(undefined) : bodiesOf(operation, values),
      fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constantFrom(...headers) }),
    )
    .map(([role, params, raw, query, body, headers]) => {
      const names = Object.keys(params);
      const odd = raw === null ? undefined : names[raw[0] % names.length];
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        name === odd && raw ? raw[1] : encode(params[name] ?? ''),
      );
      const asked = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
      return {
        role,
        params: odd === undefined || !raw ? params : { ...params, [odd]: raw[1] },
        target: asked === '' ? path : `${path}?${asked}`,
        query,
        headers: { prefer: 'wait=0', ...headers },
        body,
      };
    });
}

/** The request of an operation that its examples make, of the things that come first, or with the last of the path come last. */
export function exampleOf(
  { method, path, params, body }: DescribedOperation,
  known: Known,
  which: 'first' | 'last',
): GeneratedRequest {
  const values = Object.fromEntries(
    params.map(({ name, schema }, index): [string, string] => [
      name,
      known[name]?.at(which === 'last' && index === params.length - 1 ? -1 : 0) ??
        String(schema.examples?.[0] ?? schema.enum?.[0]),
    ]),
  );
  return {
    role: 'admin',
    params: values,
    target: path.replace(/\{(\w+)\}/g, (_, name: string) => encode(values[name] ?? '')),
    query: [],
    headers: { prefer: 'wait=0' },
    body: method === 'GET' || !body ? undefined : JSON.stringify(body.example),
  };
}

/** Percent-encoded, half a surrogate pair too, as no library would encode it. */
function encode(text: string): string {
  return [...text].map((character) => (/^\p{Cs}$/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character))).join('');
}

function queriesOf({ query }: DescribedOperation, values: Values): fc.Arbitrary<[string, string][]> {
  const allowed = fc
    .record(Object.fromEntries(query.map(({ name, schema }) => [name, values.text(name, schema)])), {
      requiredKeys: query.flatMap(({ name, isRequired }) => (isRequired ? [name] : [])),
    })
    .map((fields): [string, string][] => Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const text = fc.constantFrom(...texts);
  // A field without a name is none.
  const name = fc.oneof(
    text.filter((each) => each !== ''),
    ...query.map((each) => fc.constant(each.name)),
  );
  const odd = fc.tuple(allowed, fc.array(fc.tuple(name, text), { minLength: 1, maxLength: 3 })).map(([a, b]) => [...a, ...b]);
  return fc.oneof({ weight: 3, arbitrary: allowed }, { weight: 1, arbitrary: odd });
}

function bodiesOf({ body }: DescribedOperation, values: Values): fc.Arbitrary<string | Buffer | undefined> {
  const allowed = body ? values.of(body.schema, '') : fc.constantFrom(undefined, {});
  const anything = fc.oneof(
    fc.constantFrom<unknown>(...texts, ...numbers, null, true, [], {}),
    fc.jsonValue({ maxDepth: 3 }),
    fc.integer({ min: 90, max: 110 }).map(nested),
  );
  const field = fc.oneof(
    fc.constantFrom(...texts),
    ...Object.keys(body?.schema.properties ?? {}).map((name) => fc.constant(name)),
  );
  const changed = fc.tuple(allowed, field, fc.option(anything, { freq: 4, nil: undefined })).map(([value, name, other]) => {
    const fields = Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(([each]) => each !== name);
    // Such an entry is the object's own, also where it is called __proto__.
    return Object.fromEntries(other === undefined ? fields : [...fields, [name, other]]);
  });
  return fc.oneof(
    { weight: 5, arbitrary: allowed.map((value) => (value === undefined ? undefined : JSON.stringify(value))) },
    { weight: 5, arbitrary: changed.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: anything.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...bodies) },
  );
}

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : depth % 2 === 0 ? [nested(depth - 1)] : { deeper: nested(depth - 1) };
}

/** Values that schemas allow. */
class Values {
  readonly #components: Schemas;
  readonly #known: Known;

  constructor(components: Schemas, known: Known) {
    this.#components = components;
    this.#known = known;
  }

  /** A text for a field of a path or query. */
  text(name: string, schema: JsonSchema): fc.Arbitrary<string> {
    return this.of(schema, name).map(String);
  }

  of(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
    const names = this.#known[name === 'nodes' ? 'node' : name];
    const allowed = this.#allowed(schema, name);
    if (!names?.length || schema.type === 'array' || schema.type === 'object') return allowed;
    const some = fc.constantFrom(...names);
    // The examples name one of the people who send the requests: whose password is changed cannot send any more.
    return name === 'user' ? some : fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: allowed });
  }

  #allowed(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) {
      const referred = this.#components[schema.$ref.split('/').pop() ?? ''];
      return name === 'Json' || !referred ? fc.jsonValue({ maxDepth: 3 }) : this.of(referred, 'Json');
    }
    if (name === 'Json') return fc.jsonValue({ maxDepth: 3 });
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return fc.oneof(...choices.map((choice) => this.of({ examples: schema.examples ?? [], ...choice }, name)));
    switch (schema.type) {
      case 'object':
        return this.#object(schema);
      case 'array': {
        const { items, minItems = 0, maxItems = 4 } = schema;
        const item = typeof items === 'object' && !Array.isArray(items) ? this.of(items, name) : fc.jsonValue();
        return fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 4) });
      }
      case 'integer':
      case 'number': {
        const { minimum = -(2 ** 31), maximum = 2 ** 31 } = schema;
        return fc.oneof(fc.constantFrom(minimum, maximum), fc.integer({ min: minimum, max: maximum }));
      }
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'string':
        return strings(schema);
      default:
        return fc.jsonValue({ maxDepth: 3 });
    }
  }

  #object({ properties = {}, required = [], propertyNames, additionalProperties }: JsonSchema): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === 'boolean' ? [] : [[name, this.of(schema, name)] as const],
    );
    const named = fc.record(Object.fromEntries(fields), { requiredKeys: required });
    if (typeof additionalProperties !== 'object' || typeof propertyNames !== 'object') return named;
    return fc
      .tuple(named, fc.dictionary(strings(propertyNames), this.of(additionalProperties, ''), { maxKeys: 3 }))
      .map(([fixed, free]) => ({ ...free, ...fixed }));
  }
}

const samples = new Map<string, fc.Arbitrary<string>>();

/** Texts that a schema allows: its examples, and what is found by trying where no generator understands its pattern. */
function strings(schema: JsonSchema): fc.Arbitrary<string> {
  const key = JSON.stringify(schema);
  const found = samples.get(key) ?? stringsOf(schema);
  samples.set(key, found);
  return found;
}

function stringsOf({
  pattern,
  allOf = [],
  minLength = 0,
  maxLength = 80,
  examples = [],
  format,
}: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
  const patterns = [pattern, ...allOf.map((each) => each.pattern)].flatMap((each) =>
    each === undefined ? [] : [new RegExp(each, 'u')],
  );
  const free = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 80) });
  const fits = (text: string) => patterns.every((each) => each.test(text));
  const given = examples.filter((example): example is string => typeof example === 'string' && fits(example));
  const tried = fc.sample(free, { numRuns: 100, seed: 1 }).filter(fits);
  const sources = [...(tried.length > 20 ? [free.filter(fits)] : []), ...(given.length === 0 ? [] : [fc.constantFrom(...given)])];
  if (sources.length === 0) throw new Error(`nothing is known that fits ${patterns.join(' and ')}: give an example`);
  return fc.oneof(...sources);
}
