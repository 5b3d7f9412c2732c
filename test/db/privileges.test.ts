import { expect, type TestContext, test } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { hello } from '../../db/commands/hello.ts';
import { agentLogin } from '../../db/roles.ts';
import { emptyDatabase, testDatabase } from '../support/database.ts';

const agentFunctions = [
  'agent_append_console(jsonb)',
  'agent_attach_console(bigint,bigint,bigint)',
  'agent_claim(text,interval,interval,integer,text[])',
  'agent_enrolment()',
  'agent_hello(text)',
  'agent_hold(text,text,interval,interval)',
  'agent_release(bigint,bigint,uuid[])',
  'agent_renew(bigint,bigint,interval)',
  'agent_report_vm_host(jsonb)',
  'agent_reseal(text,text,text)',
  'agent_saved(bigint,bigint)',
  'agent_sealed(text,integer)',
  'agent_sealed_commands()',
  'agent_settle(bigint,bigint,jsonb,boolean)',
  'agent_signers()',
  'agent_take_more(bigint,bigint,integer)',
  'applied_migrations()',
];
const apiFunctions = [
  'applied_migrations()',
  'expire_commands(bigint)',
  'prune_audit(interval,bigint)',
  'prune_consoles(interval,bigint)',
  'prune_history(interval)',
  'record_request(jsonb)',
  'sealed_to_other_keys(bigint)',
];

const rows = 'DELETE INSERT SELECT UPDATE';
/** What the API may do with which table as a whole. */
const apiTables = {
  agents: rows,
  api_tokens: 'DELETE INSERT SELECT',
  attachments: 'SELECT',
  audit: 'SELECT',
  audit_projects: 'INSERT SELECT',
  audit_prunings: 'SELECT',
  commands: 'INSERT SELECT',
  console_chunks: 'SELECT',
  consoles: 'INSERT SELECT',
  devices: 'INSERT SELECT',
  failed_logins: 'DELETE INSERT SELECT',
  headnode_actions: 'INSERT SELECT',
  headnodes: 'DELETE INSERT SELECT',
  hnics: 'DELETE INSERT SELECT',
  idempotency_keys: 'DELETE INSERT SELECT',
  network_access: rows,
  networking_actions: 'INSERT SELECT',
  networks: rows,
  nics: rows,
  node_actions: 'INSERT SELECT',
  node_metadata: rows,
  nodes: rows,
  ports: rows,
  project_members: rows,
  projects: rows,
  switches: rows,
  users: rows,
  vlans: 'SELECT',
};
/** Columns that the API may update where it may not update the table. */
const apiColumns = [
  'api_tokens.last_used_at',
  'audit.hash',
  'audit.result',
  'audit.seq',
  'audit.signature',
  'consoles.logging',
  'consoles.problem',
  'consoles.state',
  'consoles.state_since',
  'consoles.writer',
  'consoles.writer_seen_at',
  'consoles.writer_session',
  'consoles.writer_since',
  'devices.agent_id',
  'devices.last_contact_at',
  'devices.last_seq',
  'devices.moved_seq',
  'devices.version',
  'failed_logins.failures',
  'failed_logins.last_at',
  'hnics.network_id',
  'idempotency_keys.outcome',
  'vlans.network_id',
  'vlans.pooled',
  'vlans.reserved',
];

const createSomething = [
  'create table own (id int)',
  'create temporary table own (id int)',
  'create schema own',
  'create view own as select 1',
  'create sequence own',
  'create type own as enum ()',
  "create function own() returns int language sql as 'select 1'",
  "create function pg_temp.own() returns int language sql as 'select 1'",
  "select lo_from_bytea(0, 'x')",
  'select lo_create(0)',
  'create role own',
  'create database own',
];

const DENIED = { code: '42501' };

interface Logins {
  readonly superuser: Connection;
  readonly api: Connection;
  readonly agent: Connection;
}

/** Connections of one database, in which no agent is enrolled. */
async function logins(t: TestContext): Promise<Logins> {
  const database = await testDatabase(t);
  const open = (url: string) => connect(url, 'test', 1);
  const all = {
    superuser: open(database.superuserUrl),
    api: open(database.apiUrl),
    agent: open(await database.agentUrl('rack-1')),
  };
  t.onTestFinished(async () => {
    for (const connection of Object.values(all)) await connection.end();
  });
  return all;
}

/** Every table and view of HaaS and of its migrations, with its first column. */
async function tables(superuser: Connection): Promise<{ name: string; column: string }[]> {
  const found = await superuser`
    select quote_ident(table_schema) || '.' || quote_ident(table_name) as name, quote_ident(column_name) as column
      from information_schema.tables join information_schema.columns using (table_schema, table_name)
      where table_schema not in ('pg_catalog', 'information_schema') and ordinal_position = 1 order by 1`;
  expect(found.length).toBeGreaterThan(Object.keys(apiTables).length);
  return found.map(({ name, column }) => ({ name: String(name), column: String(column) }));
}

