import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { consoleDevice, type LabelledMachine } from '../devices/console.ts';
import { moment } from './moment.ts';

/** Seconds after which a writer that is not heard of any more has lost the right to type. */
const WRITER_LASTS = 15;
/** The most bytes and pieces of a log that are read at once: an agent makes none larger than 32 KiB, and many that are tiny. */
const PAGE = 128 * 1024;
const MOST_PIECES = 1000;
/** The most pieces of each console where many are read at once. */
const SHARE = 8;

const number = z.coerce.number();

/** How it stands with an agent's session. */
export const consoleState = z.enum(['opening', 'open', 'down']);

const consoleFields = {
  id: number,
  projectId: number.nullable(),
  project: z.string().nullable(),
  openedAt: moment,
  releasedAt: moment.nullable(),
  logging: z.boolean(),
  state: consoleState,
  stateSince: moment,
  problem: z.string().nullable(),
  /** The seq of the newest piece of its log; 0 before the first. */
  newest: number,
  bytes: number,
  writer: z.string().nullable(),
  writerSince: moment.nullable(),
};
const shownConsole = z.object(consoleFields);

/**
 * A console of a headnode, or of a reservation of a node. `writer` may type now; one that was not heard of for a while is none.
 */
export type ShownConsole = z.output<typeof shownConsole>;

/** A machine whose consoles are looked for. */
export interface MachineId {
  readonly of: LabelledMachine['of'];
  readonly id: number;
}

function columns(connection: Connection) {
  return connection`c.id, c.project_id as "projectId", p.label as project, c.opened_at as "openedAt", c.released_at as "releasedAt",
    c.logging, c.state, c.state_since as "stateSince", c.problem, c.next_seq - 1 as newest, c.bytes,
    case when c.writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then c.writer end as writer,
    case when c.writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then c.writer_since end as "writerSince"`;
}

function isOf(connection: Connection, { of, id }: MachineId) {
  return of === 'node' ? connection`c.node_id = ${id}` : connection`c.headnode_id = ${id}`;
}

/** The console of a headnode, or of a node's present reservation, if it has one. */
export async function findConsole(connection: Connection, machine: MachineId): Promise<ShownConsole | undefined> {
  const [row] = await connection`
    select ${columns(connection)} from consoles c left join projects p on p.id = c.project_id
      where ${isOf(connection, machine)} and c.released_at is null`;
  return row && shownConsole.parse(row);
}

