import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { entryRow } from './audit-entry.ts';
import type { Running } from './carry-out.ts';
import { Failure } from './failure.ts';
import { failureOf } from './problem.ts';
import { harmless, type Terminal, writeAll } from './terminal.ts';

/** How often a connection that ended is made again in vain, and how long is waited before, in ms. */
const TRIES = 60;
const PAUSE = 2_000;

const gap = z.object({ msg: z.string() });

/** Shows what is added to the audit until the user has seen enough. Connects again where the connection is lost, and goes on after the last. */
export async function watchEvents(running: Running, after: string | undefined): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    await watch(running, after, interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    throw new Failure('interrupted', 'interrupted');
  } finally {
    process.off('SIGINT', interrupt);
  }
}

async function watch(
  { terminal, api, progress, manner }: Running,
  after: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const path = after === undefined ? '/v0/events' : `/v0/events?after=${encodeURIComponent(after)}`;
  let last: string | undefined;
  let failures = 0;
  for (;;) {
    const headers = last === undefined ? {} : { 'Last-Event-ID': last };
    const answer = await api.send({ method: 'GET', path, headers }, signal).catch((error: unknown) => {
      failures += 1;
      // Whoever never reached it has the wrong address.
      const isPassing = error instanceof Failure && error.ending === 'unreachable' && last !== undefined;
      if (!isPassing || failures >= TRIES) throw error;
      return undefined;
    });
    if (answer) {
      failures = 0;
      if (answer.status >= 300 || !answer.stream) throw failureOf(answer, api.site);
      progress.end();
      for await (const event of eventsOf(answer.stream, signal)) {
        last = event.id ?? last;
        if (event.data !== '') await tell(terminal, manner.json, event);
      }
    }
    progress.say('the connection has ended: connecting again');
    await sleep(PAUSE, undefined, { signal });
  }
}

/** One event as it was sent. */
interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** The events of a stream (HTML, 9.2.6) until it ends or is lost; one that is not whole is none. */
async function* eventsOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = '';
  for (;;) {
    const part = await reader.read().catch(() => {
      signal.throwIfAborted();
      return { done: true, value: undefined } as const;
    });
    if (part.done) return;
    text += decoder.decode(part.value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerSentEvent {
  const values = (name: string) =>
    block.split('\n').flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
  return { id: values('id').at(-1), event: values('event').at(-1) ?? 'message', data: values('data').join('\n') };
}

async function tell({ stdout, stderr }: Terminal, isJson: boolean, { event, data }: ServerSentEvent): Promise<void> {
  if (event === 'gap') {
    stderr.write(`haas: events are missing: ${harmless(gap.parse(JSON.parse(data)).msg)}\n`);
    return;
  }
  if (isJson) return writeAll(stdout, `${data}\n`);
  const { seq: _seq, what, ...row } = entryRow(JSON.parse(data));
  const words = Object.values(row).map((value) => (Array.isArray(value) ? value.join(',') : String(value ?? '')) || '-');
  await writeAll(stdout, `${harmless([...words, JSON.stringify(what)].join('  '))}\n`);
}
