// What docs/first-rack.md finds in the rack: a Nexus at 10.1.0.11 and a BMC at 10.2.0.7, which are simulated on loopback and relayed.
// Says "ready", and ends with the machine.
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBmc } from '../../../infra/rack/bmc/simulated-bmc.ts';
import { startNexus } from '../../../infra/rack/nexus/nexus.ts';

const folder = mkdtempSync(join(tmpdir(), 'rack-'));

const nexus = await startNexus({
  hostname: 'nexus-01',
  ports: ['Ethernet1/3', 'Ethernet1/48'],
  username: 'haas',
  password: 'switch-secret',
});
const server = createServer((near) => {
  const far = connect(nexus.tcpPort('ssh'), '127.0.0.1');
  for (const socket of [near, far]) socket.on('error', () => {});
  near.pipe(far).pipe(near);
});
await new Promise<void>((resolve) => server.listen(22, '10.1.0.11', resolve));

const bmc = await startBmc({ name: 'node-1', folder, user: 'haas', password: 'bmc-secret', power: 'off' });
const near = createSocket('udp4');
const clients = new Map<number, Socket>();
near.on('message', (packet, { port, address }) => {
  let far = clients.get(port);
  if (!far) {
    far = createSocket('udp4').on('message', (answer) => near.send(answer, port, address));
    clients.set(port, far);
  }
  far.send(packet, bmc.port, bmc.host);
});
await new Promise<void>((resolve) => near.bind(623, '10.2.0.7', resolve));
process.stdout.write('ready\n');
