import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import type { TestContext } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { connect } from '../../db/client.ts';
import { appendConsoles, attachConsole, type LineState } from '../../db/commands/consoles.ts';
import { keystrokes } from '../../db/commands/kinds.ts';
import { unseal } from '../../db/commands/seal.ts';
import { consoleDevice, type LabelledMachine } from '../../db/devices/console.ts';
import { operations } from '../../functions/operations.ts';
import { openApi } from '../../infra/hosts/api.ts';
import { bmcOrder } from './bmc-agent.ts';
import { drivenNode, reserve } from './rack.ts';
import { until } from './until.ts';
import { apiKeys, basic, keys, makeWorld, type World } from './world.ts';

/** A machine whose console is looked at. */
export const n1: LabelledMachine = { of: 'node', label: 'n1' };

/** What the agent of a console tells the database, as its login. */
export interface ConsoleAgent {
  /** The number of the console that is logged. */
  readonly id: number;
  /** Appends output in pieces. */
  say(...pieces: (string | Uint8Array)[]): Promise<void>;
  /** Appends a gap. */
  gap(why: string): Promise<void>;
  /** Tells how it stands with the line. */
  line(state: LineState, problem?: string): Promise<void>;
}

/** A world with node n1 of project blue, whose BMC agent rack-1 drives. */
export async function consoleWorld(t: TestContext): Promise<World> {
  const w = await makeWorld(t);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  return w;
}

/** Releases n1. */
export async function release(w: World, project: string): Promise<void> {
  await w.arrange('POST', `/project/${project}/detach_node`, { node: 'n1' });
}

/** Has the console of a machine logged, and holds it as the agent rack-1 does. */
export async function consoleAgent(t: TestContext, w: World, machine = n1): Promise<ConsoleAgent> {
  await w.arrange('PUT', `/${machine.of}/${machine.label}/console`);
  const label = consoleDevice(machine);
  const agent = connect(await w.database.agentUrl('rack-1'), 'rack-1', 1);
  t.onTestFinished(() => agent.end());
  const [device] = await w.sql`
    update devices set fence = fence + 1, lease_holder = 'test', lease_until = now() + interval '1 hour'
      where label = ${label} returning id, fence`;
  const [row] = await w.sql`select max(c.id) as id from consoles c where console_device(c.node_id, c.headnode_id) = ${label}`;
  const held = { deviceId: Number(device?.['id']), fence: Number(device?.['fence']), device: label, commands: [] };
  const id = Number(row?.['id']);
  let seq = (await attachConsole(agent, held, id)) ?? 0;
  const append = async (entries: readonly object[]) => {
    const letGo = await appendConsoles(
      agent,
      entries.map((entry) => ({ held, console: id, at: new Date(), ...entry })),
    );
    if (letGo.size > 0) throw new Error('the console is to be let go');
  };
  await append([{ line: { state: 'open', problem: null } }]);
  return {
    id,
    say: (...pieces) => append(pieces.map((piece) => ({ chunk: { seq: seq++, data: Buffer.from(piece) } }))),
    gap: (why) => append([{ chunk: { seq: seq++, gap: why } }]),
    line: (state, problem) => append([{ line: { state, problem: problem ?? null } }]),
  };
}

