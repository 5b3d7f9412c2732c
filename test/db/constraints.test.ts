import { describe, expect, type TestContext, test } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { testDatabase } from '../support/database.ts';

// Two requests will race: what must never be in the database, the database itself refuses, whatever a program has checked.

interface Rules {
  readonly superuser: Connection;
  readonly api: Connection;
}

/**
 * Two of everything, with ids 1 and 2: projects, networks of the first project, nodes, NICs, ports of two switches.
 * Network 1 has VLAN 100 and is on NIC 1, untagged; NIC 1 is on port 1.
 */
async function rules(t: TestContext): Promise<Rules> {
  const database = await testDatabase(t);
  const [superuser, api] = [connect(database.superuserUrl, 'test', 1), connect(database.apiUrl, 'test', 1)];
  t.onTestFinished(async () => {
    for (const connection of [superuser, api]) await connection.end();
  });
  await superuser.unsafe(`
    insert into projects (label) values ('blue'), ('red');
    insert into agents (label, login, public_key) values ('rack-1', 'haas_agent_rack_1', '{}'), ('rack-2', 'haas_agent_rack_2', '{}'), ('rack-3', 'haas_agent_rack_3', '{}');
    insert into users (label, password_hash) values ('ada', ''), ('bob', '');
    insert into devices (label, agent_id) values ('switch/sw-1', 1), ('switch/sw-2', 1), ('switch/sw-3', 1);
    insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed)
      values ('sw-1', 'mock', 1, 1, 'mock', 1, '{}', ''), ('sw-2', 'nexus', 2, 2, 'sw-2.test', 22, '{}', '');
    insert into ports (switch_id, label) values (1, 'gi1/0/1'), (2, 'gi1/0/1');
    insert into nodes (label, project_id, obmd_uri, obmd_token) values ('n1', 1, '', ''), ('n2', null, '', '');
    insert into nics (node_id, label, mac_address, port_id) values (1, 'eth0', '', 1), (2, 'eth0', '', null);
    insert into networks (label, owner_id) values ('lan', 1), ('wan', 1);
    insert into attachments values (1, 1, 'vlan/native');
    insert into network_access values (1, 1);
    insert into project_members values (1, 1);
    insert into node_metadata values (1, 'rack', '"12"');
    ${headnode('head', 1)};
    insert into hnics (headnode_id, label, mac_address, network_id) values (1, 'eth0', '52:54:00:00:00:01', 2);
    update vlans set network_id = 1, pooled = true where id = 100;
    update vlans set reserved = true where id = 1;
    insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
      values ('${command(1)}', 1, 1, 1, 'port.set', '', now()), ('${command(2)}', 1, 1, 2, 'port.set', '', now());
    insert into networking_actions (id, nic_id, change, channel, vlans) values ('${command(1)}', 1, 'connect', 'vlan/native', '{}');
    insert into consoles (node_id, project_id) values (1, 1);
    insert into consoles (node_id, released_at, logging) values (2, now(), false);
    insert into consoles (headnode_id, project_id) values (1, 2);
    insert into console_chunks values (1, 1, now(), 'login: ');
    ${token(1)};
    insert into failed_logins values ('ada', '10.0.0.1', 1, now());
    insert into idempotency_keys (caller, key, request) values ('user/1', 'k', '');
    insert into audit (event, seq, hash) values ('node_register', 1, 'x');
    insert into audit (event) values ('node_register');
  `);
  return { superuser, api };
}

function command(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}

function token(number: number, label = 'ci', hash = 'hash'): string {
  return `insert into api_tokens (id, user_id, label, hash) values ('${command(number)}', 1, '${label}', '${hash}')`;
}

const action = (id: number, nic: number, change = 'connect') =>
  `insert into networking_actions (id, nic_id, change, channel, vlans) values ('${command(id)}', ${nic}, '${change}', 'vlan/native', '{}')`;
const order = (columns: string, values: string) =>
  `insert into commands (id, agent_id, device_id, kind, signed, not_after, ${columns}) values ('${command(3)}', 1, 1, '', '', now(), ${values})`;
