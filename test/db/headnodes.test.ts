import { randomUUID } from 'node:crypto';
import { describe, expect, type TestContext, test } from 'vitest';
import { reportVmHost } from '../../db/commands/vm-host.ts';
import { makeQueue } from '../support/command-rows.ts';
import { until } from '../support/until.ts';

// What the end of a command to a headnode makes true, in the same transaction, whoever ends it.

/** Headnode h1 of project blue, with one hnic and a console, and how to end a command to it. */
async function makeHeadnode(t: TestContext) {
  const q = await makeQueue(t);
  await q.sql.unsafe(`
    insert into projects (label) values ('blue');
    insert into headnodes (label, project_id, agent_id, uuid, base_image, memory, vcpus, disk)
      values ('h1', 1, 1, gen_random_uuid(), 'tiny', 512, 1, 1);
    insert into hnics (headnode_id, label, mac_address, network_id) values (1, 'eth0', '52:54:00:00:00:01', 1);
    insert into consoles (headnode_id, project_id) values (1, 1);
    insert into devices (label, agent_id) values ('headnode/h1', 1);
  `);
  let seq = 0;
  const end = async (action: string, status: string, result: unknown = null, reason = 'interrupted') => {
    const id = randomUUID();
    const kind = action.replace('_', '.');
    seq += 1;
    await q.sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
      select ${id}, 1, id, ${seq}, ${kind}, '', now() + interval '1 h' from devices where label = 'headnode/h1'`;
    await q.sql`insert into headnode_actions (id, headnode_id, headnode, project_id, action) values (${id}, 1, 'h1', 1, ${action})`;
    const text = result === null ? null : JSON.stringify(result);
    await q.sql`select finish_command(${id}, ${status}, ${status === 'done' ? null : reason}, null, ${text}::text::jsonb)`;
    return id;
  };
  const made = async () => (await q.sql`select made from headnodes`)[0]?.['made'];
  return { ...q, end, made };
}

const at = (state: string) => ({ headnode: { state } });

describe('a headnode is taken to be made', () => {
  test.for([
    ['when a start was done', 'done', at('running'), true],
    ['when nobody can tell what a start did', 'unknown', null, true],
    ['when a start failed and left it stopped', 'failed', at('stopped'), true],
    ['but not when a start failed and left nothing', 'failed', at('absent'), false],
    ['nor when a start was not begun', 'failed', null, false],
    ['nor when a start was refused', 'refused', null, false, 'policy'],
    ['but when it was refused because it had been carried out', 'refused', null, true, 'replayed'],
  ] as const)('%s', async ([, status, result, made, reason], t) => {
    const q = await makeHeadnode(t);
    await q.end('headnode_start', status, result, reason);
    expect(await q.made()).toBe(made);
  });

  test('and is so still after a second start that was not begun, and after a stop', async (t) => {
    const q = await makeHeadnode(t);
    await q.end('headnode_start', 'done', at('running'));
    await q.end('headnode_start', 'failed');
    await q.end('headnode_stop', 'done', at('absent'));
    expect(await q.made()).toBe(true);
  });
});

test('a headnode whose deletion was done is gone, with its interfaces and its console, and the action stays', async (t) => {
  const q = await makeHeadnode(t);
  const heard: string[] = [];
  await q.sql.listen('consoles', (id) => heard.push(id));
  const id = await q.end('headnode_delete', 'done', at('absent'));
  const [left] = await q.sql`select
    (select count(*)::int from headnodes) as headnodes, (select count(*)::int from hnics) as hnics,
    (select count(*)::int from consoles) as consoles`;
  expect(left).toEqual({ headnodes: 0, hnics: 0, consoles: 0 });
  expect(await q.sql`select id, headnode_id, headnode from headnode_actions`).toEqual([
    { id, headnode_id: null, headnode: 'h1' },
  ]);
  await until(() => heard.length > 0, 'the console is told of');
  expect(heard).toEqual(['1']);
});

test.for(['failed', 'unknown', 'refused'])('a headnode whose deletion ended as %s is there still', async (status, t) => {
  const q = await makeHeadnode(t);
  await q.end('headnode_start', 'done', at('running'));
  await q.end('headnode_delete', status, status === 'failed' ? at('absent') : null);
  expect(await q.made()).toBe(true);
});

describe('an agent tells what its host offers', () => {
  const report = { templates: [], limits: { memory: 1, vcpus: 1, disk: 1 }, problems: ['no template'] };

  test('for itself alone', async (t) => {
    const { sql, rack1 } = await makeQueue(t);
    await reportVmHost(rack1, report);
    const told = () => sql`select label, vm_host from agents order by label`;
    expect(await told()).toEqual([
      { label: 'rack-1', vm_host: report },
      { label: 'rack-2', vm_host: null },
    ]);
    await reportVmHost(rack1, null);
    expect((await told())[0]).toEqual({ label: 'rack-1', vm_host: null });
  });
});