/** The functions of HaaS that a role may execute, however it came to that. */
async function executable(superuser: Connection, role: string): Promise<string[]> {
  const found = await superuser`
    select oid::regprocedure::text as signature from pg_proc
      where pronamespace = 'public'::regnamespace and has_function_privilege(${role}, oid, 'execute') order by 1`;
  return found.map(({ signature }) => String(signature));
}

test('an agent can do nothing with any table', async (t) => {
  const { superuser, agent } = await logins(t);
  for (const { name, column } of await tables(superuser)) {
    for (const statement of [
      `select from ${name} limit 0`,
      `insert into ${name} default values`,
      `update ${name} set ${column} = default where false`,
      `delete from ${name} where false`,
      `truncate ${name}`,
    ]) {
      await expect(agent.unsafe(statement), statement).rejects.toMatchObject(DENIED);
    }
  }
  const open = await superuser`
    select c.oid::regclass::text as name from pg_class c
      where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relnamespace in ('public'::regnamespace, 'drizzle'::regnamespace)
        and (has_any_column_privilege(${agentLogin('rack-1')}, c.oid, 'select, insert, update, references')
          or has_table_privilege(${agentLogin('rack-1')}, c.oid, 'delete, truncate, trigger'))`;
  expect(open).toEqual([]);
  const sequences = await superuser`
    select s.oid::regclass::text as name from pg_class s
      where case when s.relkind = 'S' then has_sequence_privilege(${agentLogin('rack-1')}, s.oid, 'usage, select, update') end`;
  expect(sequences).toEqual([]);
});

test('an agent executes the command protocol and nothing else of HaaS', async (t) => {
  const { superuser, agent } = await logins(t);
  expect(await executable(superuser, agentLogin('rack-1'))).toEqual(agentFunctions);
  await expect(agent`select prune_history('0 days')`).rejects.toMatchObject(DENIED);
  await expect(agent`select finish_command(gen_random_uuid(), 'done', null, null, null)`).rejects.toMatchObject(DENIED);
  await expect(agent`select record_check(1, '{}')`).rejects.toMatchObject(DENIED);
});

test('an agent is a member of the group of agents alone, and becomes nobody else', async (t) => {
  const { superuser, agent } = await logins(t);
  const groups = await superuser`
    select r.rolname::text as name from pg_auth_members m join pg_roles r on r.oid = m.roleid
      where m.member = ${agentLogin('rack-1')}::regrole`;
  expect(groups.map(({ name }) => name)).toEqual(['haas_agent']);
  for (const role of ['haas_owner', 'haas_api']) {
    await expect(agent.unsafe(`set role ${role}`)).rejects.toMatchObject(DENIED);
    await expect(agent.unsafe(`set session authorization ${role}`)).rejects.toMatchObject(DENIED);
  }
});

test.for(['agent', 'api'] as const)('the login of an %s creates nothing', async (login, t) => {
  const connection = (await logins(t))[login];
  for (const statement of createSomething) {
    await expect(connection.unsafe(statement), statement).rejects.toMatchObject(DENIED);
  }
});