const node = (columns: string, values: string) => `insert into nodes (label, ${columns}) values ('n3', ${values})`;
const sw = (label: string, device: number, port = 1, idle = 'shut') =>
  `insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed, idle)
    values ('${label}', 'mock', ${device}, 1, 'mock', ${port}, '{}', '', '${idle}')`;

const headnode = (label: string, number: number, memory = 512) =>
  `insert into headnodes (label, project_id, agent_id, uuid, base_image, memory, vcpus, disk)
    values ('${label}', 2, 3, '${command(number)}', 'tiny', ${memory}, 1, 1)`;
const hnic = (label: string, mac: string) =>
  `insert into hnics (headnode_id, label, mac_address) values (1, '${label}', '52:54:00:00:00:${mac}')`;

/** What is refused, and by which constraint; what the API has no right to is tried as the superuser. */
const refused: [what: string, statement: string, constraint: string, as?: keyof Rules][] = [
  ['a second VLAN of a network', 'update vlans set network_id = 1 where id = 101', 'vlans_network'],
  ['a reserved VLAN of a network', 'update vlans set network_id = 2 where id = 1', 'a_reserved_vlan_is_no_networks'],
  [
    'keeping the VLAN of a network for a switch',
    'update vlans set reserved = true where id = 100',
    'a_reserved_vlan_is_no_networks',
  ],
  ['a second row of a VLAN', 'insert into vlans (id) values (100)', 'vlans_pkey', 'superuser'],
  ['VLAN 0', 'insert into vlans (id) values (0)', 'vlan_id_is_legal', 'superuser'],
  ['VLAN 4095', 'insert into vlans (id) values (4095)', 'vlan_id_is_legal', 'superuser'],
  ['a second NIC on a port', 'update nics set port_id = 1 where id = 2', 'nics_port'],
  [
    'a second network on a channel',
    "insert into attachments values (1, 2, 'vlan/native')",
    'attachments_nic_channel',
    'superuser',
  ],
  [
    'a network twice on a NIC',
    "insert into attachments values (1, 1, 'vlan/100')",
    'attachments_nic_id_network_id_pk',
    'superuser',
  ],
  ['a channel without a VLAN', "insert into attachments values (2, 1, 'vlan/')", 'channel_is_known', 'superuser'],
  ['a channel that only begins well', "insert into attachments values (2, 1, 'vlan/1x')", 'channel_is_known', 'superuser'],
  ['a second unfinished action of a NIC', action(2, 1), 'one_unfinished_action_per_nic'],
  ['an action that nobody knows', action(2, 2, 'swap'), 'change_is_known'],
  [
    "opening a project's network to all",
    'update networks set is_public = true where id = 1',
    'only_the_administrator_opens_a_network_to_all',
  ],
  [
    'giving a public network to a project',
    "with w as (insert into networks (label, is_public) values ('open', true)) insert into networks (label, is_public, owner_id) values ('taken', true, 2)",
    'only_the_administrator_opens_a_network_to_all',
  ],
  ['a node without a BMC', node('project_id', '1'), 'one_way_to_the_bmc'],
  ['a node with half of an obmd', node('obmd_uri', "''"), 'one_way_to_the_bmc'],
  [
    'a node with two ways to its BMC',
    node('agent_id, obmd_uri, obmd_token, obm_type, obm_host, obm_port, obm_sealed', "1, '', '', 'ipmi', '', 623, ''"),
    'one_way_to_the_bmc',
  ],
  [
    'a node whose BMC no agent reaches',
    node('obm_type, obm_host, obm_port, obm_sealed', "'ipmi', '', 623, ''"),
    'one_way_to_the_bmc',
  ],
  [
    'two nodes at one BMC',
    "insert into nodes (label, agent_id, obm_type, obm_host, obm_port, obm_sealed) values ('n3', 1, 'ipmi', 'h', 623, ''), ('n4', 1, 'ipmi', 'h', 623, '')",
    'nodes_bmc_address',
  ],
  ['a node with half of a BMC', node('agent_id, obm_type, obm_host, obm_port', "1, 'ipmi', '', 623"), 'one_way_to_the_bmc'],
  ['a status that there is not', order('seq, status, finished_at', "3, 'perfect', now()"), 'status_is_known'],
  ['a command that is done and has no time', order('seq, status', "3, 'done'"), 'finished_has_a_time'],
  ['a command that is queued and finished', order('seq, finished_at', '3, now()'), 'finished_has_a_time'],
  ['a failure without a reason', order('seq, status, finished_at', "3, 'failed', now()"), 'refusal_has_a_reason'],
  ['a doubt without a reason', order('seq, status, finished_at', "3, 'unknown', now()"), 'refusal_has_a_reason'],
  ['a refusal without a reason', order('seq, status, finished_at', "3, 'refused', now()"), 'refusal_has_a_reason'],
  [
    'a waiting command of nobody',
    `update commands set agent_id = null where id = '${command(1)}'`,
    'unfinished_has_an_agent',
    'superuser',
  ],
  ['a place in the order twice', order('seq', '2'), 'commands_device_seq'],
  ['half a lease', "update devices set lease_holder = 'w'", 'lease_is_whole', 'superuser'],
  ['a switch at no port of TCP', sw('sw-3', 3, 65536), 'port_is_tcp'],
  ['an idle port that is neither up nor shut', sw('sw-3', 3, 1, 'down'), 'idle_is_known'],
  ['the same, for one port', "update ports set idle = 'down'", 'port_idle_is_known'],
  [
    'two names of one switch',
    "update switches set type = 'nexus', hostname = 'sw-2.test', port = 22 where id = 1",
    'switches_address',
  ],
  ['two switches that are one device', sw('sw-3', 1), 'switches_device'],
  ['two ports of one name on a switch', "insert into ports (switch_id, label) values (1, 'gi1/0/1')", 'ports_switch_label'],
  ['two NICs of one name on a node', "insert into nics (node_id, label, mac_address) values (1, 'eth0', '')", 'nics_node_label'],
  ['two values of one thing about a node', "insert into node_metadata values (1, 'rack', '1')", 'node_metadata_node_id_label_pk'],
  ['two tokens of a user by one name', token(2, 'ci', 'other'), 'api_tokens_user_label'],
  ['one token twice', token(2, 'other'), 'api_tokens_hash_unique'],
  [
    'failures of one name from one address counted twice',
    "insert into failed_logins values ('ada', '10.0.0.1', 1, now())",
    'failed_logins_login_address_pk',
  ],
  [
    'one key for two requests of a caller',
    "insert into idempotency_keys (caller, key, request) values ('user/1', 'k', 'another')",
    'idempotency_keys_caller_key_pk',
  ],
  ['two entries of the audit in one place', "update audit set seq = 1, hash = 'y' where seq is null", 'audit_seq'],
  ['an entry of the audit with a place and no hash', 'update audit set seq = 2 where seq is null', 'chained_is_whole'],
  ['a signature without a place', "update audit set signature = 'x' where seq is null", 'only_the_chained_is_signed'],
  ['a quota below nothing', 'update projects set max_nodes = 5, max_networks = -1 where id = 1', 'quota_is_a_number'],
  [
    'more nodes than the quota of the project',
    'update projects set max_nodes = 1 where id = 1; update nodes set project_id = 1 where id = 2',
    'project_nodes_quota',
  ],
  [
    'a new node beyond the quota',
    `update projects set max_nodes = 1 where id = 1; ${node('project_id, obmd_uri, obmd_token', "1, '', ''")}`,
    'project_nodes_quota',
  ],
  [
    'more networks than the quota of the project',
    "update projects set max_networks = 1 where id = 1; insert into networks (label, owner_id) values ('man', 1)",
    'project_networks_quota',
  ],
  [
    'more headnodes than the quota of the project',
    `update projects set max_headnodes = 1 where id = 2; ${headnode('x', 2)}`,
    'project_headnodes_quota',
  ],
  ['a member twice', 'insert into project_members values (1, 1)', 'project_members_user_id_project_id_pk'],
  ['access twice', 'insert into network_access values (1, 1)', 'network_access_network_id_project_id_pk'],
  ['two projects of one name', "insert into projects (label) values ('blue')", 'projects_label_unique'],
  ['two networks of one name', "insert into networks (label) values ('lan')", 'networks_label_unique'],
  ['two nodes of one name', "insert into nodes (label, obmd_uri, obmd_token) values ('n1', '', '')", 'nodes_label_unique'],
  ['two switches of one name', sw('sw-1', 3), 'switches_label_unique'],
  ['two users of one name', "insert into users (label, password_hash) values ('ada', '')", 'users_label_unique'],
  ['two agents of one name', "insert into agents (label, login, public_key) values ('rack-1', 'x', '{}')", 'agents_label_unique'],
  [
    'two agents of one login',
    "insert into agents (label, login, public_key) values ('x', 'haas_agent_rack_1', '{}')",
    'agents_login_unique',
  ],
  ['two devices of one name', "insert into devices (label) values ('switch/sw-1')", 'devices_label_unique'],
  ['two headnodes of one name', headnode('head', 2), 'headnodes_label_unique'],
  ['two headnodes of one UUID', headnode('x', 1), 'headnodes_uuid'],
  ['a headnode without memory', headnode('x', 2, 0), 'headnode_has_a_size'],
  ['two NICs of one name on a headnode', hnic('eth0', '02'), 'hnics_headnode_label'],
  ['two NICs of headnodes with one MAC address', hnic('eth1', '01'), 'hnics_mac_address'],
  ['a MAC address in capitals', hnic('eth1', 'AB'), 'hnic_mac_address_is_canonical'],
  [
    'an action of a headnode that nobody knows',
    `insert into headnode_actions values ('${command(2)}', 1, 'head', 2, 'reboot')`,
    'headnode_action_is_known',
  ],
  ['a second console of a headnode', 'insert into consoles (headnode_id) values (1)', 'one_console_per_headnode'],
  ['a console of nothing', 'insert into consoles (project_id) values (1)', 'console_is_of_one_machine'],
  ['deleting a network that a headnode is on', 'delete from networks where id = 2', 'hnics_network_id_networks_id_fk'],
  [
    'a session of an obmd that there is not',
    "update nodes set obmd_uri = null, obmd_token = null, obm_type = 'ipmi', obm_host = '', obm_port = 623, obm_sealed = '', agent_id = 1, obmd_session = '' where id = 2",
    'obmd_is_enabled_by_a_token',
  ],
  ['an obmd that is enabled without a token', 'update nodes set obm_enabled = true', 'obmd_is_enabled_by_a_token'],
  ['a token of an obmd that is not enabled', "update nodes set obmd_session = ''", 'obmd_is_enabled_by_a_token'],
  [
    'an action of a node that nobody knows',
    `insert into node_actions values ('${command(2)}', 1, 'power_up')`,
    'action_is_known',
  ],
  ['a second console of a reservation', 'insert into consoles (node_id) values (1)', 'one_console_per_reservation'],
  ['a console whose state nobody knows', "update consoles set state = 'lost'", 'console_state_is_known'],
  ['logging a console that was released', 'update consoles set logging = true', 'released_is_not_logging'],
  ['half a writer', "update consoles set writer = 'ada'", 'writer_is_whole'],
  ['output that says nothing', "insert into console_chunks values (1, 2, now(), '')", 'a_gap_has_no_data', 'superuser'],
  ['a gap with output', "insert into console_chunks values (1, 2, now(), 'x', 'lost')", 'a_gap_has_no_data', 'superuser'],
  [
    'a place in a log twice',
    "insert into console_chunks values (1, 1, now(), 'x')",
    'console_chunks_console_id_seq_pk',
    'superuser',
  ],
  ['deleting a project that has a node', 'delete from projects where id = 1', 'nodes_project_id_projects_id_fk'],
  ['deleting a network that a NIC is on', 'delete from networks where id = 1', 'attachments_network_id_networks_id_fk'],
  ['deleting a node that has a NIC', 'delete from nodes where id = 1', 'nics_node_id_nodes_id_fk'],
  ['deleting a port that a NIC is on', 'delete from ports where id = 1', 'nics_port_id_ports_id_fk'],
  ['deleting a switch that has a port', 'delete from switches where id = 1', 'ports_switch_id_switches_id_fk'],
  ['deleting an agent that has a switch', 'delete from agents where id = 2', 'switches_agent_id_agents_id_fk'],
  ['deleting an agent that has a headnode', 'delete from agents where id = 3', 'headnodes_agent_id_agents_id_fk'],
];

