import { expect, test } from 'vitest';
import type { PortState } from '../../../db/commands/kinds.ts';
import type { SimulatedPort, SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';
import { type Bench, both, other } from './conformance-bench.ts';

/** States that lead through each kind of change: from and to nothing, native, tagged, both; more, fewer and other VLANs; shut. */
const walk: readonly PortState[] = [
  { native: null, tagged: [], enabled: false },
  { native: 101, tagged: [], enabled: true },
  { native: 102, tagged: [], enabled: true },
  { native: null, tagged: [101, 103], enabled: true },
  { native: 101, tagged: [103], enabled: true },
  { native: 103, tagged: [101, 102], enabled: true },
  { native: null, tagged: [], enabled: true },
  { native: null, tagged: [101, 102, 103, 105, 900], enabled: true },
  { native: 101, tagged: [102], enabled: false },
  { native: null, tagged: [], enabled: false },
];

/** That ports become and stay what they should be, and that nothing else reaches the switch. */
export function statesConformance(bench: Bench): void {
  const { family, lasts, isConsole, start, open } = bench;
  const [port, neighbour] = family.ports;
  const never: (name: string, run: () => Promise<void>) => void = () => {};
  const [savingTest, keepingTest] = family.lines.save ? [test, never] : [never, test];

  test('sets and reads each kind of state, and a port is open to no VLAN but its old and its new ones', async () => {
    const simulator = await start();
    const session = await open(simulator);
    const states = walk.filter(({ native, enabled }) => family.nativeless || native !== null || !enabled);
    for (const want of states) {
      const before = simulator.port(port);
      const watched = watch(simulator, port);
      await session.setPort(port, want);
      const seen = watched.stop();
      expect(simulator.port(port)).toEqual(want);
      expect(await session.readPort(port)).toEqual(want);
      expect(seen.length).toBeGreaterThan(3);
      expect(seen.filter((state) => state.enabled && !same(state, before) && !same(state, want))).toEqual([]);
      expect(seen.some((state) => !state.enabled)).toBe(true);
    }
    const used = states.flatMap(({ native, tagged }) => [native ?? [], tagged].flat());
    expect(simulator.vlans()).toEqual(expect.arrayContaining(used));
  });

  // On a console it is a line like any other that shuts a port.
  (isConsole ? test : never)(
    'a port that stays open when it is told to shut passes nothing but its old and its new VLANs',
    async () => {
      const simulator = await start();
      const session = await open(simulator);
      await session.setPort(port, both);
      simulator.faults.lie = /^(?:shutdown|disable)$/;
      for (const want of [other, { native: null, tagged: [], enabled: false }, both]) {
        const before = simulator.port(port);
        const watched = watch(simulator, port);
        await session.setPort(port, want).catch(() => {});
        const seen = watched.stop().filter(({ enabled }) => enabled);
        const known = [before, want].flatMap(({ native, tagged }) => [native ?? [], tagged].flat());
        expect(
          seen.flatMap(({ native, tagged }) => [native ?? [], tagged].flat()).filter((vlan) => !known.includes(vlan)),
        ).toEqual([]);
      }
    },
  );

  test('sets a state that is there already without changing anything, and leaves other ports alone', async () => {
    const simulator = await start();
    const session = await open(simulator);
    const untouched = simulator.port(neighbour);
    await session.setPort(port, both);
    const vlans = simulator.vlans();
    await session.setPort(port, both);
    expect(simulator.port(port)).toEqual(both);
    expect(simulator.vlans()).toEqual(vlans);
    expect(simulator.port(neighbour)).toEqual(untouched);
  });

  test('carries long lists of VLANs whole', async () => {
    const simulator = await start();
    const session = await open(simulator);
    const want = { native: 100, tagged: Array.from({ length: 120 }, (_, index) => 201 + 2 * index), enabled: true };
    await session.setPort(port, want);
    expect(simulator.port(port)).toEqual(want);
    expect(await session.readPort(port)).toEqual(want);
  });

  test('shuts a port and keeps its VLANs', async () => {
    const simulator = await start();
    const session = await open(simulator);
    await session.setPort(port, both);
    await session.shutPort(port);
    await session.shutPort(port);
    expect(simulator.port(port).enabled).toBe(false);
    expect(await session.readPort(port)).toEqual({ ...both, enabled: false });
  });

  savingTest('saves so that a reboot changes nothing, and does not save unasked', async () => {
    const simulator = await start({ saveDelay: 150 });
    const first = await open(simulator);
    await first.setPort(port, both);
    await first.save();
    expect(simulator.unsaved()).toBe(false);
    await first.setPort(port, other);
    expect(simulator.unsaved()).toBe(true);
    await simulator.reboot();
    // A request needs no connection that was there before.
    if (lasts) await expect(first.readPort(port)).rejects.toMatchObject({ fault: 'lost' });
    const second = await open(simulator);
    expect(await second.readPort(port)).toEqual(both);
  });

  savingTest('waits for a save that somebody else began', async () => {
    const simulator = await start({ saveDelay: 300 });
    const sessions = [await open(simulator), await open(simulator)];
    await sessions[0]?.setPort(port, both);
    await Promise.all(sessions.map((session) => session.save()));
    expect(simulator.unsaved()).toBe(false);
  });

  keepingTest('keeps every change through a reboot, without saving', async () => {
    const simulator = await start();
    const session = await open(simulator);
    await session.setPort(port, both);
    await session.save();
    await simulator.reboot();
    expect(simulator.port(port)).toEqual(both);
    expect(await (await open(simulator)).readPort(port)).toEqual(both);
  });

  test('reads ports that nobody has touched', async () => {
    const simulator = await start();
    const session = await open(simulator);
    for (const name of family.ports) expect(await session.readPort(name)).toEqual(simulator.port(name));
  });

  // On a console everything comes along one wire; a command's or a request's answer has a channel of its own.
  const consoleTest = isConsole ? test : never;
  consoleTest("what is said of another port is not taken for this one's state", async () => {
    const simulator = await start();
    const session = await open(simulator);
    await session.setPort(port, other);
    await session.setPort(neighbour, both);
    const said: string[] = [];
    simulator.faults.answer = (_line, answer) => {
      said.push(answer);
      return answer;
    };
    expect(await session.readPort(neighbour)).toEqual(both);
    simulator.faults.answer = (_line, answer) => said.shift() ?? answer;
    const read = await session.readPort(port).catch(({ fault }) => fault);
    expect(typeof read === 'string' ? 'no state' : read).toEqual(typeof read === 'string' ? 'no state' : other);
  });

  test('two sessions at once on two ports: each port is as wanted, or not open to anything new', async () => {
    const simulator = await start();
    const sessions = [await open(simulator), await open(simulator)];
    const untouched = family.ports.map((name) => simulator.port(name));
    const wants = [
      [port, both],
      [neighbour, other],
    ] as const;
    const outcomes = await Promise.allSettled(wants.map(([name, want], index) => sessions[index]?.setPort(name, want)));
    for (const [index, [name, want]] of wants.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === 'rejected') expect(outcome.reason).toMatchObject({ fault: 'refused' });
      const held = simulator.port(name);
      // A transaction may put the whole configuration back, the other port's too; a port that was refused is as it was, or shut.
      const sure = outcome?.status === 'fulfilled' && !family.transactional;
      expect(sure ? [want] : [want, untouched[index], { ...held, enabled: false }]).toContainEqual(held);
    }
    expect(simulator.port(port).enabled || simulator.port(neighbour).enabled).toBe(true);
  });

  test('a port that is not there is refused', async () => {
    const simulator = await start();
    const session = await open(simulator);
    await expect(session.readPort(family.missingPort)).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.setPort(family.missingPort, both)).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.shutPort(family.missingPort)).rejects.toMatchObject({ fault: 'refused' });
    await session.setPort(port, both);
    expect(simulator.port(port)).toEqual(both);
  });

  test('what is no port and what is no VLAN for it never reaches the switch', async () => {
    const simulator = await start();
    const session = await open(simulator);
    const typed = simulator.typed.length;
    for (const bad of ['', ...(family.anyWordIsAPort ? [] : ['reload']), `${port}\r\nreload`, `${port} ; reload`, `${port}?`]) {
      await expect(session.readPort(bad)).rejects.toMatchObject({ fault: 'refused' });
      await expect(session.setPort(bad, both)).rejects.toMatchObject({ fault: 'refused' });
      await expect(session.shutPort(bad)).rejects.toMatchObject({ fault: 'refused' });
    }
    const vlans = [
      { native: family.reservedVlan },
      { tagged: [101, family.reservedVlan] },
      { native: 4095 },
      { tagged: [0] },
      { native: 1.5 },
    ];
    for (const bad of vlans) {
      await expect(session.setPort(port, { ...other, ...bad })).rejects.toMatchObject({ fault: 'refused' });
    }
    expect(simulator.typed.length).toBe(typed);
  });
}

/** Looks at a port in every turn of the event loop, so between any two lines, until told to stop. */
function watch(simulator: SimulatedSwitch, port: string): { stop(): PortState[] } {
  const seen: PortState[] = [];
  let next: NodeJS.Immediate;
  const look = () => {
    const { enabled, native, tagged } = simulator.port(port);
    seen.push({ enabled, native, tagged: [...tagged] });
    next = setImmediate(look);
  };
  look();
  return {
    stop() {
      clearImmediate(next);
      return seen;
    },
  };
}

function same(a: PortState, b: SimulatedPort): boolean {
  return a.enabled === b.enabled && a.native === b.native && a.tagged.join() === b.tagged.join();
}
