import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { openServer } from './server.ts';
import { Site, authorization } from './site.ts';
import { ApiClient } from './api-client.ts';
import { arrangeRack } from './rack.ts';
import { ensureApiKeys, trustedKeys, writePrivateFile, ensureSealingKeys } from '../../infra/keys.ts';
const server = await openServer();
const site: any = await Site.open(server.cluster);
mkdirSync('/tmp/prof', { recursive: true });
const run = (name: string, file: string, env: any) => {
  const c = spawn(process.execPath, ['--cpu-prof', '--cpu-prof-dir=/tmp/prof', '--import', 'tsx', ...(process.env['PATCH'] && name === 'api' ? ['--import', process.env['PATCH']] : []), file], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', openSync(`/tmp/prof/${name}.log`, 'w'), 'inherit'] });
  return c;
};
const cpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return { user: Number(f[11]) * 10, sys: Number(f[12]) * 10 }; };
try {
  const db = await site.database('bench_p');
  // find key folder through private field is not possible: own folder
  const folder = '/tmp/prof/state'; mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = await ensureApiKeys(join(folder, 'keys.json'));
  const agentDir = join(folder, 'agent'); mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  const [sealing] = await ensureSealingKeys(agentDir);
  await writePrivateFile(join(agentDir, 'trusted-keys.json'), { ...trustedKeys(keys), agent: 'rack-1' });
  await db.sql`update agents set public_key = ${db.sql.json({ kty: 'OKP', crv: 'X25519', x: sealing!.x })}`;
  const api = run('api', 'infra/hosts/node.ts', { DATABASE_URL: db.apiUrl, HAAS_KEY_FILE: join(folder, 'keys.json'), HAAS_LISTEN: '127.0.0.1:0' });
  const agent = run('agent', 'agents/run.ts', { HAAS_AGENT_URL: db.agentUrl, HAAS_AGENT_STATE_DIR: agentDir });
  let port = 0;
  while (!port) { await delay(100); for (const l of readFileSync('/tmp/prof/api.log', 'utf8').split('\n')) if (l.includes('the API answers')) port = JSON.parse(l).port; }
  await delay(2000);
  const client = new ApiClient(`http://127.0.0.1:${port}`, authorization, 1);
  const what = process.argv[2];
  const before = { api: cpu(api.pid!), agent: cpu(agent.pid!), me: process.cpuUsage() };
  const t0 = performance.now();
  if (what === 'latency') {
    const [nic] = await arrangeRack(db, client, 'net', [{ name: 'sw1', registration: { type: 'mock', hostname: 'mock', username: 'u', password: 'p' }, ports: ['gi1/0/1'] }]);
    let polls = 0; const times: number[] = []; const post: number[] = [];
    for (let i = 0; i < 600; i++) {
      const s = performance.now();
      const id = ((await client.call('POST', `${nic}/${i % 2 ? 'detach' : 'connect'}_network`, { network: 'net' })).body as any).status_id;
      post.push(performance.now() - s);
      for (;;) { polls++; if (process.argv[3]) await delay(Number(process.argv[3])); if (((await client.call('GET', `/networking_action/${id}`)).body as any).status === 'DONE') break; }
      times.push(performance.now() - s);
    }
    times.sort((a, b) => a - b); post.sort((a, b) => a - b);
    console.log('median', times[300], 'p99', times[594], 'post', post[300], 'polls each', polls / 600);
  } else {
    const n = 4000;
    const clients = Array.from({ length: 8 }, () => new ApiClient(`http://127.0.0.1:${port}`, authorization, 1));
    let k = 0;
    await Promise.all(clients.map(async (c) => { while (k < n) { const i = k++; await c.call('PUT', `/node/n${i}`, { obmd: { uri: 'http://x.test', admin_token: 'a token of thirty-two letters ...' } }); await c.call('PUT', `/node/n${i}/nic/eth0`, { macaddr: '52:54:00:00:00:01' }); } }));
    console.log('pairs/s', n / (performance.now() - t0) * 1000);
    clients.forEach((c) => c.close());
  }
  const diff = (a: any, b: any) => `user ${b.user - a.user} sys ${b.sys - a.sys}`;
  console.log('ms', performance.now() - t0, 'api', diff(before.api, cpu(api.pid!)), 'agent', diff(before.agent, cpu(agent.pid!)), 'client', process.cpuUsage(before.me));
  client.close();
  api.kill('SIGTERM'); agent.kill('SIGTERM');
  await Promise.all([once(api, 'exit'), once(agent, 'exit')]);
} finally { await site.close(); await server.close(); }
