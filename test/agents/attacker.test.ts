import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { generateSigningKey, verificationKey } from '../../db/commands/envelope.ts';
import type { RefusalReason } from '../../db/commands/outcome.ts';
import { generateSealingKey, seal } from '../../db/commands/seal.ts';
import { agentLogin } from '../../db/roles.ts';
import { type AgentSite, keys, makeAgentSite, until } from '../support/agent-site.ts';
import { MemoryVmHost } from '../support/memory-vm-host.ts';
import { startOrder } from '../support/mock-vm-host.ts';

// Somebody who may write anything into Postgres, and has no signing key.

const stranger = await generateSigningKey();
const EMPTY = { native: null, tagged: [], enabled: false };
const access = { label: 'sw-1', type: 'mock', hostname: 'memory', port: 1, settings: {} };

/** Lets a command be carried out, and answers its id. */
async function carriedOut(site: AgentSite, label = 'sw-1'): Promise<string> {
  const id = await site.queue({ switch: label });
  expect(await site.ended(id)).toMatchObject({ status: 'done' });
  return id;
}

async function queueAgain(site: AgentSite, id: string): Promise<void> {
  await site.sql`update commands set status = 'queued', finished_at = null, reason = null, result = null, attempt = 0 where id = ${id}`;
}

describe('no session is opened for', () => {
  interface Attack {
    readonly name: string;
    readonly reason: RefusalReason;
    /** Done before the agent runs; answers the id of the command that must be refused. */
    readonly attack: (site: AgentSite) => Promise<string>;
  }
  const attacks: Attack[] = [
    {
      name: 'a forged text',
      reason: 'malformed',
      async attack(site) {
        const id = await site.queue();
        await site.sql`update commands set signed = 'e30.e30.AAAA' where id = ${id}`;
        return id;
      },
    },
    { name: 'a text signed by a stranger', reason: 'unknown-key', attack: (site) => site.queue({ key: stranger }) },
    {
      name: "a text signed by a stranger in the deployment's name",
      reason: 'bad-signature',
      attack: (site) => site.queue({ key: { ...stranger, kid: keys.signing.kid } }),
    },
    {
      name: 'an edited text',
      reason: 'bad-signature',
      async attack(site) {
        const id = await site.queue();
        const [row] = await site.sql`select signed from commands where id = ${id}`;
        const [header, payload = '', signature] = String(row?.['signed']).split('.');
        const edited = Buffer.from(payload, 'base64url').toString().replace('"native":100', '"native":101');
        const signed = [header, Buffer.from(edited).toString('base64url'), signature].join('.');
        await site.sql`update commands set signed = ${signed} where id = ${id}`;
        return id;
      },
    },
    { name: 'an order of another deployment', reason: 'wrong-issuer', attack: (site) => site.queue({ issuer: 'site-2' }) },
    {
      name: 'a copy of an order under another id',
      reason: 'altered-row',
      async attack(site) {
        const [original, copy] = [await site.queue(), randomUUID()];
        await site.sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          select ${copy}, agent_id, device_id, seq + 1, kind, signed, not_after from commands where id = ${original}`;
        await site.sql`delete from commands where id = ${original}`;
        return copy;
      },
    },
    {
      name: 'an order moved to another device',
      reason: 'wrong-device',
      async attack(site) {
        const id = await site.queue();
        await site.sql`insert into devices (label, agent_id) select 'switch/sw-2', agent_id from devices`;
        await site.sql`update commands set device_id = (select id from devices where label = 'switch/sw-2') where id = ${id}`;
        return id;
      },
    },
    {
      name: 'an order whose device was given its name',
      reason: 'wrong-device',
      async attack(site) {
        const id = await site.queue();
        await site.sql`update devices set label = 'switch/sw-2'`;
        return id;
      },
    },
    {
      name: 'an order of another agent',
      reason: 'wrong-agent',
      attack: (site) => site.queue({ signed: { agent: 'rack-2' } }),
    },
    {
      name: 'an order shown as one of another agent',
      reason: 'wrong-agent',
      async attack(site) {
        const id = await site.queue();
        await site.sql`insert into agents (label, login, public_key) values ('rack-2', ${agentLogin('rack-2')}, '{}')`;
        await site.sql`update commands set agent_id = (select id from agents where label = 'rack-2') where id = ${id}`;
        return id;
      },
    },
    {
      name: 'an order at another place of the queue',
      reason: 'wrong-seq',
      async attack(site) {
        const id = await site.queue();
        await site.sql`update commands set seq = seq + 100 where id = ${id}`;
        return id;
      },
    },
    { name: 'an order that is too late', reason: 'expired', attack: (site) => site.queue({ signed: { lifetime: -60 } }) },
    {
      name: 'a kind that the agent does not know',
      reason: 'unknown-kind',
      async attack(site) {
        const id = await site.queue({ signed: { kind: 'switch.erase' } });
        await site.sql`update commands set kind = 'switch.erase' where id = ${id}`;
        return id;
      },
    },
    {
      name: 'a version that the agent does not know',
      reason: 'unknown-version',
      attack: (site) => site.queue({ signed: { version: 2 } }),
    },
    {
      name: 'a port that is none',
      reason: 'bad-parameters',
      attack: (site) => site.queue({ parameters: { port: 'gi1/0/1; reload' } }),
    },
    {
      name: 'an address that the password was not sealed for',
      reason: 'bad-credentials',
      async attack(site) {
        const { kty, crv, x } = keys.sealing;
        const sealed = await seal(
          { kty, crv, x },
          { device: 'switch/sw-1', hostname: 'memory', port: 1 },
          { username: 'a', password: 'b' },
        );
        return site.queue({ parameters: { switch: { ...access, hostname: 'trap', sealed } } });
      },
    },
    {
      name: 'a password sealed to another agent',
      reason: 'bad-credentials',
      async attack(site) {
        const { kty, crv, x } = await generateSealingKey();
        const sealed = await seal(
          { kty, crv, x },
          { device: 'switch/sw-1', hostname: 'memory', port: 1 },
          { username: 'a', password: 'b' },
        );
        return site.queue({ parameters: { switch: { ...access, sealed } } });
      },
    },
    {
      name: 'a sealed text that was altered',
      reason: 'bad-credentials',
      async attack(site) {
        const { kty, crv, x } = keys.sealing;
        const sealed = await seal(
          { kty, crv, x },
          { device: 'switch/sw-1', hostname: 'memory', port: 1 },
          { username: 'a', password: 'b' },
        );
        return site.queue({ parameters: { switch: { ...access, sealed: `${sealed.slice(0, -4)}AAAA` } } });
      },
    },
    {
      name: 'an order signed with a key that was withdrawn',
      reason: 'unknown-key',
      async attack(site) {
        const id = await site.queue();
        const trusted = { issuer: keys.issuer, keys: [verificationKey.parse(stranger)] };
        writeFileSync(join(site.stateDir, 'trusted-keys.json'), JSON.stringify(trusted), { mode: 0o600 });
        return id;
      },
    },
    {
      name: 'what the policy forbids, however well it is signed',
      reason: 'policy',
      async attack(site) {
        writeFileSync(join(site.stateDir, 'policy.json'), JSON.stringify({ vlans: '200-299' }), { mode: 0o600 });
        return site.queue();
      },
    },
  ];

  test.for(attacks)('$name: $reason', async ({ reason, attack }, t) => {
    const site = await makeAgentSite(t);
    const id = await attack(site);
    await site.start();
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason, message: expect.any(String) });
    expect(site.switches.count('open')).toBe(0);
    // And not because the agent is deaf.
    if (reason !== 'policy' && reason !== 'unknown-key') await carriedOut(site, 'sw-9');
  });
});

describe('nothing is sent to a device for', () => {
  async function usual(t: TestContext) {
    const site = await makeAgentSite(t);
    const agent = await site.start({ timing: { idle: 100 } });
    const sent = () => site.switches.count('set') + site.switches.count('shut');
    return { site, agent, sent };
  }

  test('an order that was carried out before: replayed', async (t) => {
    const { site, sent } = await usual(t);
    const id = await carriedOut(site);
    const before = sent();
    for (let times = 0; times < 3; times += 1) {
      await queueAgain(site, id);
      expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'replayed' });
    }
    expect(sent()).toBe(before);
  });

  test('a headnode that runs again: the deletion that was carried out before is replayed', async (t) => {
    const site = await makeAgentSite(t);
    const host = new MemoryVmHost();
    await site.start({ timing: { idle: 100 }, vmHost: host.offered });
    const order = startOrder();
    const { headnode } = order;
    const ordered = async (kind: 'headnode.start' | 'headnode.delete') => {
      const id = await site.order('headnode/head-1', kind, kind === 'headnode.start' ? order : { headnode });
      expect(await site.ended(id)).toMatchObject({ status: 'done' });
      return id;
    };
    await ordered('headnode.start');
    const deletion = await ordered('headnode.delete');
    await ordered('headnode.start');
    await queueAgain(site, deletion);
    expect(await site.ended(deletion)).toMatchObject({ status: 'refused', reason: 'replayed' });
    // Nor is one that is signed for another headnode.
    const moved = await site.order('headnode/head-2', 'headnode.stop', { headnode });
    expect(await site.ended(moved)).toMatchObject({ status: 'refused', reason: 'bad-parameters' });
    expect(host.machines.get(headnode.uuid)).toMatchObject({ runs: true });
    expect([host.count('remove'), host.count('stop')]).toEqual([1, 0]);
  });

  test('an order that was carried out by an earlier process: replayed', async (t) => {
    const { site, agent, sent } = await usual(t);
    const id = await carriedOut(site);
    await agent.stop();
    const before = [sent(), site.switches.count('open')];
    await queueAgain(site, id);
    await site.start();
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'replayed' });
    expect([sent(), site.switches.count('open')]).toEqual(before);
  });

  test('an order that was carried out, whose row was deleted and written again: replayed', async (t) => {
    const { site, sent } = await usual(t);
    const id = await carriedOut(site);
    const before = sent();
    await site.sql.begin(async (sql) => {
      await sql`create temporary table kept on commit drop as select * from commands where id = ${id}`;
      await sql`delete from commands where id = ${id}`;
      await sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after) select id, agent_id, device_id, seq, kind, signed, not_after from kept`;
    });
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'replayed' });
    expect(sent()).toBe(before);
  });

  test('an older order that was kept back until a later one was begun: out-of-order', async (t) => {
    const { site, sent } = await usual(t);
    // Taken out of the queue before the agent sees it.
    await site.sql`alter table commands disable trigger commands_queued`;
    const older = await site.queue({ want: { native: 666, tagged: [], enabled: true } });
    await site.sql`update commands set status = 'done', finished_at = now() where id = ${older}`;
    await site.sql`alter table commands enable trigger commands_queued`;
    await carriedOut(site);
    const before = sent();
    await queueAgain(site, older);
    expect(await site.ended(older)).toMatchObject({ status: 'refused', reason: 'out-of-order' });
    expect(sent()).toBe(before);
    expect(site.switches.port('sw-1', 'gi1/0/1')).toMatchObject({ native: 100 });
  });

  test('two orders whose places were exchanged: wrong-seq, both', async (t) => {
    const site = await makeAgentSite(t);
    const [one, two] = [await site.queue(), await site.queue({ want: EMPTY })];
    await site.sql`update commands set seq = -1 where id = ${one}`;
    await site.sql`update commands set seq = 1 where id = ${two}`;
    await site.sql`update commands set seq = 2 where id = ${one}`;
    await site.start();
    expect(await site.ended(one)).toMatchObject({ status: 'refused', reason: 'wrong-seq' });
    expect(await site.ended(two)).toMatchObject({ status: 'refused', reason: 'wrong-seq' });
    expect(site.switches.count('open')).toBe(0);
  });

  test('an order that is being carried out and is queued once more: it is carried out once', async (t) => {
    const { site } = await usual(t);
    let asked = false;
    site.switches.interfere = async ({ what }) => {
      if (what !== 'set' || asked) return;
      asked = true;
      const [row] = await site.sql`select id from commands where status = 'running'`;
      await queueAgain(site, String(row?.['id']));
      await site.queue({ port: 'gi1/0/2' });
    };
    const id = await site.queue();
    const { status, reason } = await site.ended(id);
    // The row is taken again before its outcome reaches the database, and bears that; or afterwards, and is a replay.
    expect(['done null', 'refused replayed']).toContain(`${status} ${reason}`);
    await until(() => site.switches.port('sw-1', 'gi1/0/2').enabled, 'the other command');
    expect(site.switches.calls.filter(({ what, port }) => what === 'set' && port === 'gi1/0/1')).toHaveLength(1);
  });

  test('an agent that the database takes for another one does not start', async (t) => {
    const site = await makeAgentSite(t);
    const trusted = { issuer: keys.issuer, agent: 'rack-7', keys: [verificationKey.parse(keys.signing)] };
    writeFileSync(join(site.stateDir, 'trusted-keys.json'), JSON.stringify(trusted), { mode: 0o600 });
    await expect(site.start()).rejects.toThrow(/rack-1.*rack-7/);
  });
});
