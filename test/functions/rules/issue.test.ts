import { expect, type TestContext, test } from 'vitest';
import { readSettings } from '../../../functions/settings.ts';
import { cabledNode, drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { problem } from '../../support/transport.ts';
import { makeWorld, type World } from '../../support/world.ts';

const MOST = 3;
const tooMany = { status: 429, body: { ...problem('TooManyRequestsError'), code: 'too_many_pending' } };

/** A world in which a device has few commands at most that have not ended, with node n1 of project blue, whose BMC an agent drives. */
async function world(t: TestContext): Promise<World> {
  const w = await makeWorld(t, { limits: { ...readSettings({}).limits, pendingPerDevice: MOST } });
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  return w;
}

const pending = async (w: World) =>
  (
    await w.sql`select d.label, c.id from commands c join devices d on d.id = c.device_id where c.status = 'queued' order by c.seq`
  ).map(({ label, id }) => ({ device: String(label), id: String(id) }));
const switchOn = (w: World, node = 'n1') =>
  w.call('ada', 'POST', `/node/${node}/power_on`, undefined, { prefer: 'respond-async' });

test('a device has so many commands at most that have not ended; what nobody will do any more does not count', async (t) => {
  const w = await world(t);
  for (let n = 0; n < MOST; n += 1) expect((await switchOn(w)).status).toBe(202);
  const before = await w.fingerprint();
  const refused = await switchOn(w);
  expect(refused).toMatchObject(tooMany);
  expect(refused.body).toMatchObject({ msg: expect.stringContaining('bmc/n1 has 3 commands') });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await w.fingerprint()).toBe(before);

  const [first] = await pending(w);
  await w.sql`select finish_command(${first?.id ?? ''}, 'done', null, null, ${w.sql.json({ power: 'on' })})`;
  expect((await switchOn(w)).status).toBe(202);
  expect(await switchOn(w)).toMatchObject(tooMany);
  await w.sql`update commands set not_after = now() - interval '1 hour' where status = 'queued'`;
  expect((await switchOn(w)).status).toBe(202);
  expect(await pending(w)).toHaveLength(1);
});

test('one too many refuses everything that was asked for at once, and other devices have their own', async (t) => {
  const w = await world(t);
  await drivenNode(w, 'n2');
  await reserve(w, 'n2', 'blue');
  for (let n = 0; n < MOST; n += 1) await switchOn(w);
  const both = await w.call(
    'ada',
    'POST',
    '/project/blue/power',
    { nodes: ['n1', 'n2'], action: 'on' },
    { prefer: 'respond-async' },
  );
  expect(both).toMatchObject(tooMany);
  expect(await pending(w)).toHaveLength(MOST);
  expect((await switchOn(w, 'n2')).status).toBe(202);
});

test('requests that race get no more than there are', async (t) => {
  const w = await world(t);
  const answers = await Promise.all(Array.from({ length: 12 }, () => switchOn(w)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(MOST);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - MOST);
  expect(await pending(w)).toHaveLength(MOST);
});

test('a console takes so much that is typed and not more, and can be closed all the same', async (t) => {
  const w = await world(t);
  await loggedConsole(w, 'n1');
  const type = () => w.call('ada', 'POST', '/node/n1/console/input', { data: 'x' }, { prefer: 'respond-async' });
  for (let n = 0; n < MOST; n += 1) expect((await type()).status).toBe(202);
  expect(await type()).toMatchObject(tooMany);
  expect((await w.call('ada', 'DELETE', '/node/n1/console')).status).toBe(200);
  expect(await pending(w)).toHaveLength(MOST + 1);
});

test('what one project only asked does not hinder what the next orders', async (t) => {
  const w = await world(t);
  const ask = () => w.call('ada', 'GET', '/node/n1/power_status', undefined, { prefer: 'respond-async' });
  for (let n = 0; n < MOST; n += 1) expect((await ask()).status).toBe(202);
  expect(await ask()).toMatchObject(tooMany);
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  await reserve(w, 'n1', 'red');
  const next = () => w.call('bob', 'POST', '/node/n1/power_on', undefined, { prefer: 'respond-async' });
  for (let n = 0; n < MOST; n += 1) expect((await next()).status).toBe(202);
  expect(await next()).toMatchObject(tooMany);
});

test('ports of a switch are as many as it has; it is checked so often at most', async (t) => {
  const w = await world(t);
  await w.arrange('PUT', '/network/net', { owner: 'admin', access: '', net_id: '' });
  for (let n = 1; n <= MOST + 2; n += 1) {
    await cabledNode(w, `c${n}`, n);
    await reserve(w, `c${n}`, 'blue');
    expect((await w.call('ada', 'POST', `/node/c${n}/nic/eth0/connect_network`, { network: 'net' })).status).toBe(202);
  }
  const check = () => w.call('root', 'POST', '/switch/sw1/check', undefined, { prefer: 'respond-async' });
  for (let n = 0; n < MOST; n += 1) expect((await check()).status).toBe(202);
  expect(await check()).toMatchObject(tooMany);
});