describe('Postgres refuses', () => {
  test.for(refused)('%s', async ([, statement, constraint, as], t) => {
    const connection = (await rules(t))[as ?? 'api'];
    await expect(connection.unsafe(statement)).rejects.toMatchObject({
      code: expect.stringMatching(/^23/),
      constraint_name: constraint,
    });
  });
});

describe('Postgres takes', () => {
  test.for([
    ['the next network on another channel', "insert into attachments values (1, 2, 'vlan/4094')"],
    ['an unfinished action of another NIC', action(2, 2)],
    [
      'the next action of a NIC when the last one has finished',
      `update networking_actions set finished_at = now(); ${action(2, 1)}`,
    ],
    ["a public network of the administrator's", "insert into networks (label, is_public) values ('open', true)"],
    ['a node with obmd', node('obmd_uri, obmd_token', "'', ''")],
    ['a node with a BMC of an agent', node('agent_id, obm_type, obm_host, obm_port, obm_sealed', "1, 'ipmi', '', 623, ''")],
    ['an obmd that is enabled by a token', "update nodes set obm_enabled = true, obmd_session = 'x' where id = 1"],
    ['a console after one that was released', 'insert into consoles (node_id) values (2)'],
    ['output and gaps', "insert into console_chunks values (1, 2, now(), 'x', null), (1, 3, now(), '', 'lost')"],
    ['a place in the order of another device', 'update commands set device_id = 2, seq = 1 where seq = 2'],
    ['a quota that is less than the project has', 'update projects set max_nodes = 0, max_networks = 1 where id = 1'],
    [
      'what a quota has room for, and what another limits',
      `update projects set max_nodes = 2, max_networks = 0 where id = 1; update nodes set project_id = 1 where id = 2; ${headnode('x', 2)}`,
    ],
    [
      'what is given beyond quotas',
      "update projects set max_nodes = 0 where id = 1; begin; set local haas.beyond_quotas = 'on'; update nodes set project_id = 1 where id = 2; commit",
    ],
    ['any number of NICs on no port', 'update nics set port_id = null'],
    [
      'a VLAN that changes hands',
      'update vlans set network_id = null where id = 100; update vlans set network_id = 2 where id = 100',
    ],
  ] as const)('%s', async ([, statement], t) => {
    await (await rules(t)).superuser.unsafe(statement);
  });

  test('every VLAN id once, before anybody asks for one', async (t) => {
    const database = await testDatabase(t);
    const sql = connect(database.apiUrl, 'test', 1);
    t.onTestFinished(() => sql.end());
    const [vlans] = await sql`select count(*)::int as count, min(id), max(id), bool_or(pooled or reserved) as taken from vlans`;
    expect(vlans).toEqual({ count: 4094, min: 1, max: 4094, taken: false });
  });
});

test('no constraint or unique index is without a test here', async (t) => {
  const { superuser } = await rules(t);
  const names = await superuser`
    select conname::text as name from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'u') or conrelid::regclass::text = 'attachments' and contype = 'p'
    union select indexrelid::regclass::text from pg_index where indisunique and indpred is not null`;
  const tested = new Set(refused.map(([, , constraint]) => constraint));
  expect(names.map(({ name }) => String(name)).filter((name) => !tested.has(name))).toEqual([]);
});
