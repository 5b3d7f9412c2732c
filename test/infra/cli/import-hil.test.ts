import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { haas, homeFolder } from '../../support/command-line.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { offer, offerHeadnodes } from '../../support/headnodes.ts';
import { hilDatabase } from '../../support/hil-database.ts';
import { quickAgent } from '../../support/quick-agent.ts';
import { basic, makeWorld } from '../../support/world.ts';

const WITH_BMCS = ['tables', 'with-bmcs', 'site', 'nodes-with-bmcs', 'nodes'];
const WITH_OBMD = ['tables', 'with-obmd', 'site', 'nodes-with-obmd', 'nodes'];

/** An API whose agent does everything at once, a HIL, and the command with both. */
async function moving(t: TestContext, ...files: readonly string[]) {
  const w = await makeWorld(t);
  await quickAgent(w, { status: 'done', result: { port: { native: null, tagged: [], enabled: false }, changed: true } });
  await offerHeadnodes(w, { templates: [{ ...offer.templates[0], name: 'base-headnode', memory: 512, vcpus: 1, disk: 4 }] });
  const hil = await hilDatabase(t, ...files);
  const { url } = await apiOnSocket(t, w);
  const env = { HAAS_ENDPOINT: url, HAAS_USERNAME: 'root', HAAS_PASSWORD: 'correct horse', PGPASSWORD: hil.password };
  const command = (...options: string[]) => haas(['import-hil', '--from', hil.url, ...options], env);
  const get = async (path: string) => (await w.call('root', 'GET', path)).body;
  return { w, hil, env, command, get };
}

