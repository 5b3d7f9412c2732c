import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import type { SimulatedBmc } from '../../infra/rack/bmc/simulated-bmc.ts';
import { type AgentProcess, agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { startApiProcess } from '../support/api-process.ts';
import { bmcFor, bmcsMissing, ipmitoolsOf, registerMachine } from '../support/bmc-house.ts';
import { type ApiOnSocket, apiOnSocket, connectSocket, openSocket, type Viewer, watch } from '../support/console-viewers.ts';
import { skipped } from '../support/lacking.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, type World } from '../support/world.ts';

/** A line that was dropped is opened again soon, however often it was dropped before. Milliseconds. */
const timing = { backOff: { first: 20, last: 500 } };
/** As long as ipmitool may take to find out that a BMC is silent. */
const SILENCE = 60_000;

const stateAnswer = z.object({ state: z.string(), writer: z.object({ user: z.string() }).nullable() });

/** The node n1 of project blue with a real BMC, an agent, and one API host of several. */
interface House {
  readonly world: World;
  readonly bmc: SimulatedBmc;
  readonly api: ApiOnSocket;
  readonly agent: AgentProcess;
  /** Kills the agent, and starts another process of it. */
  restartAgent(): Promise<unknown>;
  /** Sends a request about the console of n1. */
  ask(user: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** How it stands with the console, and who may type. */
  state(user?: string): Promise<z.output<typeof stateAnswer>>;
  /** Has the console logged, and waits until the log has whatever the machine prints from now on. */
  logged(user?: string): Promise<void>;
  /** What somebody is shown who reads the log. */
  read(user: string, query: string): Promise<Viewer>;
}

async function house(t: TestContext): Promise<House> {
  const [world, bmc, stateDir] = await Promise.all([makeWorld(t), bmcFor(t, 'n1'), agentStateFolder(t)]);
  await registerMachine(world, bmc);
  const startAgent = () => startAgentProcess(t, world, stateDir, undefined, { timing });
  const [api, agent] = await Promise.all([apiOnSocket(t, world), startAgent()]);
  const ask: House['ask'] = (user, method, path, body) => world.call(user, method, `/node/n1/console${path}`, body);
  const state: House['state'] = async (user = 'ada') => stateAnswer.parse((await ask(user, 'GET', '/state')).body);
  return {
    world,
    bmc,
    api,
    agent,
    async restartAgent() {
      process.kill(agent.pid, 'SIGKILL');
      expect(await agent.ended).toBe('SIGKILL');
      return startAgent();
    },
    ask,
    state,
    async logged(user = 'ada') {
      expect(await ask(user, 'PUT', '')).toMatchObject({ status: 200 });
      const viewer = await watch(t, api, user, '?tail=0');
      // What comes in the first second is not kept.
      const hello = setInterval(() => bmc.serial.write('.'), 50);
      await until(() => /^\.+$/m.test(viewer.text()), 'output is logged', SILENCE).finally(() => clearInterval(hello));
      bmc.serial.write('\r\nready\r\n');
      await viewer.sees('ready\r\n');
      viewer.leave();
    },
    async read(user, query) {
      const viewer = await watch(t, api, user, query);
      await viewer.ended;
      return viewer;
    },
  };
}

const line = (index: number) => `line ${index} of what the machine prints all the time`;

/** What a viewer saw of the machine between the marks of gaps. */
function stretches(seen: string): string[] {
  return seen.split(/\r\n\[HaaS: .*?\]\r\n/);
}

function marks(seen: string): number {
  return stretches(seen).length - 1;
}

/** That this is what was printed, in order, once, and without anything missing but at its beginning, its end and its marks. */
function expectHonest(seen: string, printed: string): void {
  let from = 0;
  for (const stretch of stretches(seen)) {
    const found = printed.indexOf(stretch, from);
    expect(found, `${JSON.stringify(stretch.slice(0, 200))} after ${from} of ${printed.length}`).toBeGreaterThanOrEqual(0);
    from = found + stretch.length;
  }
}

/** That these saw the same bytes, each from the moment on when it came. */
function expectSame(viewers: readonly Viewer[]): void {
  const [longest = Buffer.alloc(0), ...others] = viewers.map((viewer) => viewer.bytes()).sort((a, b) => b.length - a.length);
  for (const bytes of others) expect(longest.subarray(-bytes.length).equals(bytes)).toBe(true);
}

/** Waits until a viewer was shown more of what the machine prints. */
async function goesOn(viewer: Viewer): Promise<void> {
  const { length } = viewer.bytes();
  await until(() => viewer.bytes().length > length + 200, 'the machine is shown printing', SILENCE);
}

/** Waits until one more gap than before is marked. */
async function isMarked(viewer: Viewer, before: number): Promise<void> {
  await until(() => marks(viewer.text()) > before, `gap ${before + 1} is marked`, SILENCE);
}

/** Kills what holds the console; answers how many there were. */
async function killClients(agent: AgentProcess): Promise<number> {
  const clients = await ipmitoolsOf(agent.pid, 'sol', 'activate');
  for (const pid of clients) process.kill(pid, 'SIGKILL');
  return clients.length;
}

/** Presses a key: of a silent console ipmitool learns at once when the BMC does not take what is typed, and otherwise only after a while. */
async function press({ ask }: House): Promise<void> {
  expect(await ask('ada', 'POST', '/input', { data: 'x' })).toMatchObject({ status: 200 });
}

/** Ways to drop a console. Each resolves when nothing stands in the way of the next session. */
const drops = {
  /** What holds it on the agent's host is killed. */
  async killed({ agent }: House) {
    expect(await killClients(agent)).toBe(1);
  },
  /** Another user of the BMC ends the session. */
  async cut(house: House) {
    await house.bmc.cutSol();
    await press(house);
  },
  /** Another user of the BMC takes the console. */
  async taken(house: House) {
    await house.bmc.cutSol();
    await house.bmc.holdSol();
    await press(house);
  },
  async restarted(house: House) {
    await house.bmc.restart();
    await press(house);
  },
  /** The network loses everything for a while. */
  async lost(house: House) {
    house.bmc.faults.silent = true;
    await press(house);
    await until(async () => (await house.state()).state !== 'open', 'the silence is noticed', SILENCE);
    house.bmc.faults.silent = false;
  },
};

/** 20 drops; most are of the kind that is noticed at once. */
const dropped = [
  ...(['killed', 'killed', 'cut', 'killed', 'killed', 'killed', 'lost', 'killed', 'killed', 'killed'] as const),
  ...(['restarted', 'killed', 'killed', 'taken', 'killed', 'killed', 'lost', 'killed', 'killed', 'killed'] as const),
];

describe.skipIf(bmcsMissing !== undefined)(`a console${skipped(bmcsMissing)}`, { timeout: 120_000 }, () => {
  test.concurrent('that is dropped 20 times under constant output is shown alike to all, with every gap marked', async (t) => {
    const made = await house(t);
    const { bmc, api, logged } = made;
    const elsewhere = await startApiProcess(t, made.world);
    await logged();
    const printing = bmc.serial.printContinuously(2000, line);
    const first = await watch(t, api, 'ada', '?tail=0');
    await goesOn(first);
    const viewers = [first, await watch(t, elsewhere, 'ada', '?tail=0'), await watch(t, elsewhere, 'root', '?tail=0')];
    for (const [index, name] of dropped.entries()) {
      await goesOn(first);
      await drops[name](made);
      await isMarked(first, index);
    }
    await goesOn(first);
    const printed = `${printing.stop()}the end`;
    bmc.serial.write('the end');
    for (const viewer of viewers) await viewer.sees('the end');
    expectSame(viewers);
    expectHonest(first.text(), printed);
    expect(marks(first.text())).toBe(dropped.length);
    // Whoever comes later is shown the same.
    const later = await made.read('ada', '?follow=false&since=1h');
    expect(later.text().endsWith(first.text())).toBe(true);
  });

  test.concurrent('that another user of the BMC holds is taken over', async (t) => {
    const { bmc, api, logged } = await house(t);
    await bmc.holdSol();
    await logged();
    const viewer = await watch(t, api, 'ada');
    bmc.serial.write('the machine speaks');
    await viewer.sees('the machine speaks');
  });

  test.concurrent('takes what is typed once, byte for byte, and a break', async (t) => {
    const { bmc, api, logged } = await house(t);
    await logged();
    const typist = await openSocket(t, api, 'ada', '?write=take', { protocol: 'haas.console.v1' });
    await typist.isTold({ type: 'writer', user: 'ada', you: true });
    expect(await connectSocket(t, api, 'root', '?write=take')).toMatchObject({ status: 409 });
    const keys = Buffer.from('root\r~.~~\n~B\x00\x03\xff$ \r', 'latin1');
    for (const key of keys) typist.type(Buffer.of(key));
    await until(() => bmc.serial.typed().length >= keys.length, 'the keys arrive');
    typist.control({ type: 'break' });
    // ipmi_sim keeps a break until something is typed after it.
    typist.type('!');
    await until(() => bmc.serial.breaks() === 1, 'the break arrives');
    await until(() => bmc.serial.typed().toString('latin1') === `${keys.toString('latin1')}!`, 'nothing is typed twice');
    expect(typist.told()).not.toContainEqual(expect.objectContaining({ type: 'error' }));
  });

  test.concurrent('is of one reservation: at its end viewers are cut off, and the next project sees nothing of it', async (t) => {
    const { world, bmc, api, ask, logged, read } = await house(t);
    await logged();
    const viewers = [await watch(t, api, 'ada'), await watch(t, await startApiProcess(t, world), 'ada')];
    bmc.serial.write("blue's secret\r\n");
    for (const viewer of viewers) await viewer.sees("blue's secret");
    const before = z.array(z.object({ id: z.int() })).parse((await ask('ada', 'GET', '/logs')).body);
    expect(before).toHaveLength(1);

    await world.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
    bmc.serial.write('printed between two reservations\r\n');
    for (const viewer of viewers) {
      await viewer.ended;
      expect(viewer.text()).toMatch(/blue's secret\r\n\r\n\[HaaS: the node was released\]\r\n$/);
    }
    await world.arrange('POST', '/project/red/connect_node', { node: 'n1' });
    expect(await ask('bob', 'GET', '/state')).toMatchObject({ body: { logging: false, writer: null, log: null, bytes: 0 } });
    expect(await ask('bob', 'GET', '/logs')).toMatchObject({ body: [] });
    expect((await read('bob', '?follow=false')).text()).toBe('');

    await logged('bob');
    bmc.serial.write("red's own\r\n");
    const red = await watch(t, api, 'bob', '?since=1d');
    await red.sees("red's own");
    const seen = [red.text()];
    for (const query of ['?follow=false', '?follow=false&tail=100000', '?follow=false&since=2000-01-01T00:00:00Z']) {
      const { text } = await read('bob', query);
      expect(text()).toContain("red's own");
      seen.push(text());
    }
    for (const path of ['/logs', '/state']) seen.push((await ask('bob', 'GET', path)).text);
    for (const each of seen) expect(each).not.toMatch(/blue|secret|between two reservations/);
    const { status, text } = await read('bob', `?log=${before[0]?.id}`);
    expect({ status, text: text() }).toEqual({ status: 401, text: expect.not.stringContaining('secret') });
    // Nor does the project before see anything of the next one.
    expect((await read('ada', '?follow=false')).status).toBe(401);
    const old = (await read('ada', `?log=${before[0]?.id}`)).text();
    expect(old).toContain("blue's secret");
    expect(old).not.toMatch(/red|between two reservations/);
  });

  test.concurrent('goes on after its agent was killed, with a mark', async (t) => {
    const made = await house(t);
    const { bmc, api, logged, read } = made;
    await logged();
    const viewer = await watch(t, api, 'ada', '?tail=0');
    const printing = bmc.serial.printContinuously(2000, line);
    await goesOn(viewer);
    await made.restartAgent();
    await isMarked(viewer, 0);
    await goesOn(viewer);
    const printed = `${printing.stop()}the end`;
    bmc.serial.write('the end');
    await viewer.sees('the end');
    expectHonest(viewer.text(), printed);
    expect(marks(viewer.text())).toBe(1);
    expect(viewer.text()).toContain('the agent was not there');
    expect((await read('ada', '?follow=false&since=1h')).text().endsWith(viewer.text())).toBe(true);
  });

  test.concurrent('outlives an API process: others go on, and what it kept of the right to type ends', async (t) => {
    const { world, bmc, api, state, logged } = await house(t);
    const dying = await startApiProcess(t, world);
    await logged();
    const [viewer, lost] = [await watch(t, api, 'ada', '?tail=0'), await watch(t, dying, 'ada', '?tail=0')];
    const typist = await openSocket(t, dying, 'ada', '?write=take');
    const printing = bmc.serial.printContinuously(2000, line);
    await goesOn(lost);
    expect((await state()).writer).toMatchObject({ user: 'ada' });
    await dying.kill();
    await Promise.all([lost.ended, typist.closed]);
    expect(await connectSocket(t, api, 'root', '?write=take')).toMatchObject({ status: 409 });
    await goesOn(viewer);
    await until(async () => (await state()).writer === null, 'nobody has the right to type', 30_000);
    const next = await openSocket(t, api, 'root', '?write=take');
    next.type('hello');
    await until(() => bmc.serial.typed().toString() === 'hello', 'somebody else types');
    const printed = `${printing.stop()}the end`;
    bmc.serial.write('the end');
    await viewer.sees('the end');
    expectHonest(viewer.text(), printed);
    expect(marks(viewer.text())).toBe(0);
  });
});
