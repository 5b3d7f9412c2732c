import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '../client.ts';

/** What a request that changes something is recorded as, before it is carried out. */
export interface RecordedRequest {
  readonly id: string;
  /** The id of the operation. */
  readonly event: string;
  readonly actor: string | null;
  /** The id of an API token. */
  readonly token: string | null;
  readonly address: string;
  /** The id of the request. */
  readonly request: string;
  /** The parameters of the path. */
  readonly subject: Readonly<Record<string, unknown>>;
  /** What the request asked for, of which `details` is kept; nothing in either is secret. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly status: 'done' | 'ordered';
  /** For whom the operation is: what administrators do to hardware says more of that than users are shown. */
  readonly access: 'admin' | 'user';
}

/** What names a project, or something that belongs to one. */
const label = z.string().optional().catch(undefined);
const names = z.object({
  project: label,
  owner: label,
  access: label,
  node: label,
  headnode: label,
  network: label,
});

/**
 * What `record_request` is to be told of a request, as JSON. The projects that it names may read of it, and those of the node, headnode or
 * network that it names, where users ask for such things.
 */
export function entryOf({ subject, asked, details, access, ...entry }: RecordedRequest): string {
  const on = names.parse(subject);
  const by = names.parse(asked);
  const node = on.node ?? by.node ?? null;
  return JSON.stringify({
    ...entry,
    node,
    projects: [on.project, by.project, by.owner, by.access].filter((label) => label !== undefined),
    owned: access === 'user' ? { node, headnode: on.headnode, network: on.network } : {},
    subject,
    details,
  });
}

/**
 * Records a request in the transaction that carries it out, given what `entryOf` made of it; whatever else that transaction changes is
 * recorded as following from it.
 */
export async function recordRequest(tx: Tx, entry: string): Promise<void> {
  await tx.execute(sql`select record_request(${entry}::text::jsonb)`);
}

/** Corrects what a request that was recorded in this transaction came to. */
export async function recordResult(tx: Tx, id: string, result: Readonly<Record<string, unknown>>): Promise<void> {
  await tx.execute(sql`update audit set result = ${JSON.stringify(result)}::text::jsonb where id = ${id}`);
}