test('a login that is no enrolled agent is told so by every function of the protocol', async (t) => {
  const { agent, superuser } = await logins(t);
  const refusal = { code: 'HA002', message: expect.stringContaining(agentLogin('rack-1')), hint: expect.stringContaining('PUT') };
  await expect(hello(agent, '1')).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_claim('w', '1 s', '1 s', 1)`).rejects.toMatchObject(refusal);
  // Where a query finds nothing to compare, it need not ask who is there.
  await superuser`insert into devices (label) values ('switch/sw-1')`;
  await expect(agent`select * from agent_hold('switch/sw-1', 'w', '1 s', '1 s')`).rejects.toMatchObject(refusal);
  await expect(agent`select agent_renew(1, 0, '1 s')`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_take_more(1, 0, 1)`).rejects.toMatchObject(refusal);
  await expect(agent`select agent_settle(1, 0, '[]', false)`).rejects.toMatchObject(refusal);
  await expect(agent`select agent_saved(1, 0)`).rejects.toMatchObject(refusal);
  await expect(agent`select agent_release(1, 0, '{}')`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_attach_console(1, 0, 1)`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_append_console('[]')`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_enrolment()`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_sealed('', 1)`).rejects.toMatchObject(refusal);
  await expect(agent`select agent_reseal('switch/sw-1', 'x', 'y')`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_sealed_commands()`).rejects.toMatchObject(refusal);
  await expect(agent`select * from agent_signers()`).rejects.toMatchObject(refusal);
});

test('the API has exactly the rights to rows that it needs', async (t) => {
  const { superuser } = await logins(t);
  const granted = await superuser`
    select c.relname::text as name, string_agg(p, ' ' order by p) as privileges
      from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
      where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relnamespace in ('public'::regnamespace, 'drizzle'::regnamespace)
        and has_table_privilege('haas_api', c.oid, p)
      group by 1`;
  expect(Object.fromEntries(granted.map(({ name, privileges }) => [name, privileges]))).toEqual(apiTables);
  const columns = await superuser`
    select c.relname || '.' || a.attname as name
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'drizzle'::regnamespace)
        and not has_table_privilege('haas_api', c.oid, 'update')
        and has_column_privilege('haas_api', c.oid, a.attnum, 'update, references')
      order by 1`;
  expect(columns.map(({ name }) => name)).toEqual(apiColumns);
  expect(await executable(superuser, 'haas_api')).toEqual(apiFunctions);
});

test.for([
  "update commands set status = 'done'",
  'delete from commands',
  'update networking_actions set finished_at = now()',
  'delete from networking_actions',
  'insert into attachments values (1, 1, $$vlan/native$$)',
  'update attachments set nic_id = 1',
  'delete from attachments',
  'update devices set fence = 0',
  'update devices set lease_until = null, lease_holder = null',
  'delete from devices',
  'insert into console_chunks values (1, 1, now(), $$x$$)',
  'update console_chunks set data = $$x$$',
  'delete from console_chunks',
  'update consoles set released_at = null',
  'update consoles set project_id = 2',
  'update consoles set node_id = 2',
  'update consoles set next_seq = 1',
  'delete from consoles',
  'update node_actions set node_id = 2',
  'delete from node_actions',
  'update headnodes set made = false',
  'update headnodes set seed_sealed = null',
  'update headnode_actions set project_id = 2',
  'delete from headnode_actions',
  'update api_tokens set user_id = 2',
  'update api_tokens set project_id = null, read_only = false, expires_at = null',
  'update api_tokens set hash = $$x$$',
  "update audit set actor = 'somebody'",
  'update audit set at = now()',
  'delete from audit',
  'insert into audit (event, seq, hash) values ($$own$$, 1, $$own$$)',
  'delete from audit_projects',
  'insert into audit_prunings values (1, $$own$$, $$own$$)',
  'update idempotency_keys set caller = $$x$$',
  'delete from vlans',
  'delete from drizzle.__drizzle_migrations',
  'truncate users',
  'alter table users add column own int',
  'alter table attachments disable trigger all',
  'drop table users',
  'drop function agent_hello(text)',
  'create index own on users (label)',
  "select agent_hello('1')",
  "select * from agent_claim('w', '1 s', '1 s', 1)",
  "select finish_command(gen_random_uuid(), 'done', null, null, null)",
  "select record_check(1, '{}')",
  "select * from agent_append_console('[]')",
  "select agent_reseal('switch/sw-1', 'x', 'y')",
  'set role haas_owner',
])('the API may not: %s', async (statement, t) => {
  await expect((await logins(t)).api.unsafe(statement)).rejects.toMatchObject(DENIED);
});

test("every function runs as haas_owner, with a search path on which nobody's schema comes first", async (t) => {
  const { superuser } = await logins(t);
  const functions = await superuser`
    select proname::text as name, prosecdef as definer, proowner::regrole::text as owner,
        array_to_string(proconfig, ';') as settings, prosrc ~* '\\mexecute\\M' as dynamic
      from pg_proc where pronamespace = 'public'::regnamespace`;
  expect(functions.length).toBeGreaterThan(agentFunctions.length + apiFunctions.length);
  for (const found of functions) {
    expect(found).toMatchObject({ definer: true, owner: 'haas_owner', dynamic: false });
    expect(found['settings'], found['name']).toMatch(/^search_path=pg_catalog, (public, )?pg_temp$/);
  }
});

test('only those whom HaaS names connect to its databases', async (t) => {
  const databases = [await emptyDatabase(t), await testDatabase(t)];
  const superuser = connect(databases[0]?.superuserUrl ?? '', 'test', 1);
  t.onTestFinished(() => superuser.end());
  for (const { name } of databases) {
    const granted = await superuser`
      select a.grantee::regrole::text as grantee, string_agg(a.privilege_type, ' ' order by a.privilege_type) as privileges
        from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a where d.datname = ${name} group by 1`;
    expect(Object.fromEntries(granted.map(({ grantee, privileges }) => [grantee, privileges]))).toEqual({
      haas_owner: 'CONNECT CREATE TEMPORARY',
      haas_api: 'CONNECT',
      haas_agent: 'CONNECT',
    });
  }
});
