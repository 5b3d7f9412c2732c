import { z } from 'zod';
import type { AuditEntry, EntryFilter, EntryPart, FiledEntry } from '../../db/queries/audit-entries.ts';
import { entryHash, nodeLabel, placeOfEntry, projectLabel, requestId, timestamp, timeWithZone, tokenId } from '../http/labels.ts';
import { Page } from '../http/paging.ts';

const anyFields = z.record(
  z.string().meta({ description: 'Name of a field', examples: ['network'] }),
  z.json().meta({ description: 'Its value', examples: ['provisioning'] }),
);

/** What is recorded of one change, as everybody sees it who may. */
const entry = z.strictObject({
  seq: z.int().meta({ description: 'Place of the entry in the chain, from 1 on without gaps', examples: [1041] }),
  id: z.uuid().meta({ description: 'Id of the entry', examples: ['c56a4180-65aa-42ec-a945-5fd21dec0538'] }),
  at: timestamp.meta({ description: 'When, in UTC, to the microsecond', examples: ['2026-03-02T09:30:00.000000Z'] }),
  event: z.string().meta({
    description: 'What was done: the id of an operation, or what followed from one: node_project, nic_network, command_ended',
    examples: ['node_connect_network'],
  }),
  actor: z
    .string()
    .nullable()
    .meta({
      description: 'Who did it, a user or `agent <name>`; null: somebody without credentials, or HaaS itself',
      examples: ['ada'],
    }),
  request: requestId.nullable().meta({ description: 'Id of the request', examples: ['5d0f3c1e-7a42-4b8d-9c16-e3a9b0d42f75'] }),
  cause: z
    .uuid()
    .nullable()
    .meta({
      description: 'Id of the entry of the request that it followed from; null: it is one itself',
      examples: ['c56a4180-65aa-42ec-a945-5fd21dec0537'],
    }),
  node: nodeLabel
    .nullable()
    .meta({ description: 'Name of the node that it is about, if it is about one', examples: ['node-01'] }),
  projects: z
    .array(
      z
        .union([projectLabel, z.int()])
        .meta({ description: 'Name of a project; id of one that there is no more', examples: ['blue'] }),
    )
    .meta({ description: 'The projects that it concerned then, and that may read of it' }),
  subject: anyFields.meta({ description: 'What the request named in its path' }),
  details: anyFields.meta({
    description: 'What it asked for, without secrets; of what followed, what was before and is after',
  }),
  result: anyFields.meta({
    description: 'status: done, ordered (command_ended tells the rest), redirected; of command_ended that of the command',
  }),
});

const origin = {
  token: tokenId.nullable().meta({
    description: 'Id of the API token that they signed in with, if it was one',
    examples: ['5d0f3c1e-7a42-4b8d-9c16-e3a9b0d42f75'],
  }),
  address: z
    .string()
    .nullable()
    .meta({ description: 'Address that the request came from', examples: ['10.0.7.40'] }),
  // It is made over the address too, and of those there are few enough to try them all.
  hash: entryHash,
};

/** An entry as administrators see it. */
export const fullEntry = entry.extend(origin);

/** An entry as anybody may see it: where it came from is for administrators. */
export const anyEntry = entry.extend({
  token: origin.token.optional(),
  address: origin.address.optional(),
  hash: origin.hash.optional(),
});

/** What is shown of an entry to somebody who is no administrator. */
export function withoutOrigin({ token: _token, address: _address, hash: _hash, ...shown }: AuditEntry): z.input<typeof anyEntry> {
  // Devices are the administrators'.
  const { device: _device, ...subject } = shown.subject;
  return asShown({ ...shown, subject });
}

/** An entry as it is answered. */
export function asShown<E extends Pick<AuditEntry, 'subject' | 'details' | 'result'>>(shown: E) {
  const { subject, details, result } = shown;
  return { ...shown, subject: anyFields.parse(subject), details: anyFields.parse(details), result: anyFields.parse(result) };
}

/** How many entries a page has unless it is said, and at most. */
const PAGE = 100;

const filters = {
  actor: z
    .string()
    .regex(/^[^\0\p{Cs}]{1,300}$/u, 'must be a name')
    .optional()
    .meta({ description: 'Only what this user did, or `agent <name>`', examples: ['ada'] }),
  event: z
    .string()
    .regex(/^[a-z_]{1,100}$/, 'must be the id of an operation, or of what follows from one')
    .optional()
    .meta({ description: 'Only this event', examples: ['node_project'] }),
  node: nodeLabel.optional().meta({ description: 'Only what is about this node', examples: ['node-01'] }),
  request: requestId.optional().meta({ description: 'Only this request, and what followed from it', examples: ['deploy-17'] }),
  since: timeWithZone.optional().meta({
    description: 'Only what was done then or later, a time of ISO 8601 with its zone; the page begins with the first',
    examples: ['2026-03-02T09:30:00Z'],
  }),
  until: timeWithZone.optional().meta({
    description: 'Only what was done then or earlier, a time of ISO 8601 with its zone',
    examples: ['2026-03-02T10:30:00Z'],
  }),
};

/** What of the audit is asked for, and which page. */
export const entryQuery = z
  .strictObject({
    ...filters,
    limit: z
      .string()
      .regex(/^(?:[1-9]\d{0,2}|1000)$/, 'must be a whole number, 1 to 1000')
      .meta({ description: `How many entries to answer at most; ${PAGE} unless given`, examples: ['100'] })
      .transform(Number)
      .optional(),
    after: placeOfEntry.optional().meta({
      description: 'Seq after which the page begins; without it, and without since, the page has the last entries',
      examples: ['1041'],
    }),
    before: placeOfEntry.optional().meta({ description: 'Seq before which the page ends', examples: ['941'] }),
  })
  .refine(({ after, before }) => after === undefined || before === undefined, { path: ['before'], error: 'goes without after' });

/** Reads the page that was asked for by `read`, and tells what is before and after it. */
export async function pageOfEntries<T>(
  read: (filter: EntryFilter, part: EntryPart) => Promise<FiledEntry[]>,
  { limit = PAGE, after, before, ...filter }: z.output<typeof entryQuery>,
  show: (entry: AuditEntry) => T,
): Promise<Page<T[]>> {
  // From a time on it is read forwards, like what comes after an entry.
  const from = after ?? (filter.since !== undefined && before === undefined ? 0 : undefined);
  const found = await read(filter, from === undefined ? { limit: limit + 1, before } : { limit: limit + 1, after: from });
  const isMore = found.length > limit;
  const entries = (from === undefined ? found.slice(-limit) : found.slice(0, limit)).map(({ entry: each }) => each);
  const seqOf = (each: AuditEntry | undefined) => (isMore && each ? String(each.seq) : null);
  return from === undefined
    ? new Page(entries.map(show), null, seqOf(entries[0]))
    : new Page(entries.map(show), seqOf(entries.at(-1)));
}