test('a HIL with BMCs inside is moved by a login that may only read: once, and again there is nothing to do', {
  timeout: 60_000,
}, async (t) => {
  const { w, hil, command, get } = await moving(t, ...WITH_BMCS);
  // A started headnode has a disk.
  await hil.sql`insert into headnode values (2, 'old-gate', 1, false, 'base-headnode', '00000000-0000-4000-8000-000000000002')`;
  // Python writes whole numbers of any length.
  await hil.sql`insert into metadata values (4, 'wwn', '{"id": 2305843009213693953, "lun": 1.0}', 2)`;
  // What the pool was configured with, and no switch knows.
  await hil.sql`insert into vlan (vlan_no, available) values (0, false), (4095, true)`;
  const dry = await command('--dry-run', '--verbose');
  expect(dry).toMatchObject({ code: 9 });
  expect(dry.out).toContain('2 projects, 2 users, 4 networks, 5 switches, 8 ports, 3 nodes, 5 NICs, 4 attachments, 2 headnodes');
  expect(dry.out).toContain('headnode 2 (old-gate) of project 1 (physics) was started');
  expect(dry.out).toContain('metadata 3 (note of node-02) is no JSON: it becomes a text');
  expect(dry.out).toContain('metadata 4 (wwn of node-02) has a number with more digits than HaaS keeps: it becomes a text');
  expect(dry.out).toContain('network 3 (public-net) has no row in network_projects: everybody may use it');
  expect(dry.out).toContain('HAAS_VLANS=100-110 ');
  expect(dry.out).not.toContain('VLAN 0 is taken');
  expect(dry.out).not.toContain('Ambiguous');
  expect(await get('/nodes/all')).toEqual([]);

  const moved = await command('--yes');
  expect(moved, moved.err).toMatchObject({ code: 0 });
  for (const { out, err } of [dry, moved]) {
    expect(out + err).not.toMatch(/secret-of|\$6\$/);
    expect(out + err).not.toContain(hil.password);
  }

  expect(await get('/node/node-01')).toMatchObject({
    project: 'physics',
    metadata: { rack: '"A7"', disks: '[{"size":4}]' },
    nics: [
      {
        label: 'eth0',
        macaddr: '52:54:00:00:00:01',
        switch: 'top',
        port: 'gi1/0/1',
        networks: { 'vlan/native': 'physics-net', 'vlan/107': 'public-net' },
      },
      { label: 'eth1', port: 'gi1/0/2', networks: { 'vlan/106': 'biology-net' } },
    ],
  });
  expect(await get('/node/node-02')).toMatchObject({
    project: 'biology',
    metadata: { note: '"plain text"', wwn: String.raw`"{\"id\": 2305843009213693953, \"lun\": 1.0}"` },
  });
  expect(await get('/node/node-03')).toMatchObject({
    project: null,
    nics: [
      { label: 'eth0', macaddr: '', switch: 'nexus-01', port: 'Ethernet1/3' },
      { label: 'eth1', macaddr: 'none', port: null },
    ],
  });
  expect(await get('/networks')).toMatchObject({
    'physics-net': { network_id: '105', projects: ['physics'], public: false },
    'biology-net': { network_id: '106', projects: ['biology', 'physics'] },
    'public-net': { network_id: '107', public: true },
    'provider-net': { network_id: '1200', projects: ['biology'], public: false },
  });
  expect(await get('/network/biology-net')).toMatchObject({ owner: 'biology' });
  expect(await get('/network/provider-net')).toMatchObject({ owner: 'admin' });
  expect(await get('/auth/basic/users')).toMatchObject({
    grace: { is_admin: true, projects: [] },
    linus: { is_admin: false, projects: ['biology', 'physics'] },
  });
  expect(await get('/switches')).toEqual(['dell-01', 'n3000-01', 'nexus-01', 'top', 'vdx-01']);
  expect(await get('/switch/nexus-01')).toMatchObject({ type: 'nexus', dummy_vlan: 2222, hostname: '10.0.0.2' });
  expect(await get('/switch/vdx-01')).toMatchObject({ type: 'brocade', interface_type: 'TenGigabitEthernet', tls: false });
  expect(await get('/headnode/gate')).toMatchObject({ project: 'physics', hnics: ['eth0'] });
  expect(await w.sql`select obm_type, obm_host from nodes order by label`).toEqual([
    { obm_type: 'ipmi', obm_host: '10.0.7.1' },
    { obm_type: 'ipmi', obm_host: '10.0.7.2' },
    { obm_type: 'mock', obm_host: 'mock.example' },
  ]);

  // With the passwords of before, one of which is as long as a block of the hash; then they are hashed as all are.
  const signIn = (user: string, password: string) =>
    w.call(null, 'GET', '/nodes/all', undefined, { authorization: basic(user, password) });
  expect((await signIn('linus', 'ba'.repeat(32))).status).toBe(401);
  expect((await signIn('linus', 'ab'.repeat(32))).status).toBe(200);
  expect((await signIn('grace', 'Grüße, Ada')).status).toBe(200);
  expect(await w.sql`select label from users where password_hash not like '$argon2id$%'`).toEqual([]);

  expect(await command('--yes')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to do.') });
});

test('a HIL with obmd is written as a layout that nobody else reads, for an agent that is named, and moved from there', async (t) => {
  const { w, hil, env, command, get } = await moving(t, ...WITH_OBMD);
  const [space] = await hil.sql`insert into metadata values (4, 'space', ${'" \\n"'}, 1) returning value`;
  expect(space).toEqual({ value: '" \\n"' });
  const file = join(await homeFolder(t), 'site.yaml');
  const written = await command('--out', file, '--agent', 'rack-1');
  expect(written).toMatchObject({ code: 0, err: '' });
  expect(written.out).toContain('the BMC of node-01 is enabled for users in HIL');
  expect(written.out).toContain('switch 7 (bridge): HIL drove Open vSwitch on its own machine');
  expect(written.out).not.toContain('secret-of');
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
  expect(await readFile(file, 'utf8')).toContain('secret-of-obmd-1');
  expect(await command('--out', file)).toMatchObject({ code: 1, err: expect.stringContaining('EEXIST') });
  const moved = await haas(['import', file, '--yes'], env);
  expect(moved, moved.err).toMatchObject({ code: 0 });
  expect(await w.sql`select obmd_uri from nodes order by label`).toEqual(
    [1, 2, 3].map((id) => ({ obmd_uri: `https://obmd.example/node/${id}` })),
  );
  expect(await get('/switch/os9-01')).toMatchObject({ type: 'dellnos9', interface_type: 'GigabitEthernet', transport: 'rest' });
  expect(await get('/switch/bridge')).toMatchObject({ type: 'ovs', hostname: 'localhost', ovs_bridge: 'br0' });
  const again = await command('--yes', '--json');
  expect(again, again.err).toMatchObject({ code: 0, err: expect.stringContaining('is enabled for users in HIL') });
  expect(JSON.parse(again.out)).toEqual({ created: 0, changed: 0, deleted: 0, left: [] });

  await hil.sql`update node set obmd_uri = 'https://u:secret-of-uri@obmd.example/node/1' || repeat('/', id::int - 1) where id < 3`;
  const shared = await command('--dry-run');
  expect(shared.code).toBe(5);
  expect(shared.out).toContain('node 1 (node-01) and node 2 (node-02) have one BMC');
  expect(shared.out + shared.err).not.toContain('secret-of');
});

test('what is ambiguous keeps everything from being moved, until it is mended or left out', async (t) => {
  const { hil, command, get } = await moving(t, ...WITH_BMCS, 'races');
  const before = await get('/site');
  const told = await command('--yes');
  expect(told).toMatchObject({ code: 5, err: expect.stringMatching(/nothing was changed: \d+ findings are ambiguous/) });
  expect(await get('/site')).toEqual(before);
  for (const said of [
    'project 101 (admin) is called as the administrators are',
    'user 100 (twin) and user 101 (twin) have one name',
    'user 102 (ke:ystone) has no password',
    'network 100 (granted-once) and network 101 (granted-twice) have one VLAN, 108',
    'network 102 (zeroed) has the id "0300"',
    "update network set network_id = '300' where id = 102",
    'network 103 (beyond) has the id "4096"',
    'network 104 (opened) belongs to project 1 (physics), and has no row in network_projects',
    'network 105 (disowned) may not be used by its own owner, project 1 (physics)',
    'network 106 (kept-by-switch) has VLAN 2222, which switch 2 (nexus-01) and switch 100 (nexus-again) keep for themselves',
    'switch 2 (nexus-01) and switch 100 (nexus-again) are at one address',
    'switch 103 (core) and switch 104 (core-again) are at one address',
    'network 107 (for-whom) has a row in network_projects without a project',
    'update network_projects set project_id = <project> where network_id = 107 and project_id is null',
    'network_projects has a row with project 2 (biology) and without a network',
    'switch 101 (strange) is of type http://example.org/switches/strange',
    'switch 102 (bare) is of type mock, and has no row in mock_switch',
    'port 101 (gi1/1/1 of top) and port 102 (gi1/1/1 of top) are one port',
    'port 111 (x of top) is called as no port of a mock switch is',
    'node 100 (two-nics-of-one-name) has nic 100 and nic 101, all called eth0',
    'nic 102 (eth0 of port-of-two-a) and nic 103 (eth0 of port-of-two-b) are cabled to one port, port 103',
    'nic 104 (eth0 of given-twice) is on network 4 (provider-net), which the project of its node, project 1 (physics), may not use',
    'nic 105 (eth0 of free-and-connected) is on network 3 (public-net), but its node is free',
    'hil port revert top gi1/1/5',
    'nic 106 (eth0 of channel-twice) carries several networks on channel vlan/native: network_attachment 102 and network_attachment 103',
    'nic 107 (eth0 of network-twice) is several times on network 1 (physics-net)',
    'nic 108 (eth0 of uncabled) is cabled to no port, and yet on a network',
    'networking_action 100 (modify_port to network 1 (physics-net)) of nic 109 (eth0 of hanging) is still pending',
    'node 109 (metadata-twice) has metadata 100 and metadata 101, all called rack',
    'node 110 (bmc-of-two-a) and node 111 (bmc-of-two-b) have one BMC, at 10.0.7.9',
    'node 112 (no-bmc) has a BMC that HaaS cannot reach: obm 112 is of type mock, and has no row in mock_obm',
    'nic 110 (eth0 of wrong-channel) is on network 1 (physics-net) by channel "vlan/999"',
    'node 114 (on-a-vlan-of-two), because of network 100 (granted-once)',
    'Beware: keep VLAN 108, 109, 110, 111, 300 and 2222 out of HAAS_VLANS',
    'Beware: on their networks there still are given-twice, free-and-connected, channel-twice,',
    'headnode 100 (double) and headnode 101 (double) have one name',
    'headnode 102 (two-interfaces) has several interfaces of one name: hnic 100 (eth0) and hnic 101 (eth0)',
    'hnic 102 (eth0) of headnode 103 (trespasser) is on network 4 (provider-net), which project 1 (physics) may not use',
    'node 115 (-named-like-an-option): name does not fit',
    'the pool says that VLAN 104 is taken, but no network has it',
    'the pool says that VLANs of network 1 (physics-net), network 100 (granted-once), network 101 (granted-twice),',
    'user_projects has a row with user null and project 1',
  ]) {
    expect(told.out).toContain(said);
  }

  const skipped = await command('--yes', '--skip-ambiguous');
  expect(skipped, skipped.err).toMatchObject({ code: 0, out: expect.stringContaining('Left out:\n') });
  // The nexus and what is cabled to it went with its twin.
  expect(await get('/nodes/all')).toEqual(['node-01', 'node-02']);
  expect(Object.keys(Object(await get('/networks')))).toEqual(['biology-net', 'physics-net', 'provider-net', 'public-net']);
  expect(await get('/projects')).toEqual(['biology', 'blue', 'chemistry', 'physics', 'red']);
  expect(Object.keys(Object(await get('/auth/basic/users')))).toEqual(['ada', 'bob', 'grace', 'linus', 'root']);

  await hil.sql`delete from nexus where id = 100`;
  await hil.sql`delete from switch where id = 100`;
  expect(await command('--yes', '--skip-ambiguous')).toMatchObject({ code: 0 });
  expect(await get('/nodes/all')).toEqual(['node-01', 'node-02', 'node-03']);
});

test('a database that cannot be read, or is none of HIL, is told without its password', async (t) => {
  const hil = await hilDatabase(t, 'tables', 'with-bmcs');
  const env = { PGPASSWORD: hil.password };
  const from = async (url: string | undefined, more: Record<string, string> = env) => {
    const said = await haas(['import-hil', '--out', '/nowhere/site.yaml', ...(url === undefined ? [] : ['--from', url])], more);
    expect(said.out + said.err).not.toContain('a-secret');
    return said;
  };
  const withPassword = (password: string) => hil.url.replace('@', `:${password}@`);
  expect(await from(undefined)).toMatchObject({ code: 2, err: expect.stringContaining('HAAS_HIL_URL') });
  expect(await from('mysql://u:a-secret@x/y')).toMatchObject({ code: 2, err: expect.stringContaining('must be like') });
  expect(await from('postgres://u:a-secret@[x/y')).toMatchObject({ code: 2 });
  expect(await from('postgres://u:a-secret@127.0.0.1:3/hil')).toMatchObject({
    code: 7,
    err: expect.stringMatching(/others on this machine can read a password[\s\S]*ECONNREFUSED/),
  });
  expect(await from(withPassword('a-secret'))).toMatchObject({ code: 3, err: expect.stringContaining('28P01') });
  expect(await from(undefined, { HAAS_HIL_URL: withPassword('a-secret') })).toMatchObject({ code: 3 });
  // As it stands in hil.cfg, and with an empty site.
  expect(await from(hil.url.replace('postgres:', 'postgresql+psycopg2:'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('/nowhere/site.yaml cannot be written'),
  });

  await hil.sql`insert into "user" values (1, 'grace', null, 'a-secret')`.catch(() => undefined);
  await hil.sql`alter table "user" alter is_admin drop not null`;
  await hil.sql`insert into "user" values (1, 'grace', null, 'a-secret')`;
  expect(await from(hil.url)).toMatchObject({ code: 1, err: expect.stringContaining('table user, row 1, column is_admin') });
  await hil.sql`delete from "user"`;
  // Somebody has mended it by hand, without its foreign keys.
  await hil.sql`alter table port drop constraint port_owner_id_fkey`;
  await hil.sql`insert into port values (1, 'gi1/0/1', 7)`;
  expect(await from(hil.url)).toMatchObject({ code: 1, err: expect.stringContaining('refers to switch 7, which is not there') });
  await hil.sql`revoke pg_read_all_data from ${hil.sql(new URL(hil.url).username)}`;
  expect(await from(hil.url)).toMatchObject({ code: 3, err: expect.stringContaining('grant select on all tables') });
  await hil.sql`alter table node add obmd_uri text, add obmd_admin_token text`;
  expect(await from(hil.url)).toMatchObject({ code: 2, err: expect.stringContaining('half upgraded') });
  await hil.sql`drop table networking_action`;
  expect(await from(hil.url)).toMatchObject({ code: 2, err: expect.stringContaining('it has no table networking_action') });
});
