import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import type { SimulatedBmc } from '../../infra/rack/bmc/simulated-bmc.ts';
import { type AgentHost, type AgentProcess, agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { bmcFor, bmcsMissing, ipmitoolsOf, registerMachine } from '../support/bmc-house.ts';
import { skipped } from '../support/lacking.ts';
import { until } from '../support/until.ts';
import { makeWorld, type World } from '../support/world.ts';

/** Short waits for a machine, so that what nobody can tell is not asked for a minute. Milliseconds. */
const timing = { bmc: { look: 100, dark: 100, doubt: 3000 } };

/** Nodes with BMCs, and the agent that drives them. */
interface House {
  readonly world: World;
  readonly agent: AgentProcess;
}

/** A node with its BMC, which is to misbehave. */
interface Machine extends House {
  readonly bmc: SimulatedBmc;
  /** Sends a request about the node. */
  ask: World['call'];
  /** Everything that was answered so far. */
  answers(): string;
}

async function makeHouse(t: TestContext, host: AgentHost = {}): Promise<House> {
  const [world, stateDir] = await Promise.all([makeWorld(t), agentStateFolder(t)]);
  return { world, agent: await startAgentProcess(t, world, stateDir, undefined, { timing, ...host }) };
}

/** Adds a node of project blue. What is `told` of its BMC may be wrong. */
async function addMachine(t: TestContext, house: House, name: string, told: object = {}): Promise<Machine> {
  const bmc = await bmcFor(t, name);
  await registerMachine(house.world, bmc, told);
  let answers = '';
  return {
    ...house,
    bmc,
    async ask(user, method, path, body) {
      const answer = await house.world.call(user, method, `/node/${name}${path}`, body);
      answers += `${answer.text}\n`;
      return answer;
    },
    answers: () => answers,
  };
}

/** A node of a house of its own. */
async function lonelyMachine(t: TestContext, host: AgentHost = {}): Promise<Machine> {
  return addMachine(t, await makeHouse(t, host), 'n1');
}

const logged = z.looseObject({
  level: z.number(),
  kind: z.string().optional(),
  detail: z.string().optional(),
  problem: z.string().optional(),
});

/** What an agent has logged as warnings, or worse. */
function warnings({ output }: AgentProcess): z.output<typeof logged>[] {
  // The last one may not be there to its end.
  const lines = output().split('\n').slice(0, -1);
  const entries = lines.filter((line) => line.startsWith('{')).map((line) => logged.parse(JSON.parse(line)));
  return entries.filter(({ level }) => level >= 40);
}

const lineState = z.object({ state: z.string(), problem: z.string().nullable() });

/** What was asked of the chassis that changes something. */
function orders({ calls }: SimulatedBmc): string[] {
  return calls().filter((call) => call.startsWith('set '));
}

/** That these passwords are in no answer, no row, and not in the agent's log. */
async function expectSecret({ world, agent, answers }: Machine, passwords: readonly string[]): Promise<void> {
  const rows = await world.sql`select signed, message, result::text from commands`;
  const all = `${answers()}${agent.output()}${JSON.stringify(rows)}`;
  for (const password of passwords) expect(all).not.toContain(password);
}

/** A folder of programs: `ipmitool` of these lines, or none. */
async function programs(t: TestContext, script?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-programs-'));
  t.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (script !== undefined) await writeFile(join(folder, 'ipmitool'), script, { mode: 0o755 });
  return folder;
}

/** Installs the real ipmitool in a folder of programs. */
async function install(folder: string): Promise<void> {
  const { stdout } = await execa('sh', ['-c', 'command -v ipmitool']);
  await rm(join(folder, 'ipmitool'), { force: true });
  await symlink(stdout, join(folder, 'ipmitool'));
}

/** Something that is wrong from the start, and how it is mended. */
interface Fault {
  /** What is registered instead of the truth. */
  readonly told?: object;
  readonly arrange?: (bmc: SimulatedBmc) => void;
  readonly mend: (machine: Machine) => Promise<unknown> | unknown;
  readonly diagnosis: string;
  /** The diagnosis and the remedy in words. */
  readonly says: RegExp;
  /** Whether it takes seconds to find out. */
  readonly takesTime: boolean;
}

const WRONG = 'not-this-password';

const patch = (change: (bmc: SimulatedBmc) => object) => async (machine: Machine) =>
  expect(await machine.ask('root', 'PATCH', '', { obm: change(machine.bmc) })).toMatchObject({ status: 200 });
const login = ({ user, password }: SimulatedBmc) => ({ user, password });

/** Faults, by the name of the node that has them. */
const faults: Record<string, Fault> = {
  'nobody-there': {
    told: { port: 9 },
    mend: patch((bmc) => ({ port: bmc.port, ...login(bmc) })),
    diagnosis: 'no-answer',
    says: /nothing answers at 127\.0\.0\.1, UDP port 9: see to it that the BMC has power.* another address is set with PATCH/,
    takesTime: true,
  },
  hangs: {
    arrange: (bmc) => Object.assign(bmc.faults, { silent: true }),
    mend: ({ bmc }) => Object.assign(bmc.faults, { silent: false }),
    diagnosis: 'no-answer',
    says: /nothing answers at 127\.0\.0\.1, UDP port \d+: see to it that the BMC has power/,
    takesTime: true,
  },
  'hangs-in-session': {
    arrange: (bmc) => Object.assign(bmc.faults, { silentAfterSession: true }),
    mend: ({ bmc }) => Object.assign(bmc.faults, { silentAfterSession: false }),
    diagnosis: 'hung',
    says: /fell silent in the middle of the question.*: try again, and restart the BMC if it stays so/,
    takesTime: true,
  },
  'never-says-so': {
    arrange: (bmc) => Object.assign(bmc.faults, { answersPerSession: 5 }),
    mend: ({ bmc }) => Object.assign(bmc.faults, { answersPerSession: undefined }),
    diagnosis: 'hung',
    says: /fell silent in the middle of the question.*: try again, and restart the BMC if it stays so/,
    takesTime: true,
  },
  garbles: {
    arrange: (bmc) => Object.assign(bmc.faults, { garble: true }),
    mend: ({ bmc }) => Object.assign(bmc.faults, { garble: false }),
    diagnosis: 'no-answer',
    says: /nothing answers at 127\.0\.0\.1, UDP port \d+: .*IPMI Request Match NOT FOUND/,
    takesTime: true,
  },
  'another-password': {
    told: { password: WRONG },
    mend: patch(login),
    diagnosis: 'wrong-password',
    says: /does not take the password: change it with PATCH \/v0\/node\/another/,
    takesTime: false,
  },
  'another-user': {
    told: { user: 'nobody' },
    mend: patch(login),
    diagnosis: 'wrong-user',
    says: /knows no such user: set its user and password with PATCH \/v0\/node\/another/,
    takesTime: false,
  },
  'another-cipher': {
    told: { cipher_suite: 17 },
    mend: patch(() => ({ cipher_suite: 3 })),
    diagnosis: 'cipher',
    says: /takes none of the cipher suites that were tried: enable suite 17 or 3 on it, or set its "cipher_suite" with PATCH/,
    takesTime: false,
  },
  'no-session': {
    arrange: (bmc) => Object.assign(bmc.faults, { refuseSessions: 1 }),
    mend: ({ bmc }) => Object.assign(bmc.faults, { refuseSessions: undefined }),
    diagnosis: 'session-refused',
    says: /answers, and opens no session: too many may be open.*; try again in a minute/,
    takesTime: false,
  },
};

/** That every answer tells what is wrong and what to do, that nothing is done, and that nobody learns a password. */
async function expectClear(machine: Machine, diagnosis: string, says: RegExp): Promise<void> {
  const { bmc, agent, ask } = machine;
  const clear = expect.stringMatching(says);
  expect(await ask('root', 'POST', '/obm/check'), bmc.name).toMatchObject({ body: { ok: false, diagnosis, message: clear } });
  expect(await ask('ada', 'GET', '/power_status'), bmc.name).toMatchObject({ body: { power_status: 'unknown', reason: clear } });
  expect(await ask('ada', 'POST', '/power_on'), bmc.name).toMatchObject({ status: 502, body: { type: 'OBMError', msg: clear } });
  expect(orders(bmc), bmc.name).toEqual([]);
  const warned = () => warnings(agent).filter(({ detail }) => detail?.startsWith(`${bmc.name}: `));
  await until(() => warned().length >= 3, `the agent warns of ${bmc.name}`);
  expect(warned().map(({ kind }) => kind)).toEqual(['bmc.check', 'power.read', 'power.set']);
  for (const { detail } of warned()) expect(detail).toMatch(says);
  await expectSecret(machine, [bmc.password, WRONG]);
}

/** That the machine is switched on and everything says so. */
async function expectMended({ bmc, ask }: Machine): Promise<void> {
  expect(await ask('ada', 'POST', '/power_on'), bmc.name).toMatchObject({ status: 200, text: '' });
  expect(bmc.power(), bmc.name).toBe('on');
  expect(await ask('ada', 'GET', '/power_status'), bmc.name).toMatchObject({ body: { power_status: 'on' } });
  expect(await ask('root', 'POST', '/obm/check'), bmc.name).toMatchObject({ body: { ok: true } });
}

describe.skipIf(bmcsMissing !== undefined)(`a BMC${skipped(bmcsMissing)}`, { timeout: 60_000 }, () => {
  test.concurrent('with any of many faults is diagnosed, mended as the answer says, and keeps nobody waiting', async (t) => {
    const house = await makeHouse(t);
    const healthy = await addMachine(t, house, 'healthy');
    const faulty = await Promise.all(
      Object.entries(faults).map(async ([name, fault]) => ({ fault, machine: await addMachine(t, house, name, fault.told) })),
    );
    const told = faulty.map(async ({ fault, machine }) => {
      machine.bmc.setPower('off');
      fault.arrange?.(machine.bmc);
      await expectClear(machine, fault.diagnosis, fault.says);
      await fault.mend(machine);
      await expectMended(machine);
    });
    expect(await healthy.ask('ada', 'GET', '/power_status')).toMatchObject({ body: { power_status: 'on' } });
    const slow = faulty.filter(({ fault }) => fault.takesTime);
    expect(slow.map(({ machine }) => machine.answers())).toEqual(slow.map(() => ''));
    await Promise.all(told);
  });

  test.concurrent('without ipmitool on the management node is said to be so, until it is installed', async (t) => {
    const path = await programs(t);
    const machine = await lonelyMachine(t, { path });
    machine.bmc.setPower('off');
    const says = /there is no program ipmitool: install ipmitool on the management node/;
    await expectClear(machine, 'no-program', says);
    await machine.ask('ada', 'PUT', '/console');
    const line = async () => lineState.parse((await machine.ask('ada', 'GET', '/console/state')).body);
    await until(async () => says.test((await line()).problem ?? ''), 'the console tells it');
    expect(await line()).toMatchObject({ state: 'down' });
    await until(() => warnings(machine.agent).some(({ problem }) => says.test(problem ?? '')), 'the log tells it');
    await install(path);
    await expectMended(machine);
    await until(async () => (await line()).state === 'open', 'the console is open', 40_000);
  });

  test.concurrent('that answers what nobody recognises is not believed', async (t) => {
    const path = await programs(t, '#!/bin/sh\necho "Chassis Power is purple, $IPMI_PASSWORD"\necho "$IPMI_PASSWORD?" >&2\n');
    const machine = await lonelyMachine(t, { path });
    machine.bmc.setPower('off');
    const says = /with something that nobody recognises: try it by hand with ipmitool.*Chassis Power is purple/;
    await expectClear(machine, 'unrecognised', says);
    await install(path);
    await expectMended(machine);
  });

  test.concurrent('that turned a machine on and did not live to say so leaves the answer open', async (t) => {
    const { bmc, ask } = await lonelyMachine(t);
    bmc.setPower('off');
    bmc.faults.slow = 300;
    const answer = ask('ada', 'POST', '/power_on');
    await until(() => orders(bmc).length > 0, 'the machine is turned on');
    bmc.faults.silentAfterSession = true;
    expect(await answer).toMatchObject({ status: 502, body: { type: 'OBMError', msg: expect.stringContaining('fell silent') } });
    expect((await answer).text).toContain('whether n1 turned on is not known, ask for its power status');
    Object.assign(bmc.faults, { slow: 0, silentAfterSession: false });
    expect(await ask('ada', 'GET', '/power_status')).toMatchObject({ body: { power_status: 'on' } });
    expect(orders(bmc)).toEqual(['set power 1']);
  });

  test.concurrent('that restarts in the middle of a power cycle is waited for', async (t) => {
    const { bmc, agent, ask } = await lonelyMachine(t, { timing: { bmc: { ...timing.bmc, doubt: 30_000 } } });
    const answer = ask('ada', 'POST', '/power_cycle', { force: true });
    await until(() => bmc.power() === 'off', 'the machine is off');
    bmc.faults.silent = true;
    const asking = () => ipmitoolsOf(agent.pid, 'chassis', 'power');
    const inVain = await until(async () => (await asking()).at(0), 'the BMC is asked in vain');
    await until(async () => !(await asking()).includes(inVain), 'the agent knows that');
    await bmc.restart();
    bmc.faults.silent = false;
    expect(await answer).toMatchObject({ status: 200, text: '' });
    expect(bmc.power()).toBe('on');
    expect(orders(bmc)).toEqual(['set power 0', 'set power 1']);
  });

  test.concurrent('that keeps its boot device, and ends with 0, is not believed', async (t) => {
    const { bmc, ask } = await lonelyMachine(t);
    const set = (bootdev: string) => ask('ada', 'PUT', '/boot_device', { bootdev });
    const notSet = (why: RegExp) => ({ status: 502, body: { type: 'OBMError', msg: expect.stringMatching(why) } });
    expect(await set('pxe')).toMatchObject({ status: 200 });
    bmc.faults.ignoreBoot = true;
    expect(await set('disk')).toMatchObject(notSet(/took disk.* holds pxe .*as before/));
    bmc.faults.refuseBoot = true;
    expect(await set('disk')).toMatchObject(notSet(/refused the boot device disk.*as before/));
    expect(bmc.boot()).toBe('pxe');
  });
});
