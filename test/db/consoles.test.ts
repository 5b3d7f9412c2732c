import { describe, expect, type TestContext, test } from 'vitest';
import type { Connection } from '../../db/client.ts';
import { makeQueue, type Queue } from '../support/command-rows.ts';
import { until } from '../support/until.ts';

// The rows of a console's log: written by agents through functions alone, closed by a trigger, and pruned.

interface Entry {
  readonly console?: number;
  readonly device?: number;
  readonly fence?: number;
  readonly seq?: number;
  readonly data?: string;
  readonly gap?: string;
  readonly state?: string;
  readonly problem?: string;
}

/** Node n1 with an open console (number 1), whose device agent rack-1 holds with fence 7; n2 likewise (number 2) by agent rack-2. */
async function makeConsoles(t: TestContext) {
  const q = await makeQueue(t);
  await q.sql.unsafe(`
    insert into projects (label) values ('blue'), ('red');
    update nodes set project_id = 1;
    insert into nodes (label, obmd_uri, obmd_token, project_id) values ('n2', '', '', 1);
    insert into devices (label, agent_id, fence, lease_holder, lease_until)
      select 'console/n' || a.id, a.id, 7, 'w', now() + interval '30 s' from agents a order by id;
    insert into consoles (node_id, project_id) select id, 1 from nodes order by id;
  `);
  const found = await q.sql<{ label: string; id: string }[]>`select label, id from devices`;
  const devices = new Map(found.map(({ label, id }) => [label, Number(id)]));
  const device = (label: string) => devices.get(label) ?? 0;
  /** Entries of console 1, unless they say otherwise, as an agent sends them; answers what is to be let go. */
  const append = async (entries: readonly Entry[], agent: Connection = q.rack1) => {
    const whole = entries.map(({ data, ...entry }) => ({
      console: 1,
      device: device('console/n1'),
      fence: 7,
      at: new Date().toISOString(),
      ...entry,
      ...(data === undefined ? {} : { data: Buffer.from(data).toString('base64') }),
    }));
    const rows = await agent`select console from agent_append_console(${agent.json(whole)})`;
    return rows.map(({ console }) => Number(console));
  };
  const attach = async (console: number, label = 'console/n1', fence = 7) => {
    const rows = await q.rack1`select next_seq from agent_attach_console(${device(label)}, ${fence}, ${console})`;
    return rows.map(({ next_seq: seq }) => Number(seq));
  };
  return { ...q, device, append, attach };
}

/** The log of a console as text, gaps in brackets. */
async function log(q: Pick<Queue, 'sql'>, console = 1): Promise<string> {
  const rows = await q.sql<{ data: Buffer; gap: string | null }[]>`
    select data, gap from console_chunks where console_id = ${console} order by seq`;
  return rows.map(({ data, gap }) => (gap === null ? data.toString() : `[${gap}]`)).join('');
}

const consoleRow = async (q: Pick<Queue, 'sql'>, id = 1) => (await q.sql`select * from consoles where id = ${id}`)[0];

