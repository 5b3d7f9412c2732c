import { expect, test } from 'vitest';
import type { SwitchSession } from '../../../agents/drivers/driver.ts';
import { beginPortChange } from '../../../agents/tasks/port-change.ts';
import type { Patience } from '../../../agents/tasks/progress.ts';
import { advanceChange } from '../../../agents/tasks/set-port.ts';
import type { PortState } from '../../../db/commands/kinds.ts';
import type { Outcome } from '../../../db/commands/outcome.ts';
import type { SimulatedSwitch, SwitchFaults } from '../../../infra/rack/simulated-switch.ts';
import { type Bench, both, other } from './conformance-bench.ts';

/** Everything is tried with this; without it, a sample. Each run takes another one, and a failure names its seed. */
const exhaustive = process.env['HAAS_TEST_EXHAUSTIVE'] === '1';
const seed = Number(process.env['HAAS_TEST_SEED'] ?? Date.now() % 1_000_000);
/** How many of each kind a sample holds. */
const sampleSize = 12;

const patience: Patience = { open: [0, 5, 20], backOff: { first: 5, last: 20 } };
/** Short, because a prompt that was cut off is waited for until then: at login too, and the change must still have time after it. */
const timeouts = { line: 150, login: 2_000, save: 1_000 };

/** What the switch said to one line, in the order of a change. */
interface Said {
  readonly line: string;
  readonly answer: string;
}

/**
 * That no single answer that is altered, cut short or lost makes an agent believe what is not so: a change that ends as done has its
 * port as wanted, one that ends as failed has it as before, and no port is ever up with VLANs of neither.
 */
export function mutationsConformance(bench: Bench): void {
  const { family } = bench;
  const [port] = family.ports;

  test('drop at any byte of any answer', { timeout: exhaustive ? 3_600_000 : 60_000 }, async () => {
    const said = await listen(bench);
    const cuts = said.flatMap(({ answer }, index) =>
      Array.from({ length: answer.length + 1 }, (_, length) => ({ index, length })),
    );
    for (const { index, length } of sample(cuts, 1)) {
      await survives(
        bench,
        `answer ${index} to ${JSON.stringify(said[index]?.line)} cut after ${length} characters`,
        (answer, at) => (at === index ? { text: answer.slice(0, length), hangUp: true } : answer),
      );
    }
  });

  test('any answer altered or truncated', { timeout: exhaustive ? 3_600_000 : 60_000 }, async () => {
    const said = await listen(bench);
    const mutations = said.flatMap(({ answer, line }, index) =>
      alterations(
        answer,
        said.map((other) => other.answer),
      ).map(({ how, text }) => ({ index, line, how, text })),
    );
    for (const { index, line, how, text } of sample(mutations, 2)) {
      await survives(bench, `answer ${index} to ${JSON.stringify(line)}: ${how}`, (answer, at) => (at === index ? text : answer));
    }
  });

  test('a refusal of any line of a change', { timeout: 60_000 }, async () => {
    const lines = new Set((await listen(bench)).map(({ line }) => line));
    for (const line of lines) {
      const simulator = await bench.start();
      await prepare(bench, simulator);
      simulator.faults.refuse = new RegExp(`^${line.replace(/[^\w ]/g, '\\$&')}$`);
      const ending = judge(simulator, port, await carryOut(bench, simulator, 300));
      expect(ending, `${JSON.stringify(line)} refused`).toMatch(/^(?:as it says|nobody can tell)$/);
      await bench.stop(simulator);
    }
  });
}

/** Everything that is said in one change from `other` to `both`, from the first line of the session on. */
async function listen(bench: Bench): Promise<Said[]> {
  const said: Said[] = [];
  const simulator = await bench.start();
  await prepare(bench, simulator);
  simulator.faults.answer = (line, answer) => {
    said.push({ line, answer });
    return answer;
  };
  const outcome = await carryOut(bench, simulator);
  expect(outcome.status).toBe('done');
  await bench.stop(simulator);
  return said;
}

/** Brings the port to the state that the change begins with. */
async function prepare(bench: Bench, simulator: SimulatedSwitch): Promise<void> {
  const session = await bench.family.driver.open(bench.target(simulator));
  await session.setPort(bench.family.ports[0], other);
  await session.close();
}

