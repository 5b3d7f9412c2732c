import { sendMessage } from 'execa';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';

// Simulated switches as slow as real ones are between two lines; says on which TCP ports they answer to telnet.
const text = (name: string) => process.env[name] ?? '';
const ports = text('BENCH_PORTS').split(' ');
const faults = { lineDelay: Number(text('BENCH_LINE_DELAY')), loginDelay: Number(text('BENCH_LOGIN_DELAY')) };
const switches: SimulatedSwitch[] = [];
for (const hostname of text('BENCH_SWITCHES').split(' ')) {
  switches.push(await startNexus({ hostname, ports, username: 'admin', password: text('BENCH_PASSWORD'), faults }));
}
await sendMessage({ telnet: switches.map((simulated) => simulated.tcpPort('telnet')) });
