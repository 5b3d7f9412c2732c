import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generateSigningKey } from '../../../db/commands/envelope.ts';
import { EMPTY_CHAIN } from '../../../db/queries/audit-chain.ts';
import { verifyAudit } from '../../../functions/audit/verify.ts';
import { createAuditChain } from '../../../functions/rules/audit-chain.ts';
import { chainAll, writeEntries } from '../../support/audit.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const HASH = 'pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4';
const part = z.object({
  from: z.int(),
  to: z.int(),
  hash: z.string(),
  is_complete: z.boolean(),
  problem: z.looseObject({}).nullable(),
});

const verify = async (w: World, query = '') => part.parse((await w.call('root', 'GET', `/audit/verification${query}`)).body);

/** As somebody who may do anything with the database, and has no key. */
const attack = (w: World, statements: string) =>
  w.sql.begin((tx) => tx.unsafe(`set local session_replication_role = replica; ${statements}`));

describeOperation(verifyAudit, {
  async arrange(w) {
    await bareNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await chainAll(w, 2);
  },
  request: {},
  async success(w, answer) {
    expect(answer.body).toEqual({ from: 1, to: 5, hash: expect.stringMatching(/^.{43}$/), is_complete: true, problem: null });
    const [head] = await w.sql`select hash from audit where seq = 5`;
    expect(answer.body).toMatchObject({ hash: head?.['hash'] });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    forgotten: {
      arrange: (w) => w.sql`insert into audit_prunings (through, hash, signature, complete_from) values (3, '', '', now())`,
      input: { after: '2', hash: HASH },
    },
  },
  malformed: {
    'a place without a hash': { input: { after: '1' } },
    'too few entries': { input: { limit: '499' } },
  },
});

/** A world with 22 entries, chained 5 at a time, of which the last two are a batch of their own. */
async function chainedWorld(t: Parameters<typeof makeWorld>[0]): Promise<World> {
  const w = await makeWorld(t);
  await writeEntries(w, 21);
  await chainAll(w, 5);
  expect(await verify(w)).toMatchObject({ from: 1, to: 22, is_complete: true, problem: null });
  return w;
}

describe('finds what somebody has done to the rows who has no key', () => {
  const attacks = [
    ['altered', 'an actor', 7, `update audit set actor = 'eve' where seq = 7`],
    ['altered', 'a detail', 8, `update audit set details = '{"number": 99}' where seq = 8`],
    ['altered', 'a time by a microsecond', 9, `update audit set at = at + interval '1 us' where seq = 9`],
    ['altered', 'the last entry', 22, `update audit set event = 'other' where seq = 22`],
    ['altered', 'what is listed for a project', 7, 'insert into audit_projects values (1, 7)'],
    ['removed', 'in the middle', 12, 'delete from audit where seq = 12'],
    ['removed', 'several', 12, 'delete from audit where seq between 12 and 14'],
    ['removed', 'the beginning', 1, 'delete from audit where seq < 4'],
    ['removed', 'everything', 1, 'delete from audit'],
    [
      'removed',
      'the beginning, as if it were forgotten',
      5,
      `insert into audit_prunings select seq, hash, signature, now() from audit where seq = 5; delete from audit where seq <= 5`,
    ],
    [
      'forged',
      'the beginning, with a made-up signature',
      5,
      `insert into audit_prunings select seq, hash, 'x', now() from audit where seq = 5; delete from audit where seq <= 5`,
    ],
    [
      'altered',
      'and those after it moved up',
      12,
      'delete from audit where seq = 12; update audit set seq = -seq where seq > 12; update audit set seq = -seq - 1 where seq < 0',
    ],
    ['unsigned', 'the end, within what was chained together', 21, 'delete from audit where seq = 22'],
    ['unsigned', 'a signature', 6, 'update audit set signature = null where seq = 10'],
    [
      'moved',
      'two that change places',
      8,
      'update audit set seq = case seq when 8 then -9 else -8 end where seq in (8, 9); update audit set seq = -seq where seq < 0',
    ],
    [
      'moved',
      'what two contain',
      8,
      `update audit a set seq = -b.seq, hash = b.hash, signature = b.signature from audit b where a.seq + b.seq = 17 and a.seq in (8, 9);
       update audit set seq = -seq where seq < 0`,
    ],
  ] as const;

  test('whatever it is, and where it begins', async (t) => {
    const w = await chainedWorld(t);
    const tables = ['audit', 'audit_projects', 'audit_prunings'];
    for (const table of tables) await w.sql`create table ${w.sql(`${table}_as_it_was`)} as table ${w.sql(table)}`;
    for (const [what, which, seq, statement] of attacks) {
      await attack(w, statement);
      const found = await verify(w);
      expect({ which, ...found }).toMatchObject({ which, is_complete: false, problem: { what, seq } });
      expect(found.to).toBeLessThanOrEqual(seq);
      await attack(
        w,
        `truncate ${tables.join(', ')}; ${tables.map((each) => `insert into ${each} table ${each}_as_it_was`).join('; ')}`,
      );
    }
    expect(await verify(w)).toMatchObject({ to: 22, is_complete: true, problem: null });
  });

  test('a chain that was made anew, whatever was done with the signatures', async (t) => {
    const w = await chainedWorld(t);
    const [{ first = '' } = {}] = z
      .array(z.object({ first: z.string() }))
      .parse(await w.sql`select hash as first from audit where seq = 12`);
    await attack(w, `update audit set actor = 'eve' where seq = 12`);
    // With a key of their own, and its name.
    const own = await createAuditChain(keys.issuer, { ...(await generateSigningKey()), kid: keys.signing.kid }, []);
    const rows = z.array(z.object({ id: z.string(), text: z.string() })).parse(
      await w.sql`select id, jsonb_build_array(
          id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), event, actor, token, address, request, cause, node,
          to_jsonb(projects), subject, details, result)::text as text from audit order by seq`,
    );
    const remade = await own.append(EMPTY_CHAIN, rows);
    const before = new Map(
      (await w.sql`select id, signature from audit`).map((row) => [
        String(row['id']),
        z.string().nullable().parse(row['signature']),
      ]),
    );
    const take = async (signature: (seq: number, was: string | null, made: string | null) => string | null) => {
      await w.sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        for (const { id, seq, hash, signature: made } of remade) {
          await tx`update audit set hash = ${hash}, signature = ${signature(seq, before.get(id) ?? null, made)} where id = ${id}`;
        }
      });
    };
    await take((_, was) => was);
    expect(remade[11]?.hash).not.toBe(first);
    expect(await verify(w)).toMatchObject({ to: 10, problem: { what: 'forged', seq: 11 } });
    await take((seq, was, made) => (was !== null && seq > 10 ? (made ?? 'x') : was));
    expect(await verify(w)).toMatchObject({ to: 10, problem: { what: 'forged', seq: 11 } });
    // Without signatures, and then signed at its end by a host that knows nothing of it.
    await take((seq, was) => (seq > 10 ? null : was));
    expect(await verify(w)).toMatchObject({ to: 10, problem: { what: 'unsigned', seq: 11 } });
    await writeEntries(w, 1);
    await chainAll(w);
    expect(await verify(w)).toMatchObject({ to: 10, problem: { what: 'unsigned', seq: 11 } });
  });

  test('an end that was cut off, by whoever has an earlier one', async (t) => {
    const w = await chainedWorld(t);
    const { to, hash } = await verify(w);
    const expected = `?after=${to}&hash=${hash}`;
    await writeEntries(w, 3);
    await chainAll(w);
    expect(await verify(w, expected)).toMatchObject({ from: 23, to: 25, is_complete: true, problem: null });
    // An entry that is not signed will do.
    const [inner] = await w.sql`select hash from audit where seq = 13`;
    expect(await verify(w, `?after=13&hash=${inner?.['hash']}`)).toMatchObject({ from: 14, to: 25, problem: null });
    await attack(w, 'delete from audit where seq > 20');
    expect(await verify(w)).toMatchObject({ to: 20, is_complete: true, problem: null });
    expect(await verify(w, expected)).toMatchObject({ problem: { what: 'removed', seq: 22 } });
    await writeEntries(w, 5);
    await chainAll(w);
    expect(await verify(w)).toMatchObject({ to: 25, is_complete: true, problem: null });
    expect(await verify(w, expected)).toMatchObject({ problem: { what: 'altered', seq: 22 } });
  });
});