/** An API host of this process, as in production. */
export interface ApiOnSocket {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves a world over a real socket; ends with the test. */
export async function apiOnSocket(t: TestContext, w: World, databaseUrl = w.database.apiUrl): Promise<ApiOnSocket> {
  const log = pino({ level: 'silent' });
  const host = await openApi({ databaseUrl, keys: apiKeys, settings: w.services.settings, log, connections: 4 });
  const { port } = await host.listen({ hostname: '127.0.0.1', port: 0 }, operations);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= host.close();
    return stopped;
  };
  t.onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}/v0`, stop };
}

/** A client that watches a console by HTTP. */
export interface Viewer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What it was sent so far. */
  bytes(): Buffer;
  text(): string;
  /** Resolves when it was sent this text. */
  sees(text: string): Promise<unknown>;
  /** Resolves when the answer has ended, or the connection. */
  readonly ended: Promise<void>;
  /** Takes nothing more, until `resume`. */
  pause(): void;
  resume(): void;
  leave(): void;
}

/** Watches a machine as somebody. */
export function watch(t: TestContext, { url }: { url: string }, user: string, query = '', { of, label } = n1): Promise<Viewer> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(`${url}/${of}/${label}/console${query}`, {
      headers: { authorization: basic(user) },
      agent: false,
    });
    t.onTestFinished(() => void sent.destroy());
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => void parts.push(part));
      response.on('error', () => {});
      const bytes = () => Buffer.concat(parts);
      const text = () => bytes().toString();
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        bytes,
        text,
        sees: (wanted) =>
          until(
            () => text().includes(wanted),
            `${user} sees ${JSON.stringify(wanted)}, having seen ${JSON.stringify(text().slice(-500))}`,
          ),
        ended: new Promise((done) => response.on('close', done)),
        pause: () => response.pause(),
        resume: () => response.resume(),
        leave: () => sent.destroy(),
      });
    });
    sent.end();
  });
}

/** A client that is connected to a console by a WebSocket. */
export interface SocketClient {
  /** What it was sent in binary frames. */
  text(): string;
  /** What it was sent in text frames. */
  told(): unknown[];
  sees(text: string): Promise<unknown>;
  /** Resolves when it was told something like this. */
  isTold(part: object): Promise<unknown>;
  type(data: string | Buffer): void;
  control(message: object | string): void;
  /** The status with which the connection ends. */
  readonly closed: Promise<number>;
  /** Ends the connection, as if the client's machine had gone away. */
  vanish(): void;
  leave(): void;
}

/** Connects to a machine, n1 unless told otherwise, as somebody; answers the HTTP status where it is refused. */
export function connectSocket(
  t: TestContext,
  { url }: { url: string },
  user: string,
  query = '',
  {
    protocol,
    headers = {},
    machine: { of, label } = n1,
  }: { protocol?: string; headers?: Record<string, string>; machine?: LabelledMachine } = {},
): Promise<SocketClient | { readonly status: number; readonly body: unknown; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const address = `${url.replace(/^http/, 'ws')}/${of}/${label}/console${query}`;
    const options = { headers: { authorization: basic(user), ...headers } };
    const socket = new WebSocket(address, protocol === undefined ? [] : [protocol], options);
    t.onTestFinished(() => socket.terminate());
    const parts: Buffer[] = [];
    const told: unknown[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) parts.push(data);
      else told.push(JSON.parse(data.toString()));
    });
    const closed = new Promise<number>((done) => socket.on('close', done));
    const text = () => Buffer.concat(parts).toString();
    socket.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (part) => {
        body += String(part);
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: body === '' ? null : JSON.parse(body),
          location: response.headers.location,
        }),
      );
    });
    socket.on('error', reject);
    socket.on('open', () => {
      resolve({
        text,
        told: () => told,
        sees: (wanted) =>
          until(
            () => text().includes(wanted),
            `${user} sees ${JSON.stringify(wanted)}, having seen ${JSON.stringify(text().slice(-500))}`,
          ),
        isTold: (part) =>
          until(
            () => told.some((each) => isDeepStrictEqual({ ...Object(each), ...part }, each)),
            `${user} is told ${JSON.stringify(part)}`,
          ),
        type: (data) => socket.send(data, { binary: true }),
        control: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
        closed,
        vanish: () => socket.terminate(),
        leave: () => socket.close(),
      });
    });
  });
}

/** As `connectSocket`, where it must not be refused. */
export async function openSocket(...known: Parameters<typeof connectSocket>): Promise<SocketClient> {
  const client = await connectSocket(...known);
  if ('status' in client) throw new Error(`refused: ${client.status} ${JSON.stringify(client.body)}`);
  return client;
}

/** Carries out what is typed into a machine as its agent would; answers what was typed so far, breaks as `<break>`. */
export async function typedAt(w: World, machine = n1): Promise<() => string[]> {
  const typed: string[] = [];
  const opened = z.object({ console: z.int(), sealed: z.string().optional() });
  const seen = new Set<string>();
  const open = async (signed: string) => {
    const { console, sealed } = opened.parse(bmcOrder.parse(decodeJwt(signed)).parameters);
    if (sealed === undefined) return '<break>';
    const target = { device: consoleDevice(machine), hostname: String(console), port: 0 };
    return Buffer.from(keystrokes.parse(await unseal([keys.sealing], sealed, target)).data, 'base64').toString();
  };
  let turn: Promise<unknown> = Promise.resolve();
  const [agent] = await w.sql`select 'agent_' || id as channel from agents where label = 'rack-1'`;
  await w.sql.listen(String(agent?.['channel']), () => {
    turn = turn.then(async () => {
      const rows = await w.sql`
        select c.id, c.kind, c.signed from commands c join devices d on d.id = c.device_id
          where c.status = 'queued' and d.label = ${consoleDevice(machine)} order by c.seq`;
      for (const { id, kind, signed } of rows) {
        if (kind !== 'console.input' && kind !== 'console.break') continue;
        if (seen.has(id)) continue;
        seen.add(id);
        typed.push(await open(signed));
        await w.sql`select finish_command(${id}, 'done', null, null, null)`;
        w.services.finished.heard(id);
      }
    });
  });
  return () => typed;
}
