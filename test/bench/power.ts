import { performance } from 'node:perf_hooks';
import { execa } from 'execa';
import { z } from 'zod';
import { ipmiSimulatorMissing } from '../../infra/rack/bmc/simulated-bmc.ts';
import type { ApiClient } from './api-client.ts';
import { median, printHeading, printTable, printTarget, times } from './figures.ts';
import type { Site } from './site.ts';

const BMCS = 100;
const ROUNDS = 5;
const USER = 'admin';
const PASSWORD = 'bmc-password';

const answered = z.object({
  results: z.record(z.string(), z.object({ status: z.string(), power_status: z.string().optional() })),
});

/** How long the power of many machines takes to ask for, and whether a dead BMC is felt by others. */
export async function power(site: Site): Promise<void> {
  const missing = ipmiSimulatorMissing();
  if (missing !== undefined) {
    process.stdout.write(`\npower: not measured: ${missing}\n`);
    return;
  }
  const database = await site.database('bench_power');
  const simulated = await site.startProgram(new URL('bmcs-simulated.ts', import.meta.url).href, {
    BENCH_BMCS: String(BMCS + 1),
    BENCH_PASSWORD: PASSWORD,
  });
  const { ports } = await simulated.hear(z.object({ ports: z.array(z.int()) }));
  const api = site.client(await site.startApi(database), Number.POSITIVE_INFINITY);
  await site.startAgent(database);
  await arrange(api, ports);

  const names = ports.slice(0, BMCS).map((_, index) => `node-${index}`);
  const bare: number[] = [];
  const haas: number[] = [];
  const beside: number[] = [];
  // The first round warms up, and does not count.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [plain, asked] = [await seconds(() => askPlainly(ports.slice(0, BMCS))), await seconds(() => ask(api, names))];
    if (round > 0) {
      bare.push(plain);
      haas.push(asked);
    }
  }
  await simulated.ask({ silence: BMCS }, z.object({ silent: z.int() }));
  let dead = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const slow = seconds(() => api.call('GET', `/node/node-${BMCS}/power_status`));
    beside.push(await seconds(() => ask(api, names)));
    dead = Math.max(dead, await slow);
  }

  const [own, one, other] = [median(bare), median(haas), median(beside)];
  printHeading('power', `power status of ${BMCS} machines with real BMC programs (ipmi_sim); medians of ${ROUNDS} rounds`);
  printTable(
    ['', 'seconds', 'of ipmitool'],
    [
      [`ipmitool itself, ${BMCS} at once`, own.toFixed(2), times(1)],
      ['HaaS, one request', one.toFixed(2), times(one / own)],
      ['HaaS, the same beside a dead BMC', other.toFixed(2), times(other / own)],
      ['HaaS, the dead BMC itself', dead.toFixed(2), ''],
    ],
  );
  printTarget('within 3 s', `${one.toFixed(2)} s`, one <= 3);
  printTarget('a dead BMC delays no other (1.2)', times(other / one), other <= 1.2 * one);
}

async function arrange(api: ApiClient, ports: readonly number[]): Promise<void> {
  await api.call('PUT', '/project/bench');
  for (const [index, port] of ports.entries()) {
    const obm = { type: 'ipmi', host: '127.0.0.1', port, user: USER, password: PASSWORD, cipher_suite: 3 };
    await api.call('PUT', `/node/node-${index}`, { obm });
    await api.call('POST', '/project/bench/connect_node', { node: `node-${index}` });
  }
}

async function ask(api: ApiClient, nodes: readonly string[]): Promise<void> {
  const { body } = await api.call('POST', '/project/bench/power', { nodes, action: 'status' });
  const wrong = Object.entries(answered.parse(body).results).find(([, result]) => result.power_status !== 'on');
  if (wrong) throw new Error(`the power of ${wrong[0]} was told as ${JSON.stringify(wrong[1])}`);
}

/** What anybody would do without HaaS. */
async function askPlainly(ports: readonly number[]): Promise<void> {
  await Promise.all(
    ports.map((port) => {
      const address = ['-H', '127.0.0.1', '-p', String(port), '-U', USER, '-E', '-C', '3'];
      const env = { IPMI_PASSWORD: PASSWORD };
      return execa('ipmitool', ['-I', 'lanplus', ...address, 'chassis', 'power', 'status'], { env });
    }),
  );
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
