import { nexus } from '../../agents/drivers/nexus.ts';
import { startNexus } from '../../infra/rack/nexus.ts';
const PORTS = Array.from({ length: 48 }, (_, i) => `Ethernet1/${i + 1}`);
if (process.argv[2] === 'sim') {
  const s = await startNexus({ hostname: 'n1', ports: PORTS, username: 'admin', password: 'pw', faults: {} });
  process.send?.(s.telnetPort);
} else {
  const { fork } = await import('node:child_process');
  const c = fork(new URL(import.meta.url), ['sim'], { execArgv: ['--cpu-prof', '--cpu-prof-dir=/tmp/prof', '--cpu-prof-name=sim.cpuprofile', '--import', 'tsx'] });
  const port: number = await new Promise((r) => c.once('message', (m) => r(Number(m))));
  const u = process.cpuUsage(); const t = performance.now();
  const session = await nexus.open({ access: { label: 'n1', type: 'nexus', hostname: '127.0.0.1', port, settings: { transport: 'telnet', dummy_vlan: 2222, legacy_ssh: false }, sealed: 'u' }, credentials: { username: 'admin', password: 'pw' }, hostKeys: { check: () => true }, signal: AbortSignal.timeout(120000) });
  for (let r = 0; r < 3; r++) for (const p of PORTS) { await session.setPort(p, { native: 100 + r, tagged: [], enabled: true }); await session.readPort(p); }
  await session.close();
  console.log('ms per port', (performance.now() - t) / 144, 'cpu ms', process.cpuUsage(u).user / 144000, process.cpuUsage(u).system / 144000);
  c.kill('SIGINT'); process.exit(0);
}
