import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { sendMessage } from 'execa';
import { Hono } from 'hono';
import { connect } from '../../db/client.ts';

// The least that can answer such requests: Hono, its server for Node.js, and one statement of postgres.js each.
const sql = connect(process.env['DATABASE_URL'] ?? '', 'haas bench bare', 10);
const app = new Hono();

app.get('/v0/node/:node', async (c) => {
  const [node] = await sql`select label, project_id from nodes where label = ${c.req.param('node')}`;
  return c.json(node ?? null);
});
app.put('/v0/node/:node', async (c) => {
  await sql`insert into bare_nodes (label, body) values (${c.req.param('node')}, ${await c.req.text()})`;
  return c.body(null);
});
app.put('/v0/node/:node/nic/:nic', async (c) => {
  await sql`insert into bare_nics (node, label, body) values (${c.req.param('node')}, ${c.req.param('nic')}, ${await c.req.text()})`;
  return c.body(null);
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) => void sendMessage({ port }));
server.on('error', () => process.exit(1));
