import { problemTypes } from '../problem.ts';
import { type JsonSchema, referTo } from './schemas.ts';

const requestId: JsonSchema = {
  type: 'string',
  description: 'Id of the request; the log of the API has more under it',
  examples: ['5f1c9a52-6f0e-4b53-9d0a-1c8f5b1a7e90'],
};
const statusId: JsonSchema = {
  type: 'string',
  format: 'uuid',
  description: 'Id of the networking action that tells what became of it',
  examples: ['0b7e4a2c-5d1f-4c8e-9a63-2f1d7c90b8e4'],
};

/** Schemas that no operation declares: of every refusal, and of what is not done yet. */
export const commonSchemas = {
  Problem: {
    type: 'object',
    description: 'Every answer that is not success',
    properties: {
      type: { type: 'string', enum: Object.keys(problemTypes), description: 'Class of the error, on which clients branch' },
      code: { type: 'string', description: 'Which refusal it is', examples: ['unknown_node'] },
      msg: { type: 'string', description: 'For people: what is wrong, and what to do', examples: ['there is no node node-01'] },
      errors: {
        type: 'array',
        description: 'The fields that are wrong, if any are',
        items: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'Where the field stands in the request', examples: ['body.obm.host'] },
            msg: { type: 'string', description: 'What it should be', examples: ['must be an address or a DNS name'] },
          },
          required: ['path', 'msg'],
          additionalProperties: false,
        },
      },
      request_id: requestId,
    },
    required: ['type', 'code', 'msg', 'request_id'],
    additionalProperties: false,
  },
  Pending: {
    type: 'object',
    description: 'A device has yet to do it: `GET /v0/networking_action/{status_id}` tells what becomes of it',
    properties: { status_id: statusId },
    required: ['status_id'],
    additionalProperties: false,
  },
} satisfies Record<string, JsonSchema>;

/** The schema of a refusal that has one of these types and codes. */
export function problemOf(types: readonly string[], codes: readonly string[]): JsonSchema {
  return {
    allOf: [
      referTo('Problem'),
      { type: 'object', properties: { type: { enum: [...new Set(types)] }, code: { enum: [...new Set(codes)] } } },
    ],
  };
}

const text = { type: 'string' };

/** Headers of answers. */
export const headers = {
  'X-Request-Id': { description: 'Id of the request: the one that it brought along in this header, or a new one', schema: text },
  'Preference-Applied': { description: 'What of `Prefer` was obeyed (RFC 7240)', schema: text },
  'Idempotency-Replayed': {
    description: '`true` where this is the answer to an earlier request with the same `Idempotency-Key`',
    schema: { type: 'string', const: 'true' },
  },
  Link: {
    description:
      'Where the list goes on (RFC 8288, `rel="next"`), or what is before of one that is read backwards (`rel="prev"`)',
    schema: text,
  },
  Location: { description: 'Where to send the request', schema: { type: 'string', format: 'uri' } },
  Allow: { description: 'The methods that the path has', schema: text },
  'WWW-Authenticate': { description: 'How one signs in, where nobody is signed in', schema: text },
  'Retry-After': { description: 'After how many seconds to try again', schema: { type: 'string', pattern: '^\\d+$' } },
} as const;

/** Headers of requests. */
export const parameters = {
  Prefer: {
    name: 'Prefer',
    in: 'header',
    description:
      'How long to wait for a device (RFC 7240): `wait=N` seconds, 60 at most, or `respond-async` for not at all. What is not understood is passed over',
    schema: { ...text, examples: ['wait=10'] },
  },
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A name of your making for this request. Sent again under it, the request is not carried out again, and is answered as it was first',
    schema: { ...text, examples: ['8e03978e-40d5-43dd-bc93-6894a57f9324'] },
  },
} as const;

/** The ways to sign in. Which of them are on is for the site to say. */
export const securitySchemes = {
  basic: { type: 'http', scheme: 'basic', description: 'Name and password of a user' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or a JWT of the OIDC issuer that the site trusts' },
  keystone: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A token of the Keystone that the site trusts' },
} as const;

/** What is true of every operation. */
export const introduction = `HaaS hands out physical machines the way a cloud hands out virtual ones.

**Arguments.** Those of a GET stand in the path and the query, those of anything else in the path and in one JSON object as the body. The
body is read as JSON whatever \`Content-Type\` says, so \`curl -d '{"network": "provisioning"}'\` works as it is; no body is an empty object.
Unknown fields are refused. In the path a slash within the name of a port is sent as it is, or as \`%2F\`.

**Signing in.** HTTP Basic, \`Authorization: Bearer\` or \`X-Auth-Token\`, on every request. A read-only token may do GETs only.

**Answers.** JSON, or nothing where there is nothing to say. Every refusal is a \`Problem\`: clients branch on \`type\`, \`code\` says which
refusal it is, \`msg\` names the remedy. Who lacks the rights gets 401. Every answer has an \`X-Request-Id\`.

**Devices.** Where a device has something to do, the answer is 200 when it is done, within the time that the client waits (30 seconds, or as
\`Prefer\` says), and otherwise 202 with a \`status_id\`.

**Trying again.** A request with an \`Idempotency-Key\` can be sent again without being carried out twice. 429 and 503 may say in
\`Retry-After\` when.`;
