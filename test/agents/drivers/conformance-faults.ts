import { expect, test } from 'vitest';
import type { DeviceFault } from '../../../agents/device-error.ts';
import type { SimulatedPort, SimulatedSwitch, SwitchFaults } from '../../../infra/rack/simulated-switch.ts';
import { type Bench, both, other } from './conformance-bench.ts';

/** That a switch that misbehaves is found out, and its port not opened. */
export function faultsConformance(bench: Bench): void {
  const { family, label, start, open, isConsole } = bench;
  const [port, neighbour] = family.ports;

  /** The port is shut; or as before, where nothing was sent yet or a transaction was refused. */
  const expectNotOpened = (simulator: SimulatedSwitch, before: SimulatedPort) => {
    const after = simulator.port(port);
    expect([{ ...after, enabled: false }, ...(family.transactional || family.asksFirst ? [before] : [])]).toContainEqual(after);
  };

  test.each<{ fault: string; on: keyof SwitchFaults; line: 'vlans' | 'read'; says: DeviceFault; over: boolean }>([
    { fault: 'refuses a change', on: 'refuse', line: 'vlans', says: 'refused', over: false },
    { fault: 'refuses to be read', on: 'refuse', line: 'read', says: 'refused', over: false },
    { fault: 'answers a change with rubbish', on: 'garble', line: 'vlans', says: 'unintelligible', over: false },
    { fault: 'answers a reading with rubbish', on: 'garble', line: 'read', says: 'unintelligible', over: false },
    { fault: 'hangs up on a change', on: 'drop', line: 'vlans', says: 'lost', over: true },
    { fault: 'hangs up on a reading', on: 'drop', line: 'read', says: 'lost', over: true },
    { fault: 'falls silent on a change', on: 'hang', line: 'vlans', says: 'lost', over: true },
    { fault: 'falls silent on a reading', on: 'hang', line: 'read', says: 'lost', over: true },
  ])('a switch that $fault: $says, and the port is not open', async ({ on, line, says, over }) => {
    const simulator = await start();
    const session = await open(simulator, { timeouts: { line: 250 } });
    await session.setPort(neighbour, other);
    const untouched = simulator.port(port);
    Object.assign(simulator.faults, { [on]: family.lines[line] });
    await expect(session.setPort(port, both)).rejects.toMatchObject({
      name: 'DeviceError',
      fault: says,
      message: expect.stringContaining(label),
    });
    expectNotOpened(simulator, untouched);
    if (!over && line === 'vlans' && isConsole) expect(simulator.typed.at(-1)).toBe(family.console?.leave);
    delete simulator.faults[on];
    if (over) await expect(session.readPort(neighbour)).rejects.toMatchObject({ fault: 'lost' });
    const next = over ? await open(simulator) : session;
    expect(await next.readPort(neighbour)).toEqual(other);
    await next.setPort(port, both);
    expect(simulator.port(port)).toEqual(both);
  });

  test('a switch that only says yes is found out, and its port not opened', async () => {
    const simulator = await start();
    const session = await open(simulator);
    await session.setPort(port, other);
    simulator.faults.lie = family.lines.vlans;
    const setting = session.setPort(port, both);
    // Without what was not done, a transaction may make no sense to the switch.
    await (family.transactional
      ? setting.catch((error) => expect(error).toMatchObject({ fault: expect.stringMatching(/^(?:refused|unintelligible)$/) }))
      : setting);
    expectNotOpened(simulator, other);
    // What is there now may not even make sense.
    expect(await session.readPort(port).catch(({ fault }) => fault)).not.toEqual(both);
  });

  test('a switch that does not open the port is found out', async () => {
    const simulator = await start({ faults: { lie: family.lines.enable } });
    const session = await open(simulator);
    await session.setPort(port, both);
    expect(await session.readPort(port)).toEqual({ ...both, enabled: false });
  });

  const { save } = family.lines;
  const savingFaults: { fault: string; faults: SwitchFaults; says: DeviceFault }[] = save
    ? [
        { fault: 'refuses', faults: { refuse: save }, says: 'refused' },
        { fault: 'mumbles', faults: { garble: save }, says: 'unintelligible' },
        { fault: 'falls silent', faults: { hang: save }, says: 'lost' },
        { fault: 'hangs up', faults: { drop: save }, says: 'lost' },
      ]
    : [];
  test.each(savingFaults)('a switch that $fault when it is to save: $says', async ({ faults, says }) => {
    const simulator = await start({ faults });
    const session = await open(simulator, { timeouts: { save: 300 } });
    await expect(session.save()).rejects.toMatchObject({ fault: says });
  });

  const consoleTroubles: { trouble: string; faults: SwitchFaults }[] =
    isConsole && family.console
      ? [
          { trouble: 'a terminal that stays narrow and pages', faults: { refuse: family.console.terminal, width: 24 } },
          { trouble: 'a pager after every few lines', faults: { refuse: family.console.terminal, rows: 4 } },
          { trouble: 'a terminal that is narrow at first', faults: { width: 20 } },
          { trouble: 'log lines in the answers to readings', faults: { log: family.lines.read } },
          { trouble: 'log lines in the answers to changes', faults: { log: family.lines.vlans } },
          { trouble: 'log lines when the port goes up', faults: { log: family.lines.enable } },
        ]
      : [];
  test.each([...consoleTroubles, { trouble: 'slow lines', faults: { lineDelay: 15 } }])(
    'works in spite of $trouble',
    async ({ faults }) => {
      const simulator = await start({ faults });
      const session = await open(simulator);
      for (const want of [both, other]) {
        await session.setPort(port, want);
        expect(simulator.port(port)).toEqual(want);
        expect(await session.readPort(port)).toEqual(want);
      }
    },
  );
}
