import { z } from 'zod';
import type { JsonSchema } from '../../../functions/http/openapi/schemas.ts';

const schema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);
const media = z.looseObject({ schema, example: z.json().optional() });
const response = z.looseObject({
  headers: z.record(z.string(), z.unknown()).optional(),
  content: z.record(z.string(), media).optional(),
});
const reference = z.strictObject({ $ref: z.string() });
const operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(
    z.union([
      reference,
      z.looseObject({ name: z.string(), in: z.enum(['path', 'query', 'header']), required: z.boolean().optional(), schema }),
    ]),
  ),
  requestBody: z.looseObject({ content: z.strictObject({ 'application/json': media }) }).optional(),
  responses: z.record(z.string(), z.union([reference, response])),
});

/** What is read of an OpenAPI document, by those who know nothing of the code behind it. */
export const documentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), schema), responses: z.record(z.string(), response) }),
});

interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
}

/** An answer as it is promised. */
interface Promised {
  readonly type: string | undefined;
  readonly schema: JsonSchema | undefined;
  readonly headers: readonly string[];
}

/** An operation as the document tells of it. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly params: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: { readonly schema: JsonSchema; readonly example: unknown } | undefined;
  /** By status. */
  readonly answers: Readonly<Record<string, Promised>>;
}

/** The operations of an OpenAPI document. */
export function describedOperations(document: z.output<typeof documentShape>): DescribedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, parameters, requestBody, responses }]) => {
      const of = (where: 'path' | 'query') =>
        parameters.flatMap((each) =>
          'schema' in each && each.in === where
            ? [{ name: each.name, isRequired: each.required === true, schema: each.schema }]
            : [],
        );
      const body = requestBody?.content['application/json'];
      const answers = Object.entries(responses).map(([status, written]): [string, Promised] => {
        const name = typeof written['$ref'] === 'string' ? written['$ref'].split('/').pop() : undefined;
        const found = name === undefined ? response.parse(written) : document.components.responses[name];
        if (!found) throw new Error(`the document has no response ${name}`);
        const [type, content] = Object.entries(found.content ?? {})[0] ?? [];
        return [status, { type, schema: content?.schema, headers: Object.keys(found.headers ?? {}) }];
      });
      return {
        id,
        method: method.toUpperCase(),
        path,
        params: of('path'),
        query: of('query'),
        body: body && { schema: body.schema, example: body.example },
        answers: Object.fromEntries(answers),
      };
    }),
  );
}
