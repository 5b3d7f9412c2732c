import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TransactionSql } from 'postgres';
import { expect, type TestContext, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { sealedInJournals } from '../../agents/journal-folder.ts';
import { connect } from '../../db/client.ts';
import { replaceSealed } from '../../db/commands/resealing.ts';
import { generateSealingKey, type SealingKey, seal, sealedTo, unseal } from '../../db/commands/seal.ts';
import { agentLogin } from '../../db/roles.ts';
import { type AgentSite, keys, makeAgentSite, until } from '../support/agent-site.ts';
import { makeConsoleSite } from '../support/console-site.ts';

const oldKey = keys.sealing;
const newKey = await generateSealingKey();
const foreignKey = await generateSealingKey();
const uuid = randomUUID();

/** What is sealed, in which column, and together with what. */
const places = {
  'bmc/n1': { table: 'nodes', column: 'obm_sealed', label: 'n1', hostname: 'memory', port: 623 },
  'headnode/gate': { table: 'headnodes', column: 'seed_sealed', label: 'gate', hostname: uuid, port: 0 },
  'switch/sw-1': { table: 'switches', column: 'sealed', label: 'sw-1', hostname: 'memory', port: 1 },
  'switch/sw-2': { table: 'switches', column: 'sealed', label: 'sw-2', hostname: 'memory', port: 2 },
} as const;
type Device = keyof typeof places;
const devices = ['bmc/n1', 'headnode/gate', 'switch/sw-1', 'switch/sw-2'] as const satisfies readonly Device[];

const publicHalf = ({ kty, crv, x }: SealingKey) => ({ kty, crv, x });
const secretOf = (device: Device) => ({ username: 'admin', password: `sesame of ${device}` });

function targetOf(device: Device) {
  const { hostname, port } = places[device];
  return { device, hostname, port };
}

/** What an API host makes of the credentials of a device. */
const sealedFor = (device: Device, key = oldKey) => seal(publicHalf(key), targetOf(device), secretOf(device));

/** Gives an agent these keys, as haas-admin does: whole or not at all. */
function give(stateDir: string, ...given: SealingKey[]): void {
  writeFileSync(join(stateDir, 'given'), JSON.stringify(given), { mode: 0o600 });
  renameSync(join(stateDir, 'given'), join(stateDir, 'sealing-keys.json'));
}

interface House extends AgentSite {
  /** Everything that the agent logged. */
  log(): string;
  enrol(key: SealingKey): Promise<unknown>;
  sealed(device: Device): Promise<string>;
  put(device: Device, sealed: string): Promise<unknown>;
  /** The keys to which the credentials are sealed, in the order of `devices`. */
  keysInUse(): Promise<(string | undefined)[]>;
}

/** An agent that runs, with two switches, a BMC and a headnode, whose credentials are sealed to the only key that it has. */
async function house(t: TestContext): Promise<House> {
  const site = await makeAgentSite(t);
  const { sql } = site;
  for (const device of devices) {
    const { table, column, label, hostname, port } = places[device];
    await sql`insert into devices (label, agent_id) select ${device}, id from agents`;
    const sealed = await sealedFor(device);
    if (table === 'switches')
      await sql`insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed)
        select ${label}, 'mock', id, agent_id, ${hostname}, ${port}, '{}', ${sealed} from devices where label = ${device}`;
    if (table === 'nodes')
      await sql`insert into nodes (label, agent_id, obm_type, obm_host, obm_port, ${sql(column)})
        select ${label}, id, 'mock', ${hostname}, ${port}, ${sealed} from agents`;
    if (table === 'headnodes')
      await sql`with p as (insert into projects (label) values ('blue') returning id)
        insert into headnodes (label, project_id, agent_id, uuid, base_image, memory, vcpus, disk, seed_sealed)
          select ${label}, p.id, a.id, ${uuid}, 'img', 1, 1, 1, ${sealed} from p, agents a`;
  }
  const lines: string[] = [];
  await site.start({ timing: { beat: 20, poll: 50, resealing: 50 }, log: pino({}, { write: (line) => void lines.push(line) }) });
  const h: House = {
    ...site,
    log: () => lines.join(''),
    enrol: (key) => sql`update agents set public_key = ${sql.json(publicHalf(key))} where label = 'rack-1'`,
    async sealed(device) {
      const { table, column, label } = places[device];
      const [row] = await sql`select ${sql(column)} as sealed from ${sql(table)} where label = ${label}`;
      return String(row?.['sealed']);
    },
    put(device, sealed) {
      const { table, column, label } = places[device];
      return sql`update ${sql(table)} set ${sql(column)} = ${sealed} where label = ${label}`;
    },
    keysInUse: () => Promise.all(devices.map(async (device) => sealedTo(await h.sealed(device)))),
  };
  return h;
}

const all = (key: SealingKey) => devices.map(() => key.kid);
const byName = (sealed: string) => ({
  switch: { label: 'sw-1', type: 'mock', hostname: 'memory', port: 1, settings: {}, sealed },
});

test('a running agent seals everything to its new key once that is enrolled, and takes orders with either', async (t) => {
  const h = await house(t);
  give(h.stateDir, newKey, oldKey);
  await until(() => h.log().includes('not enrolled yet'), 'the agent has seen the key');
  expect(await h.keysInUse()).toEqual(all(oldKey));
  const order = async (device: Device) => h.queue({ parameters: byName(await h.sealed(device)) });
  expect(await h.ended(await order('switch/sw-1'))).toMatchObject({ status: 'done' });

  // One that does not end yet, and was ordered before.
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  h.switches.interfere = ({ what }) => (what === 'set' ? held : undefined);
  const slow = await h.queue({
    parameters: byName(await h.sealed('switch/sw-1')),
    want: { native: 101, tagged: [], enabled: true },
  });
  await until(async () => (await h.command(slow)).status === 'running', 'the command is taken');
  await h.enrol(newKey);
  await until(() => h.log().includes('need an older key'), 'everything but a command is sealed to the new key');
  expect(await h.keysInUse()).toEqual(all(newKey));
  for (const device of devices)
    expect(await unseal([newKey], await h.sealed(device), targetOf(device))).toEqual(secretOf(device));
  letGo();
  expect(await h.ended(slow)).toMatchObject({ status: 'done' });
  await until(() => h.log().includes('no older key is needed'), 'the command has ended');

  const before = await sealedFor('switch/sw-1');
  give(h.stateDir, newKey);
  expect(await h.ended(await order('switch/sw-1'))).toMatchObject({ status: 'done' });
  expect(await h.ended(await h.queue({ parameters: byName(before) }))).toMatchObject({ reason: 'bad-credentials' });
  expect(h.log()).not.toContain('sesame');
});

test('whoever writes into Postgres has nothing sealed to a key of their own, nor for another device or address', async (t) => {
  const h = await house(t);
  // A key that the agent does not have is enrolled.
  await h.enrol(foreignKey);
  await until(() => h.log().includes('a key that is not ours'), 'the agent complains');
  give(h.stateDir, newKey, oldKey);
  await h.enrol(oldKey);
  await until(() => h.log().includes('not enrolled yet'), 'the agent has looked again');
  expect(await h.keysInUse()).toEqual(all(oldKey));

  // Two switches get each other's, a BMC gets another address, and what was sealed by somebody else is not the agent's to open.
  const [first, second] = [await h.sealed('switch/sw-1'), await h.sealed('switch/sw-2')];
  await h.put('switch/sw-1', second);
  await h.put('switch/sw-2', first);
  await h.sql`update nodes set obm_host = 'attacker.test'`;
  await h.put('headnode/gate', await sealedFor('headnode/gate', foreignKey));
  await h.enrol(newKey);
  await until(() => h.log().includes('do not open with any key of this agent'), 'the agent complains');
  expect(h.log()).toContain(JSON.stringify(devices));
  expect(await h.keysInUse()).toEqual([oldKey.kid, foreignKey.kid, oldKey.kid, oldKey.kid]);
  expect([await h.sealed('switch/sw-1'), await h.sealed('switch/sw-2')]).toEqual([second, first]);
});

test('the function replaces only what is there, for a device of the caller, by what names its enrolled key', async (t) => {
  const h = await house(t);
  const { sql } = h;
  await sql`insert into agents (label, login, public_key) values ('rack-2', ${agentLogin('rack-2')}, ${sql.json(publicHalf(newKey))})`;
  const open = async (label: string) => {
    const connection = connect(await h.database.agentUrl(label), 'test', 1);
    t.onTestFinished(() => connection.end());
    return connection;
  };
  const [own, other] = [await open('rack-1'), await open('rack-2')];
  const before = await Promise.all(devices.map(h.sealed));
  for (const [index, device] of devices.entries()) {
    const found = { ...targetOf(device), sealed: before[index] ?? '' };
    // Another agent's device, and a text that is not there any more.
    expect(await replaceSealed(other, found, await sealedFor(device, newKey))).toBe(false);
    expect(await replaceSealed(own, { ...found, sealed: await sealedFor(device) }, await sealedFor(device))).toBe(false);
    for (const bad of [await sealedFor(device, foreignKey), 'a password', `${found.sealed}${'A'.repeat(300)}`])
      await expect(replaceSealed(own, found, bad)).rejects.toMatchObject({ code: '22023' });
  }
  expect(await own`select * from agent_sealed('', 10)`).toEqual([]);
  expect(await other`select * from agent_sealed('', 10)`).toEqual([]);
  expect(await Promise.all(devices.map(h.sealed))).toEqual(before);
  const replacement = await sealedFor('bmc/n1');
  expect(await replaceSealed(own, { ...targetOf('bmc/n1'), sealed: before[0] ?? '' }, replacement)).toBe(true);
  expect(await h.sealed('bmc/n1')).toBe(replacement);
});

test('a command that was being ordered with the old text is there before the new text is', async (t) => {
  const h = await house(t);
  give(h.stateDir, newKey, oldKey);
  const api = connect(h.database.apiUrl, 'test', 2);
  t.onTestFinished(() => api.end());
  /** Holds what something is ordered with, as the operations do, until it is committed. */
  const order = (hold: (tx: TransactionSql) => PromiseLike<unknown>) =>
    new Promise<{ commit: () => Promise<unknown> }>((resolve) => {
      const ordering: Promise<unknown> = api.begin(async (tx) => {
        await hold(tx);
        await new Promise<void>((commit) => {
          resolve({
            commit: () => {
              commit();
              return ordering;
            },
          });
        });
      });
    });
  const orders = [
    ['bmc/n1', await order((tx) => tx`select from nodes where label = 'n1' for share`)],
    ['switch/sw-1', await order((tx) => tx`select from switches where label = 'sw-1' for key share`)],
  ] as const;
  await h.enrol(newKey);
  for (const [device, { commit }] of orders) {
    await until(
      async () =>
        (await h.sql`select from pg_stat_activity where datname = ${h.database.name} and wait_event_type = 'Lock'`).length > 0,
      `the agent waits with ${device}`,
    );
    expect(sealedTo(await h.sealed(device))).toBe(oldKey.kid);
    await commit();
    await until(async () => sealedTo(await h.sealed(device)) === newKey.kid, `${device} is sealed again`);
  }
  await until(() => h.log().includes('no older key is needed'), 'everything is sealed again');
  expect(await h.keysInUse()).toEqual(all(newKey));
});

test('consoles that are held and switches that cannot be saved need no older key in the journals for long', async (t) => {
  const site = await makeConsoleSite(t);
  site.switches.interfere = ({ what }) => {
    if (what === 'save') throw new DeviceError('refused', 'flash is full');
  };
  await site.startWith({ timing: { poll: 50, saveAfter: 10, backOff: { first: 20, last: 50 } } });
  await site.opened('n1');
  expect(await site.ended(await site.queue())).toMatchObject({ status: 'done' });
  const inJournals = () =>
    sealedInJournals(join(site.stateDir, 'journal'), keys.issuer).map(({ device, sealed }) => [device, sealedTo(sealed)]);
  expect(inJournals()).toEqual([
    ['switch/sw-1', oldKey.kid],
    ['console/n1', oldKey.kid],
  ]);
  give(site.stateDir, newKey, oldKey);
  await until(() => inJournals().every(([, key]) => key === newKey.kid), 'the journals are sealed to the new key');
  expect(inJournals()).toHaveLength(2);
});
