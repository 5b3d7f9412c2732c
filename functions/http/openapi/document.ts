import { type Operation, PREFIX } from '../operation.ts';
import { commonSchemas, headers, introduction, parameters, securitySchemes } from './components.ts';
import { exampleOf } from './examples.ts';
import { commonResponses, responsesOf, waits } from './responses.ts';
import { type JsonSchema, Schemas } from './schemas.ts';
import { tagOf, tagsOf } from './tags.ts';

/** The version of HaaS. */
export const VERSION = '0.1.0';

/**
 * The OpenAPI document (3.1) of a list of operations. All of it is derived from what they declare, so that it says what the router does.
 * It throws where an operation has a path that no tag fits, or two schemas have one id.
 */
export function openApiDocument(operations: readonly Operation[]) {
  const schemas = new Schemas(commonSchemas);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = PREFIX + operation.path.replaceAll('+}', '}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'HaaS',
      version: VERSION,
      description: introduction,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: Object.keys(securitySchemes).map((scheme) => ({ [scheme]: [] })),
    tags: tagsOf(operations.map(({ path }) => path)),
    paths,
    components: { schemas: schemas.components, responses: commonResponses, headers, parameters, securitySchemes },
  };
}

function describe(operation: Operation, schemas: Schemas) {
  const { id, summary, path, access, method, input, params } = operation;
  const described = schemas.of(input);
  const isGet = method === 'GET';
  return {
    operationId: id,
    summary,
    description: access === 'admin' ? 'For administrators.' : 'For everybody who is signed in, as far as the refusals let them.',
    tags: [tagOf(path)],
    'x-haas-access': access,
    parameters: [
      ...fields('path', schemas.of(params)),
      ...(isGet ? fields('query', described) : []),
      ...[...(waits(operation) ? ['Prefer'] : []), ...(isGet ? [] : ['Idempotency-Key'])].map((name) => ({
        $ref: `#/components/parameters/${name}`,
      })),
    ],
    ...(isGet || isNothing(described) ? {} : { requestBody: bodyOf(input, described) }),
    responses: responsesOf(operation, schemas),
  };
}

function bodyOf(input: Operation['input'], schema: JsonSchema) {
  const example = exampleOf(input, schema);
  return {
    required: !input.safeParse({}).success,
    content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
  };
}

function isNothing({ properties = {}, additionalProperties }: JsonSchema): boolean {
  return Object.keys(properties).length === 0 && additionalProperties === false;
}

/** Each field of a path or query is a parameter of its own. */
function fields(where: 'path' | 'query', { properties = {}, required = [] }: JsonSchema) {
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = typeof schema === 'boolean' ? {} : schema;
    return {
      name,
      in: where,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}
