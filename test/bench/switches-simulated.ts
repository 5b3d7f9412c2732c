import { getEachMessage, sendMessage } from 'execa';
import { z } from 'zod';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';

// Simulated switches as slow as real ones are between two lines; says on which TCP ports they answer to telnet, and what was typed when asked.
const text = (name: string) => process.env[name] ?? '';
const ports = text('BENCH_PORTS').split(' ');
const faults = { lineDelay: Number(text('BENCH_LINE_DELAY')), loginDelay: Number(text('BENCH_LOGIN_DELAY')) };
const switches = new Map<string, SimulatedSwitch>();
for (const hostname of text('BENCH_SWITCHES').split(' ')) {
  switches.set(hostname, await startNexus({ hostname, ports, username: 'admin', password: text('BENCH_PASSWORD'), faults }));
}
await sendMessage({ telnet: [...switches.values()].map((simulated) => simulated.tcpPort('telnet')) });

const asked = z.union([z.object({ count: z.string() }), z.object({ hang: z.string() })]);
for await (const message of getEachMessage()) {
  const question = asked.parse(message);
  if ('hang' in question) {
    // It lets in, and answers nothing.
    const simulated = switches.get(question.hang);
    if (simulated) simulated.faults.hang = /^/;
    await sendMessage({ hangs: question.hang });
    continue;
  }
  const { typed = [], sessionsEver = 0 } = switches.get(question.count) ?? {};
  const saves = typed.filter((line) => line.startsWith('copy running-config')).length;
  await sendMessage({ lines: typed.length, sessions: sessionsEver, saves });
}
