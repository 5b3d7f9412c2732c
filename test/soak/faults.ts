import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedSwitch, SwitchFaults } from '../../infra/rack/simulated-switch.ts';
import type { Rack } from './rack.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** How long a switch misbehaves, in ms, and how long it does not in between. */
const DURATION = { least: 500, most: 5000 };
const PEACE = { least: 1000, most: 10_000 };

/** Lines that all families know in some form. */
const lines = [/vlan/i, /show|^GET/i, /shutdown|disable|link state|startup/i, /interface/i, /commit|apply|save|copy/i, /^/];

type Fault = (random: Random) => SwitchFaults;

const onLines = (fault: 'refuse' | 'lie' | 'garble' | 'drop' | 'hang' | 'log'): Fault => {
  return (random) => ({ [fault]: random.oneOf(lines) });
};

const faults: Readonly<Record<string, Fault>> = {
  refuse: onLines('refuse'),
  lie: onLines('lie'),
  garble: onLines('garble'),
  drop: onLines('drop'),
  hang: onLines('hang'),
  log: onLines('log'),
  slow: (random) => ({ lineDelay: random.between(20, 300) }),
  'late login': (random) => ({ loginDelay: random.between(200, 2000) }),
  'no more sessions': () => ({ maxSessions: 0 }),
  'hang up at random': (random) => ({
    answer: (_, answer) => (random.percent(15) ? { text: answer.slice(0, answer.length / 2), hangUp: true } : answer),
  }),
};

/** Lets each switch misbehave in one way after the other, and restart now and then, until the run is over; then they do as they should. */
export async function misbehave(rack: Rack, random: Random, tally: Tally, over: AbortSignal): Promise<void> {
  await Promise.all(rack.switches.map(({ name, simulated }) => misbehaveAt(simulated, random.named(name), tally, over)));
}

async function misbehaveAt(simulated: SimulatedSwitch, random: Random, tally: Tally, over: AbortSignal): Promise<void> {
  const pause = ({ least, most }: typeof PEACE) =>
    delay(random.between(least, most), undefined, { signal: over }).catch(() => {});
  while (!over.aborted) {
    await pause(PEACE);
    if (over.aborted) return;
    if (random.percent(10)) {
      // What was not saved is lost, which is the switch's way and no fault of anybody's: the ports are as they were then.
      if (simulated.unsaved()) continue;
      tally.count('restart', simulated.type);
      await simulated.reboot();
      continue;
    }
    const kind = random.oneOf(Object.keys(faults)) ?? '';
    tally.count(kind, simulated.type);
    const fault = faults[kind]?.(random) ?? {};
    Object.assign(simulated.faults, fault);
    await pause(DURATION);
    for (const name of Object.keys(fault)) Reflect.deleteProperty(simulated.faults, name);
    // What hangs would be waited for longer than any run takes.
    if (kind === 'hang') await simulated.endSessions();
  }
}