describe('an agent that appends', () => {
  test('adds output and gaps in their order, and counts the bytes', async (t) => {
    const c = await makeConsoles(t);
    expect(await c.attach(1)).toEqual([1]);
    expect(
      await c.append([
        { seq: 1, data: 'login: ' },
        { seq: 2, gap: 'lost' },
        { seq: 3, data: 'é' },
      ]),
    ).toEqual([]);
    expect(await log(c)).toBe('login: [lost]é');
    expect(await consoleRow(c)).toMatchObject({ next_seq: '4', bytes: '9' });
    expect(await c.attach(1)).toEqual([4]);
  });

  test('changes nothing by sending the same again, or more after it', async (t) => {
    const c = await makeConsoles(t);
    const sent = [
      { seq: 1, data: 'a' },
      { seq: 2, data: 'b' },
    ];
    await c.append(sent);
    await c.append(sent);
    await c.append([...sent, { seq: 3, data: 'c' }]);
    expect(await log(c)).toBe('abc');
    expect(await consoleRow(c)).toMatchObject({ next_seq: '4', bytes: '3' });
    // What was pruned meanwhile does not come back either.
    await c.sql`delete from console_chunks where seq < 3`;
    expect(await c.append(sent)).toEqual([]);
    expect(await log(c)).toBe('c');
  });

  test('says how the line is, the last word counting, and is heard', async (t) => {
    const c = await makeConsoles(t);
    const heard: string[] = [];
    for (const channel of ['consoles', 'console_output']) {
      await c.sql.listen(channel, (payload) => void heard.push(`${channel} ${payload}`));
    }
    await c.append([
      { seq: 1, data: 'x', state: 'open' },
      { state: 'down', problem: 'no answer' },
    ]);
    expect(await consoleRow(c)).toMatchObject({ state: 'down', problem: 'no answer' });
    await until(() => heard.includes('consoles 1') && heard.includes('console_output 1'), 'the news');
    const [before] = await c.sql`select state_since::text from consoles where id = 1`;
    await c.append([{ state: 'down', problem: 'no answer' }]);
    expect((await c.sql`select state_since::text from consoles where id = 1`)[0]).toEqual(before);
  });

  test.for([
    ['under a fence that is not its own any more', { fence: 6 }],
    ['to a console of another node', { console: 2 }],
    ['to a console that there is not', { console: 9 }],
    ['to a device that is another', { device: 1 }],
  ] as const)('%s adds nothing, and is told to let go', async ([, wrong], t) => {
    const c = await makeConsoles(t);
    const right = 'console' in wrong ? { seq: 1, data: 'right' } : { console: 2, device: 0, seq: 1, data: 'x' };
    const letGo = await c.append([{ seq: 1, data: 'wrong', state: 'open', ...wrong }, right]);
    expect(letGo.sort()).toEqual('console' in wrong ? [wrong.console] : [1, 2]);
    expect(await log(c)).toBe('console' in wrong ? 'right' : '');
    expect(await log(c, 2)).toBe('');
    expect(await consoleRow(c)).toMatchObject({ state: 'opening' });
  });

  test('loses the console to a successor, and what it was still adding takes no seq of his', async (t) => {
    const c = await makeConsoles(t);
    await c.append([{ seq: 1, data: 'a' }]);
    const sql = c.sql;
    let letGo = () => {};
    const waiting = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isLocked = () => {};
    const locked = new Promise<void>((resolve) => {
      isLocked = resolve;
    });
    // The successor has claimed the device and is attaching while the call of before is on its way.
    const successor = sql.begin(async (tx) => {
      await tx`update devices set fence = 8 where label = 'console/n1'`;
      await tx`select from consoles where id = 1 for no key update`;
      isLocked();
      await waiting;
    });
    await locked;
    const late = c.append([{ seq: 2, data: 'late' }]);
    await until(
      async () =>
        (await sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%agent_append_console%'`).length >
        0,
      'the call of before waits',
    );
    letGo();
    await successor;
    expect(await late).toEqual([1]);
    expect(await log(c)).toBe('a');
    expect(await c.attach(1, 'console/n1', 8)).toEqual([2]);
  });

  test('may not append to the console of another agent by its fence', async (t) => {
    const c = await makeConsoles(t);
    const forN2 = { console: 2, device: c.device('console/n2'), seq: 1, data: 'x' };
    expect(await c.append([forN2])).toEqual([2]);
    expect(await c.append([forN2], c.rack2)).toEqual([]);
    expect(await log(c, 2)).toBe('x');
  });

  test('adds nothing once the console is stopped, or its lease is gone', async (t) => {
    const c = await makeConsoles(t);
    await c.sql`update consoles set logging = false where id = 1`;
    expect(await c.append([{ seq: 1, data: 'x' }])).toEqual([1]);
    expect(await c.attach(1)).toEqual([]);
    await c.sql`update consoles set logging = true where id = 1`;
    await c.sql`update devices set lease_holder = null, lease_until = null where label = 'console/n1'`;
    expect(await c.append([{ seq: 1, data: 'x' }])).toEqual([1]);
    await expect(c.attach(1)).rejects.toMatchObject({ code: 'HA001' });
    expect(await log(c)).toBe('');
  });

  test('waits for a release that is under way, and then adds nothing', async (t) => {
    const c = await makeConsoles(t);
    let commit = () => {};
    const committed = new Promise<void>((done) => {
      commit = done;
    });
    let hasBegun = false;
    const release = c.sql.begin(async (tx) => {
      await tx`update nodes set project_id = 2 where label = 'n1'`;
      hasBegun = true;
      await committed;
    });
    await until(() => hasBegun, 'the release has begun');
    const appended = c.append([{ seq: 1, data: 'of blue' }]);
    await until(async () => (await blocked(c)) === 1, 'the agent waits');
    commit();
    await release;
    expect(await appended).toEqual([1]);
    expect(await log(c)).toBe('');
  });

  test('does not wait for whoever has the node locked, and may be about to wait for the console', async (t) => {
    const c = await makeConsoles(t);
    let letGo: number[] | undefined;
    await c.sql.begin(async (tx) => {
      await tx`select from nodes where label = 'n1' for update`;
      c.append([{ seq: 1, data: 'bye', state: 'down', problem: 'no answer' }]).then(
        (consoles) => {
          letGo = consoles;
        },
        () => {},
      );
      await until(() => letGo !== undefined, 'the agent has added to the log');
    });
    expect(letGo).toEqual([]);
    expect(await consoleRow(c)).toMatchObject({ state: 'down', next_seq: '2', bytes: '3' });
  });

  test('attaches to a console that is just being stopped without a deadlock', async (t) => {
    const c = await makeConsoles(t);
    let attached: Promise<number[]> = Promise.resolve([]);
    await c.sql.begin(async (tx) => {
      await tx`update consoles set logging = false where id = 1`;
      attached = c.attach(1);
      // Whoever fails early is asked below; until then nobody listens.
      attached.catch(() => {});
      await until(async () => (await blocked(c)) === 1, 'the agent waits');
      await tx`update devices set last_seq = last_seq + 1 where label = 'console/n1'`;
    });
    expect(await attached).toEqual([]);
  });

  test('holds only the console of the node whose device it holds', async (t) => {
    const c = await makeConsoles(t);
    expect(await c.attach(2)).toEqual([]);
    await expect(c.attach(1, 'console/n1', 6)).rejects.toMatchObject({ code: 'HA001' });
    await expect(c.attach(2, 'console/n2')).rejects.toMatchObject({ code: 'HA001' });
  });

  const blocked = async (c: Queue) =>
    (await c.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length;
});

describe('a node that changes hands', () => {
  test.for([
    ['from a project to none', null],
    ['from a project to another', 2],
  ] as const)('%s loses its console, writer and all, for good', async ([, project], t) => {
    const c = await makeConsoles(t);
    const heard: string[] = [];
    await c.sql.listen('consoles', (payload) => void heard.push(payload));
    await c.append([{ seq: 1, data: 'of blue' }]);
    await c.sql`update consoles set writer = 'ada', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;
    await c.sql`update nodes set project_id = ${project} where label = 'n1'`;
    expect(await consoleRow(c)).toMatchObject({ logging: false, state: 'down', writer: null, writer_session: null });
    expect((await consoleRow(c))?.['released_at']).not.toBeNull();
    expect(await consoleRow(c, 2)).toMatchObject({ released_at: null, logging: true, writer: 'ada' });
    await until(() => heard.includes('1'), 'viewers are told');
    expect(await c.append([{ seq: 2, data: 'too late' }])).toEqual([1]);
    // The next reservation has a console of its own, to which the agent cannot add under the old number.
    await c.sql`insert into consoles (node_id, project_id) select id, project_id from nodes where label = 'n1'`;
    expect(await c.append([{ seq: 2, data: 'too late' }])).toEqual([1]);
    expect(await log(c)).toBe('of blue');
  });

  test('from none to a project loses what administrators had opened', async (t) => {
    const c = await makeConsoles(t);
    await c.sql`update nodes set project_id = null`;
    await c.sql`insert into consoles (node_id) select id from nodes where label = 'n1'`;
    await c.sql`update nodes set project_id = 1 where label = 'n1'`;
    expect(await c.sql`select from consoles where released_at is null and node_id = 1`).toHaveLength(0);
  });

  test('in name only keeps it', async (t) => {
    const c = await makeConsoles(t);
    await c.sql`update nodes set project_id = 1, label = label`;
    expect(await consoleRow(c)).toMatchObject({ released_at: null, logging: true });
  });
});

describe('pruning', () => {
  const prune = async (c: Queue, age: string, bytes: number) => {
    const [row] = await c.sql`select prune_consoles(${age}::interval, ${bytes}) as count`;
    return Number(row?.['count']);
  };
  const old = (c: Queue, seqs: number[]) =>
    c.sql`update console_chunks set at = now() - interval '3 days' where seq = any (${seqs})`;

  test('forgets the oldest output beyond the bytes, and says until there is nothing to do', async (t) => {
    const c = await makeConsoles(t);
    await c.append(Array.from({ length: 20 }, (_, index) => ({ seq: index + 1, data: `${String(index + 1).padStart(9)}\n` })));
    expect(await prune(c, '30 days', 200)).toBe(0);
    expect(await prune(c, '30 days', 100)).toBe(1);
    expect(await prune(c, '30 days', 100)).toBe(0);
    expect((await log(c)).trim().split(/\s+/)).toEqual(['12', '13', '14', '15', '16', '17', '18', '19', '20']);
    expect(await consoleRow(c)).toMatchObject({ bytes: '90', next_seq: '21' });
  });

  test('forgets output that is too old, and keeps the place in the log', async (t) => {
    const c = await makeConsoles(t);
    await c.append([
      { seq: 1, data: 'old' },
      { seq: 2, gap: 'lost' },
      { seq: 3, data: 'new' },
    ]);
    await old(c, [1, 2]);
    expect(await prune(c, '4 days', 1000)).toBe(0);
    expect(await prune(c, '1 day', 1000)).toBe(1);
    expect(await log(c)).toBe('new');
    expect(await consoleRow(c)).toMatchObject({ bytes: '3', next_seq: '4' });
    expect(await prune(c, '1 day', 1000)).toBe(0);
  });

  test('forgets consoles that were released long ago, log and all', async (t) => {
    const c = await makeConsoles(t);
    await c.append([{ seq: 1, data: 'x' }]);
    await c.sql`update nodes set project_id = null`;
    expect(await prune(c, '1 day', 1000)).toBe(0);
    await c.sql`update consoles set released_at = now() - interval '2 days' where id = 1`;
    expect(await prune(c, '1 day', 1000)).toBe(1);
    expect(await c.sql`select id from consoles`).toEqual([{ id: '2' }]);
    expect(await c.sql`select from console_chunks`).toHaveLength(0);
  });

  test('does not wait for a console that is being added to', async (t) => {
    const c = await makeConsoles(t);
    await c.append([{ seq: 1, data: 'long ago' }]);
    await c.sql.begin(async (tx) => {
      await tx`select from consoles where id = 1 for no key update`;
      expect(await prune(c, '30 days', 1)).toBe(0);
    });
    expect(await prune(c, '30 days', 1)).toBe(1);
    expect(await log(c)).toBe('');
  });

  test('of commands forgets keystrokes after an hour, and nothing else', async (t) => {
    const c = await makeConsoles(t);
    const kinds = ['console.input', 'console.break', 'console.open', 'power.set'];
    for (const kind of [...kinds, ...kinds]) {
      const id = await c.queue({ device: 'console/n1', status: 'done' });
      await c.sql`update commands set kind = ${kind} where id = ${id}`;
    }
    await c.sql`update commands set finished_at = now() - interval '2 hours' where seq <= 4`;
    const waiting = await c.queue({ device: 'console/n1' });
    await c.sql`update commands set kind = 'console.input', queued_at = now() - interval '2 hours' where id = ${waiting}`;
    expect((await c.sql`select prune_history('90 days') as count`)[0]).toEqual({ count: '2' });
    expect(await c.sql`select kind from commands where seq <= 4 order by seq`).toEqual([
      { kind: 'console.open' },
      { kind: 'power.set' },
    ]);
    expect(await c.sql`select from commands where seq > 4`).toHaveLength(5);
  });
});