test('goes on with a part where the one before ended, and begins where the rest was forgotten', async (t) => {
  const w = await makeWorld(t);
  await w.sql`update audit set at = now() - interval '90 days'`;
  await writeEntries(w, 1299);
  await w.sql`update audit set at = at - interval '60 days' where (details ->> 'number')::int < 600`;
  await chainAll(w, 300);
  const parts = [];
  for (let query = '?limit=500'; ; ) {
    const found = await verify(w, query);
    parts.push(found);
    if (found.is_complete) break;
    query = `?limit=500&after=${found.to}&hash=${found.hash}`;
  }
  expect(parts).toMatchObject([
    { from: 1, to: 300, problem: null },
    { from: 301, to: 600, problem: null },
    { from: 601, to: 900, problem: null },
    { from: 901, to: 1300, problem: null },
  ]);

  // Up to the last entry that is old and signed, a part at a time; another host does the same meanwhile.
  const prune = () => w.services.database.$client`select prune_audit('30 days', 500) as pruned`;
  const pruned = await Promise.all([prune(), prune(), prune()]);
  expect(pruned.map(([row]) => Number(row?.['pruned'])).sort()).toEqual([0, 300, 300]);
  const fine = { from: 601, to: 1300, is_complete: true, problem: null };
  // The clock may have been set back between.
  await w.sql`update audit set at = at - interval '1 second' where event = 'audit_pruned'`;
  expect(await verify(w)).toMatchObject(fine);
  await chainAll(w);
  expect(await verify(w)).toMatchObject({ ...fine, to: 1302 });
  const [, , , last] = parts;
  expect(await verify(w, `?after=${last?.to}&hash=${last?.hash}`)).toMatchObject({ from: 1301, to: 1302, problem: null });
  expect(await w.call('root', 'GET', `/audit/verification?after=599&hash=${HASH}`)).toMatchObject({ status: 409 });
  expect(await verify(w, `?after=600&hash=${parts[1]?.hash}`)).toMatchObject({ from: 601, problem: null });
  expect(await verify(w, `?after=600&hash=${HASH}`)).toMatchObject({ problem: { what: 'altered', seq: 600 } });
  await attack(w, `delete from audit where event = 'audit_pruned' and subject ->> 'through' = '600'`);
  expect(await verify(w)).toMatchObject({ problem: { what: 'removed', seq: 600 } });
});
