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
  /** What the request asked for; nothing in it is secret. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly status: 'done' | 'ordered';
  /** For whom the operation is: what administrators do to hardware says more of that than users are shown. */
  readonly access: 'admin' | 'user';
}

/** What names a project, or something that belongs to one. */
const label = z.string().optional().catch(undefined);
const named = z.object({
  project: label,
  owner: label,
  access: label,
  node: label,
  headnode: label,
  network: label,
});

/**
 * Records a request in the transaction that carries it out; whatever else that transaction changes is recorded as following from it.
 * The projects that it names may read of it, and those of the node, headnode or network that it names, where users ask for such things.
 */
export async function recordRequest(tx: Tx, entry: RecordedRequest): Promise<void> {
  const { id, event, actor, token, address, request, subject, details, status, access } = entry;
  const on = named.parse(subject);
  const asked = named.parse(details);
  const node = on.node ?? asked.node ?? null;
  const projects = [on.project, asked.project, asked.owner, asked.access].filter((label) => label !== undefined);
  const owned = access === 'user' ? { node, headnode: on.headnode ?? null, network: on.network ?? null } : null;
  await tx.execute(sql`
    insert into audit (id, event, actor, token, address, request, node, projects, subject, details, result)
    select ${id}, ${event}, ${actor}, ${token}::uuid, ${address}, ${request}, ${node},
      array(
        select id from projects where label in (select json_array_elements_text(${JSON.stringify(projects)}::json))
        union select project_id from nodes where label = ${owned?.node ?? null} and project_id is not null
        union select project_id from headnodes where label = ${owned?.headnode ?? null}
        union select owner_id from networks where label = ${owned?.network ?? null} and owner_id is not null),
      ${JSON.stringify(subject)}::text::jsonb, ${JSON.stringify(details)}::text::jsonb, ${JSON.stringify({ status })}::text::jsonb
    where set_config('haas.cause', ${id}, true) is not null`);
}

/** Corrects what a request that was recorded in this transaction came to. */
export async function recordResult(tx: Tx, id: string, result: Readonly<Record<string, unknown>>): Promise<void> {
  await tx.execute(sql`update audit set result = ${JSON.stringify(result)}::text::jsonb where id = ${id}`);
}
