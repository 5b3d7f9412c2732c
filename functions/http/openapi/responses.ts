import { everywhere } from '../everywhere.ts';
import type { Operation } from '../operation.ts';
import { type ProblemType, problemTypes } from '../problem.ts';
import { type headers, problemOf } from './components.ts';
import { exampleOf } from './examples.ts';
import { type JsonSchema, referTo, type Schemas } from './schemas.ts';

/** One answer of an operation, as the document describes it. */
interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, Reference>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;
}

interface Reference {
  readonly $ref: string;
}

type HeaderName = keyof typeof headers;

/** Whether an operation waits for devices, as the client's `Prefer` says. */
export function waits({ kind }: Operation): boolean {
  return kind === 'commanding' || kind === 'commandingMany' || kind === 'asking';
}

/** Every answer that an operation may give, by status. */
export function responsesOf(operation: Operation, schemas: Schemas): Record<string, Response | Reference> {
  return { ...successes(operation, schemas), ...redirection(operation), ...refusals(operation) };
}

function successes(operation: Operation, schemas: Schemas): Record<string, Response> {
  const { kind, status, method, result, input, mediaType = 'text/plain' } = operation;
  if (kind === 'streaming') return { 200: streamed(mediaType) };
  const more: HeaderName[] = [
    ...(waits(operation) ? (['Preference-Applied'] as const) : []),
    ...(method === 'GET' ? [] : (['Idempotency-Replayed'] as const)),
    ...('after' in (schemas.of(input).properties ?? {}) ? (['Link'] as const) : []),
  ];
  const content = contentOf(result, schemas);
  const ended = { [status]: { ...answer(status === 202 ? 'Accepted: a device has yet to do it' : 'Done', ...more), ...content } };
  const later = answer('Not done within the time that the client waits', ...more);
  if (kind === 'commanding')
    return { ...ended, 202: { ...later, content: { 'application/json': { schema: referTo('Pending') } } } };
  return kind === 'commandingMany' ? { ...ended, 202: { ...later, ...content } } : ended;
}

function streamed(mediaType: NonNullable<Operation['mediaType']>): Response {
  const description =
    mediaType === 'text/plain'
      ? 'Text, for as long as there is any. Who asks for a WebSocket (RFC 6455) is answered 101 in its place, and text goes both ways.'
      : 'Events as they are sent by servers (HTML, 9.2), until the client leaves; with the header `Last-Event-ID` those after that one.';
  return { ...answer(description), content: { [mediaType]: { schema: { type: 'string' } } } };
}

function redirection({ redirects }: Operation): Record<string, Response> {
  if (!redirects) return {};
  return {
    307: answer('The BMC is behind obmd: send the same request, with its body, to the address in `Location`', 'Location'),
  };
}

/** What is answered as JSON, if anything is. */
function contentOf(result: Operation['result'], schemas: Schemas): Pick<Response, 'content'> {
  if (result.safeParse(undefined).success) return {};
  const schema = schemas.of(result);
  const example = exampleOf(result, schema);
  return { content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } } };
}

interface Refusal {
  readonly code: string;
  readonly type: ProblemType;
  readonly when: string;
}

/** The responses of refusals that no operation declares, by code: of those before an operation is found, and of those that have a status alone. */
export const commonResponses: Readonly<Record<string, Response>> = Object.fromEntries(
  everywhere.map(([code, type, when]) => [code, refused([{ code, type, when }])]),
);

/** One response for each status of a refusal: which codes and types it may have, and when. */
function refusals(operation: Operation): Record<string, Response | Reference> {
  const declared = Object.entries(operation.refusals).map(([code, [type, when]]) => ({ code, type, when, isCommon: false }));
  const general = everywhere.flatMap(([code, type, when, at]) => (at(operation) ? [{ code, type, when, isCommon: true }] : []));
  const all = [...declared, ...general].map((refusal) => ({ ...refusal, status: problemTypes[refusal.type] }));
  return Object.fromEntries(
    all.map(({ status, code, isCommon }) => {
      const list = all.filter((other) => other.status === status);
      return [status, list.length === 1 && isCommon ? { $ref: `#/components/responses/${code}` } : refused(list)];
    }),
  );
}

function refused(list: readonly Refusal[]): Response {
  const types = list.map(({ type }) => type);
  const more = types.flatMap((type): HeaderName[] => {
    const status = problemTypes[type];
    if (status === 401) return ['WWW-Authenticate'];
    if (status === 405) return ['Allow'];
    return status === 429 || status === 503 ? ['Retry-After'] : [];
  });
  return {
    ...answer(list.map(({ code, type, when }) => `- \`${code}\` (${type}): ${when}`).join('\n'), ...more),
    content: {
      'application/json': {
        schema: problemOf(
          types,
          list.map(({ code }) => code),
        ),
      },
    },
  };
}

function answer(description: string, ...more: readonly HeaderName[]): Response {
  const names: HeaderName[] = ['X-Request-Id', ...more];
  return { description, headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}
