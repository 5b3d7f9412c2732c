import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import type { JsonSchema } from '../../../functions/http/openapi/schemas.ts';
import type { DescribedOperation, documentShape } from './described-operations.ts';
import type { GeneratedRequest } from './generated-requests.ts';

/** An answer as it came over the wire. `text` is null where it was not read to its end. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string | null;
}

const DOCUMENT = 'document';

/** Judges answers by a document, and by nothing else. */
export class Judge {
  readonly #document: z.output<typeof documentShape>;
  readonly #strict = addFormats.default(new Ajv2020({ strict: false }));
  readonly #texts = addFormats.default(new Ajv2020({ strict: false, coerceTypes: true }));
  readonly #compiled = new Map<JsonSchema, ValidateFunction>();

  constructor(document: z.output<typeof documentShape>) {
    this.#document = document;
    for (const ajv of [this.#strict, this.#texts]) ajv.addSchema(document, DOCUMENT);
  }

  /** What is wrong about an answer; undefined where it is as the document says. */
  complaint(operation: DescribedOperation, request: GeneratedRequest, answer: ReceivedAnswer): string | undefined {
    const { status, headers, text } = answer;
    const problem = status >= 400 ? this.#problemOf(answer) : undefined;
    if (typeof problem === 'string') return problem;
    // Of those that no operation declares, as that something went wrong within, none may happen.
    if (status >= 500 && problem && problem.code in this.#document.components.responses) return `a ${status}: ${text}`;
    if (headers['x-request-id'] === undefined) return `a ${status} without X-Request-Id`;
    // Such a path may be that of another operation, or of none.
    if (isElsewhere(operation, request)) return undefined;
    if (status < 400 && !this.#allows(operation, request)) return `the document forbids this, and the answer is ${status}`;
    return this.#difference(operation, answer);
  }

  /** Whether the document allows a request. */
  #allows(operation: DescribedOperation, request: GeneratedRequest): boolean {
    const fields = [
      ...operation.params.map(({ name, schema }) => [schema, request.params[name]] as const),
      ...operation.query.map(({ name, schema }) => [schema, request.query.find(([each]) => each === name)?.[1]] as const),
    ];
    const names = request.query.map(([name]) => name);
    return (
      fields.every(([schema, value]) => value === undefined || this.#fits(this.#texts, schema, value)) &&
      names.every((name, index) => names.indexOf(name) === index && operation.query.some((each) => each.name === name)) &&
      operation.query.every(({ name, isRequired }) => !isRequired || names.includes(name)) &&
      (operation.method === 'GET' || this.#allowsBody(operation, request))
    );
  }

  #allowsBody({ body }: DescribedOperation, request: GeneratedRequest): boolean {
    const schema = body?.schema ?? nothing;
    const parsed = parse(request.body === undefined || request.body === '' ? '{}' : String(request.body));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && this.#fits(this.#strict, schema, parsed);
  }

  /** A refusal, or what it lacks to be one. */
  #problemOf({ status, text, headers }: ReceivedAnswer): { readonly code: string } | string {
    const body = parse(text ?? '');
    const schema = this.#document.components.schemas['Problem'];
    if (!schema || !this.#fits(this.#strict, schema, body)) return `a ${status} that is no Problem: ${text}`;
    if (headers['content-type'] !== 'application/json') return `a ${status} of type ${headers['content-type']}`;
    return z.object({ code: z.string() }).parse(body);
  }

  #difference({ answers }: DescribedOperation, { status, headers, text }: ReceivedAnswer): string | undefined {
    const promised = answers[status];
    if (!promised) return `the document has no ${status}, and the answer is ${status} ${text}`;
    const type = headers['content-type'] === undefined ? undefined : String(headers['content-type']).split(';')[0];
    if (promised.type !== type) return `a ${status} of type ${type}, where it should be ${promised.type}`;
    if (promised.schema === undefined)
      return text === '' ? undefined : `a ${status} with a body, where there should be none: ${text}`;
    if (text === null || this.#fits(this.#strict, promised.schema, parse(text))) return undefined;
    return `a ${status} that is not as its schema says: ${text}`;
  }

  #fits(ajv: Ajv2020, schema: JsonSchema, value: unknown): boolean {
    const compiled = this.#compiled.get(schema) ?? ajv.compile(whole(schema));
    this.#compiled.set(schema, compiled);
    return compiled(value);
  }
}

const nothing: JsonSchema = { type: 'object', additionalProperties: false };

/** References within the document are seen from outside of it. */
function whole(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${DOCUMENT}#`));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the path of a request may not be that of its operation: with other pieces, or with such as mean another place. */
function isElsewhere(operation: DescribedOperation, { params }: GeneratedRequest): boolean {
  return operation.params.some(({ name }) => {
    const value = (params[name] ?? '').replace(/%2f/gi, '/').replace(/%2e/gi, '.');
    const pieces = value.split('/');
    return (name !== 'port' && pieces.length > 1) || pieces.some((piece) => piece === '' || piece === '.' || piece === '..');
  });
}