async function survives(
  bench: Bench,
  what: string,
  mutate: (answer: string, index: number) => ReturnType<NonNullable<SwitchFaults['answer']>>,
) {
  const [port] = bench.family.ports;
  const simulator = await bench.start();
  await prepare(bench, simulator);
  let count = 0;
  simulator.faults.answer = (_line, answer) => mutate(answer, count++);
  const outcome = await carryOut(bench, simulator);
  expect(judge(simulator, port, outcome), `seed ${seed}: ${what}`).toBe('as it says');
  await bench.stop(simulator);
}

/** Carries out the change as the agent does, in as many sessions as it takes, until it ends or the time (ms) is up. */
async function carryOut(bench: Bench, simulator: SimulatedSwitch, time = 5_000): Promise<Outcome> {
  const deadline = Date.now() + time;
  const change = beginPortChange({ port: bench.family.ports[0], want: both, before: other }, deadline, false);
  let session: SwitchSession | undefined;
  for (;;) {
    session ??= await bench.family.driver.open(bench.target(simulator, { timeouts })).catch(() => undefined);
    if (!session && Date.now() < deadline) continue;
    if (!session) return { status: 'unknown', reason: 'unproven', message: 'no session could be opened' };
    const progress = await advanceChange(change, { session, patience, isStopping: () => false, checkpoint: () => {} });
    if (progress.kind === 'ended' || progress.session === 'over') {
      await session.close();
      session = undefined;
    }
    if (progress.kind === 'ended') return progress.outcome;
  }
}

/** Whether a port is as the outcome of its change says. */
function judge(simulator: SimulatedSwitch, port: string, outcome: Outcome): string {
  const { enabled, native, tagged } = simulator.port(port);
  const is = (state: PortState) => state.enabled === enabled && state.native === native && state.tagged.join() === tagged.join();
  const said = outcome.status === 'done' ? both : outcome.status === 'failed' ? other : undefined;
  if (said === undefined) return enabled && !is(both) && !is(other) ? 'unknown, and open to other VLANs' : 'nobody can tell';
  return is(said) ? 'as it says' : `${outcome.status}, but ${JSON.stringify({ native, tagged, enabled })}`;
}

/** Ways to alter an answer; the last line, which a console ends an answer with, is left where its loss is not the point. */
function alterations(answer: string, others: readonly string[]): { how: string; text: string }[] {
  const end = answer.lastIndexOf('\n') + 1;
  const lines = answer.slice(0, end).split(/(?<=\n)/);
  const last = answer.slice(end);
  const rejoined = (kept: readonly string[]) => kept.join('') + last;
  const found: { how: string; text: string }[] = [
    { how: 'nothing but its last line', text: last },
    { how: 'nothing', text: '' },
    ...others.map((text, index) => ({ how: `the answer ${index} instead`, text })),
  ];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    found.push({ how: `without line ${index}`, text: rejoined(lines.toSpliced(index, 1)) });
    found.push({ how: `line ${index} twice`, text: rejoined(lines.toSpliced(index, 0, line)) });
    found.push({ how: `cut before line ${index}`, text: rejoined(lines.slice(0, index)) });
  }
  for (const digit of answer.matchAll(/\d/g)) {
    const changed = String((Number(digit[0]) + 1) % 10);
    found.push({
      how: `character ${digit.index} is ${changed}`,
      text: answer.slice(0, digit.index) + changed + answer.slice(digit.index + 1),
    });
  }
  for (const word of answer.matchAll(/\b(?:no |un|not )/gi)) {
    found.push({
      how: `without ${JSON.stringify(word[0])} at ${word.index}`,
      text: answer.slice(0, word.index) + answer.slice(word.index + word[0].length),
    });
  }
  return found;
}

/** All of it, or a sample that the seed decides. `stream` keeps two samples of one seed apart. */
function sample<T>(all: readonly T[], stream: number): T[] {
  if (exhaustive || all.length <= sampleSize) return [...all];
  let state = (seed * 2 + stream) >>> 0;
  const next = () => {
    // Mulberry32: even enough for choosing.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Array.from({ length: sampleSize }, () => all[Math.floor(next() * all.length)]).filter((one) => one !== undefined);
}