/** Which consoles of a machine: of these projects (null: of all), older than another, and no more than so many and one. */
interface Listed {
  readonly projects: readonly number[] | null;
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** The consoles of a machine, the newest first. Undefined: there is no such machine. */
export async function listConsoles(
  connection: Connection,
  { of, label }: LabelledMachine,
  { projects, before, limit }: Listed,
): Promise<ShownConsole[] | undefined> {
  const [found] = await connection`select id from ${connection(of === 'node' ? 'nodes' : 'headnodes')} where label = ${label}`;
  if (!found) return undefined;
  const isListed = projects === null ? connection`true` : connection`c.project_id = any(${[...projects]}::bigint[])`;
  const rows = await connection`
    select ${columns(connection)} from consoles c left join projects p on p.id = c.project_id
      where ${isOf(connection, { of, id: number.parse(found['id']) })} and ${isListed}
        ${before === undefined ? connection`` : connection`and c.id < ${before}`}
      order by c.id desc ${limit === undefined ? connection`` : connection`limit ${limit + 1}`}`;
  return z.array(shownConsole).parse(rows);
}

const chunk = z.object({ seq: number, data: z.instanceof(Buffer), gap: z.string().nullable() });

/** A piece of a log: output as it came, or what is missing, and why. */
export type Chunk = z.output<typeof chunk>;

/** Reads some of a log, from the first piece after a seq. None: there is no more. */
export async function readChunks(connection: Connection, id: number, after: number): Promise<Chunk[]> {
  const rows = await connection`
    select seq, data, gap from (
      select seq, data, gap, sum(length(data)) over (order by seq) - length(data) as bytes_before from (
        select * from console_chunks where console_id = ${id} and seq > ${after} order by seq limit ${MOST_PIECES}) k) k
      where bytes_before < ${PAGE} order by seq`;
  return z.array(chunk).parse(rows);
}

/** Reads some of a log backwards, from the last piece before a seq. */
export async function readChunksBack(connection: Connection, id: number, before: number): Promise<Chunk[]> {
  const rows = await connection`
    select seq, data, gap from (
      select seq, data, gap, sum(length(data)) over (order by seq desc) - length(data) as bytes_before from (
        select * from console_chunks where console_id = ${id} and seq < ${before} order by seq desc limit ${MOST_PIECES}) k) k
      where bytes_before < ${PAGE} order by seq desc`;
  return z.array(chunk).parse(rows);
}

/** The seq of the first piece of a log that was read at a moment or later. */
export async function firstChunkSince(connection: Connection, id: number, since: Date): Promise<number | undefined> {
  const [row] = await connection`
    select seq from console_chunks where console_id = ${id} and at >= ${since.toISOString()} order by seq limit 1`;
  return row && number.parse(row['seq']);
}

const status = z.object({
  isReleased: z.boolean(),
  logging: z.boolean(),
  state: consoleState,
  stateSince: moment,
  problem: z.string().nullable(),
  writer: z.string().nullable(),
  writerSession: z.string().nullable(),
  isEnabled: z.boolean(),
});

/** What those who show a console must know of it. `isEnabled`: users may reach it, which of a node is users may reach its BMC. */
export type ConsoleStatus = z.output<typeof status>;

/** What is new of a console: pieces of its log after those known, and how it stands now. Null: it is gone with its machine. */
export interface ConsoleNews {
  readonly id: number;
  readonly chunks: readonly Chunk[];
  readonly status: ConsoleStatus | null;
  /** Whether there may be more. */
  readonly isCut: boolean;
}

/** Reads what is new of any number of consoles, each after the seq that is known, as it is at one moment. */
export async function readNews(connection: Connection, known: ReadonlyMap<number, number>): Promise<ConsoleNews[]> {
  const rows = await connection`
    select w.id, c.id is null as "isGone", c.released_at is not null as "isReleased", c.logging, c.state,
        c.state_since as "stateSince", c.problem, coalesce(n.obm_enabled, true) as "isEnabled",
        case when c.writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then c.writer end as writer,
        case when c.writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then c.writer_session end as "writerSession",
        k.seq, k.data, k.gap
      from unnest(${[...known.keys()]}::bigint[], ${[...known.values()]}::bigint[]) as w (id, after)
        left join consoles c on c.id = w.id
        left join nodes n on n.id = c.node_id
        left join lateral (
          select * from console_chunks o where o.console_id = w.id and o.seq > w.after order by o.seq limit ${SHARE}) k on true
      order by w.id, k.seq`;
  const news = new Map<number, { chunks: Chunk[]; status: ConsoleStatus | null }>();
  for (const row of rows) {
    const id = number.parse(row['id']);
    const each = news.get(id) ?? { chunks: [], status: row['isGone'] === true ? null : status.parse(row) };
    if (row['seq'] !== null) each.chunks.push(chunk.parse(row));
    news.set(id, each);
  }
  return [...news].map(([id, each]) => ({ id, ...each, isCut: each.chunks.length === SHARE }));
}

function columnOf({ of }: MachineId) {
  return of === 'node' ? sql`node_id` : sql`headnode_id`;
}

const ensured = z.tuple([z.object({ id: number, state: consoleState })]);

/**
 * Has the console of a machine logged, of a node in its present reservation; the machine must be locked. `isOrdered`: its agent is about
 * to open it already. Two who open it at the same time get the same one.
 */
export async function ensureConsole(
  tx: Tx,
  machine: MachineId & LabelledMachine & { readonly projectId: number | null },
): Promise<z.output<typeof ensured>[0] & { readonly isOrdered: boolean }> {
  const isPresent = machine.of === 'node' ? sql`where released_at is null` : sql``;
  const rows = await tx.execute(sql`
    insert into consoles as c (${columnOf(machine)}, project_id) values (${machine.id}, ${machine.projectId})
      on conflict (${columnOf(machine)}) ${isPresent} do update set logging = true,
        state = case when c.logging then c.state else 'opening' end,
        problem = case when c.logging then c.problem end,
        state_since = case when c.logging then c.state_since else now() end
      returning id, state`);
  const [{ id, state }] = ensured.parse([...rows]);
  // An order that is of an earlier console, or that a later one takes back, opens nothing.
  const [ordered] = await tx.execute(sql`
    select exists (
      select from consoles o cross join lateral (
        select c.kind, c.queued_at from commands c join devices d on d.id = c.device_id
          where d.label = ${consoleDevice(machine)} and c.kind in ('console.open', 'console.close')
            and c.status in ('queued', 'running') and c.not_after > now()
          order by c.seq desc limit 1) c
        where o.id = ${id} and c.kind = 'console.open' and c.queued_at >= o.opened_at) as "isOrdered"`);
  return { id, state, isOrdered: ordered?.['isOrdered'] === true };
}

/** A user who types through one connection. */
export interface Writer {
  readonly user: string;
  readonly session: string;
}

/**
 * Takes the right to type for one connection: where nobody has it, or the same user, or from whoever has it. False: somebody else has it,
 * or nothing can be typed any more.
 */
export async function takeWriter(
  connection: Connection,
  id: number,
  { user, session }: Writer,
  steal: boolean,
): Promise<boolean> {
  const taken = await connection`
    update consoles set writer = ${user}, writer_session = ${session}, writer_since = now(), writer_seen_at = now()
      where id = ${id} and logging
        and (${steal} or writer is null or writer = ${user} or writer_seen_at <= now() - make_interval(secs => ${WRITER_LASTS}))`;
  return taken.count > 0;
}

/** Keeps the right to type for a connection that has it; false: it has it no more. */
export async function keepWriter(connection: Connection, id: number, session: string): Promise<boolean> {
  const kept = await connection`update consoles set writer_seen_at = now() where id = ${id} and writer_session = ${session}`;
  return kept.count > 0;
}

/** Gives up the right to type, if a connection has it. */
export async function leaveWriter(connection: Connection, id: number, session: string): Promise<void> {
  await connection`
    update consoles set writer = null, writer_session = null, writer_since = null, writer_seen_at = null
      where id = ${id} and writer_session = ${session}`;
}

const typist = z.object({
  id: number,
  logging: z.boolean(),
  writer: z.string().nullable(),
  writerSession: z.string().nullable(),
});

/** The present console of a machine and who may type, kept as they are until the transaction ends. */
export async function lockWriter(tx: Tx, machine: MachineId): Promise<z.output<typeof typist> | undefined> {
  const [row] = await tx.execute(sql`
    select id, logging,
        case when writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then writer end as writer,
        case when writer_seen_at > now() - make_interval(secs => ${WRITER_LASTS}) then writer_session end as "writerSession"
      from consoles where ${columnOf(machine)} = ${machine.id} and released_at is null for share`);
  return row && typist.parse(row);
}

/** The present console of a locked machine that its agent is to hold, by its number, if any is; nobody else stops it meanwhile. */
export async function lockHeldConsole(tx: Tx, machine: MachineId): Promise<number | undefined> {
  const [held] = await tx.execute(sql`
    select id from consoles where ${columnOf(machine)} = ${machine.id} and logging for no key update`);
  return held && number.parse(held['id']);
}
