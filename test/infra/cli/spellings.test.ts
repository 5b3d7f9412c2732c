import { describe, expect, test } from 'vitest';
import { operations as served } from '../../../functions/operations.ts';
import { readOperations } from '../../../infra/cli/document.ts';
import { spellingsOf } from '../../../infra/cli/predecessor.ts';
import { haas, recordingServer } from '../../support/command-line.ts';

const operations = readOperations();
const spellings = spellingsOf(operations);

/** What a word of the command line stands for in a request. */
const understood = (kind: string, text: string): unknown => {
  if (kind === 'number') return Number(text);
  if (kind === 'boolean') return text === 'true';
  return kind === 'json' ? JSON.parse(text) : text;
};

test('every operation has a command of its id, and one in a group that no other has', () => {
  expect(operations.map(({ id }) => id).sort()).toEqual(served.map(({ id }) => id).sort());
  for (const kind of ['id', 'grouped']) {
    expect(
      spellings
        .filter((each) => each.kind === kind)
        .map(({ operation }) => operation.id)
        .sort(),
    ).toEqual(operations.map(({ id }) => id).sort());
  }
  const names = spellings.map(({ words }) => words.join(' '));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  const grouped = spellings.filter(({ kind }) => kind === 'grouped').map(({ words }) => words.join(' '));
  expect(grouped.filter((name) => grouped.some((other) => other.startsWith(`${name} `)))).toEqual([]);
  expect(grouped.filter((name) => !name.includes(' '))).toEqual([]);
  expect(grouped).toEqual(
    expect.arrayContaining([
      'project node list',
      'node show',
      'user project add',
      'node power cycle',
      'node network connect',
      'node console log list',
      'networking-action show',
      'headnode console start',
      'switch port register',
      'token list',
    ]),
  );
});

test('no field is called like an option of every command, which would hide it', () => {
  const reserved = new Set(['endpoint', 'login', 'token', 'json', 'jsonout', 'wait', 'timeout', 'data', 'help', 'version']);
  const fields = operations.flatMap((operation) => operation.fields.filter((field) => field.in !== 'path' && !field.isRequired));
  expect(fields.filter(({ name }) => reserved.has(name))).toEqual([]);
});

test('each command in both spellings sends the request of its operation', async (t) => {
  const { url, received } = await recordingServer(t);
  for (const { words, operation, form, kind } of spellings) {
    // Those with a meaning of their own have a test of their own.
    if (kind === 'alias' || form.fields) continue;
    const given = form.places.filter(({ isOptional }) => !isOptional).map((place) => place.example ?? place.name);
    const { code, err } = await haas([...words, ...given], { HAAS_ENDPOINT: url });
    expect({ words, code, err }).toEqual({ words, code: 0, err: '' });

    const values = new Map(form.places.map(({ name }, at) => [name, given[at]]));
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values.get(name) ?? ''));
    const required = operation.fields.filter(
      (field) => field.in === 'body' && values.has(field.name) && values.get(field.name) !== undefined,
    );
    const body = Object.fromEntries(
      required.map(({ name, kind: type }) => {
        const value = values.get(name) ?? '';
        return [name, type === 'list' ? [value] : understood(type, value)];
      }),
    );
    const sent = received.at(-1);
    expect({ words, method: sent?.method, path: sent?.path.replace(/[?&]limit=1000$/, '') }).toEqual({
      words,
      method: operation.method,
      path,
    });
    expect(sent?.body === '' ? {} : JSON.parse(sent?.body ?? '')).toEqual(
      operation.id === 'network_create' ? { ...body, access: body['owner'], net_id: '' } : body,
    );
  }
});

describe('what the predecessor understood is understood', () => {
  const NET = { owner: 'blue', access: 'blue', net_id: '' };
  const cases: [command: string, method: string, path: string, body?: unknown][] = [
    ['user_create eve secret admin', 'PUT', '/auth/basic/user/eve', { password: 'secret', is_admin: true }],
    ['user_create eve secret regular', 'PUT', '/auth/basic/user/eve', { password: 'secret', is_admin: false }],
    ['user create eve secret', 'PUT', '/auth/basic/user/eve', { password: 'secret' }],
    ['user_set_admin eve regular', 'PATCH', '/auth/basic/user/eve', { is_admin: false }],
    ['user set-admin eve admin', 'PATCH', '/auth/basic/user/eve', { is_admin: true }],
    ['user admin set eve regular', 'PATCH', '/auth/basic/user/eve', { is_admin: false }],
    ['network attachment list net', 'GET', '/network/net/attachments?limit=1000'],
    ['headnode nic delete h1 eth0', 'DELETE', '/headnode/h1/hnic/eth0'],
    ['port register s1 gi1/0/5', 'PUT', '/switch/s1/port/gi1%2F0%2F5'],
    ['port_delete s1 gi1/0/5', 'DELETE', '/switch/s1/port/gi1%2F0%2F5'],
    ['port nic remove s1 gi1/0/5', 'POST', '/switch/s1/port/gi1%2F0%2F5/detach_nic'],
    ['user_add_project ada blue', 'POST', '/auth/basic/user/ada/add_project', { project: 'blue' }],
    ['network_create net blue blue ""', 'PUT', '/network/net', NET],
    ['network_create net admin "" 7', 'PUT', '/network/net', { owner: 'admin', access: '', net_id: '7' }],
    ['network create net blue', 'PUT', '/network/net', NET],
    ['network create net admin --access blue --net-id 7', 'PUT', '/network/net', { owner: 'admin', access: 'blue', net_id: '7' }],
    ['network_create_simple net blue', 'PUT', '/network/net', NET],
    ['network_grant_project_access blue net', 'PUT', '/network/net/access/blue'],
    ['network grant-access net blue', 'PUT', '/network/net/access/blue'],
    ['network_revoke_project_access blue net', 'DELETE', '/network/net/access/blue'],
    ['network revoke-access net blue', 'DELETE', '/network/net/access/blue'],
    ['list_network_attachments net all', 'GET', '/network/net/attachments?limit=1000'],
    ['list_network_attachments net blue', 'GET', '/network/net/attachments?project=blue&limit=1000'],
    ['network list-attachments net --project blue', 'GET', '/network/net/attachments?project=blue&limit=1000'],
    [
      'node_register n1 ipmi 10.0.0.1 root calvin',
      'PUT',
      '/node/n1',
      { obm: { type: 'ipmi', host: '10.0.0.1', user: 'root', password: 'calvin' } },
    ],
    [
      'node register n1 https://obmd.test/node/n1 t0ken',
      'PUT',
      '/node/n1',
      { obmd: { uri: 'https://obmd.test/node/n1', admin_token: 't0ken' } },
    ],
    [
      'node_connect_network n1 eth0 net vlan/native',
      'POST',
      '/node/n1/nic/eth0/connect_network',
      { network: 'net', channel: 'vlan/native' },
    ],
    ['node network connect n1 eth0 net', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'net' }],
    ['node network detach n1 eth0 net', 'POST', '/node/n1/nic/eth0/detach_network', { network: 'net' }],
    ['node_power_cycle n1 --no-force', 'POST', '/node/n1/power_cycle', { force: false }],
    ['node power cycle --force --limit 5 n1', 'POST', '/node/n1/power_cycle', { force: true, limit: 5 }],
    ['node bootdev n1 pxe', 'PUT', '/node/n1/boot_device', { bootdev: 'pxe' }],
    ['node bootdev set n1 pxe --persistent', 'PUT', '/node/n1/boot_device', { bootdev: 'pxe', persistent: true }],
    ['node obm enable n1', 'PUT', '/node/n1/obm', { enabled: true }],
    ['node obm disable n1', 'PUT', '/node/n1/obm', { enabled: false }],
    ['node_enable_disable_obm n1 false', 'PUT', '/node/n1/obm', { enabled: false }],
    ['node nic register n1 eth0 52:54:00:12:34:56', 'PUT', '/node/n1/nic/eth0', { macaddr: '52:54:00:12:34:56' }],
    ['node metadata add n1 rack 7', 'PUT', '/node/n1/metadata/rack', { value: '7' }],
    ['metadata_set n1 rack A7', 'PUT', '/node/n1/metadata/rack', { value: 'A7' }],
    ['node_set_metadata n1 rack --data {"value":[1]}', 'PUT', '/node/n1/metadata/rack', { value: [1] }],
    ['metadata_delete n1 rack', 'DELETE', '/node/n1/metadata/rack'],
    ['list_nodes free', 'GET', '/nodes/free?limit=1000'],
    ['list_free_nodes', 'GET', '/nodes/free?limit=1000'],
    ['project node add blue n1', 'POST', '/project/blue/connect_node', { node: 'n1' }],
    ['project node remove blue n1', 'POST', '/project/blue/detach_node', { node: 'n1' }],
    ['project list-networks blue', 'GET', '/project/blue/networks?limit=1000'],
    ['project power blue cycle n1 n2 --pxe', 'POST', '/project/blue/power', { action: 'cycle', nodes: ['n1', 'n2'], pxe: true }],
    [
      'switch_register s1 nexus 10.0.0.2 admin calvin 4000',
      'PUT',
      '/switch/s1',
      { type: 'nexus', hostname: '10.0.0.2', username: 'admin', password: 'calvin', dummy_vlan: '4000' },
    ],
    [
      'switch register s1 brocade h u p TenGigabitEthernet --agent rack-1',
      'PUT',
      '/switch/s1',
      { type: 'brocade', hostname: 'h', username: 'u', password: 'p', interface_type: 'TenGigabitEthernet', agent: 'rack-1' },
    ],
    ['switch_register s1 mock h u p', 'PUT', '/switch/s1', { type: 'mock', hostname: 'h', username: 'u', password: 'p' }],
    ['switch_register s1 ovs {"hostname":"h","port":6640}', 'PUT', '/switch/s1', { type: 'ovs', hostname: 'h', port: 6640 }],
    [
      'switch_register s1 sonic h u p --port 8443 --no-tls',
      'PUT',
      '/switch/s1',
      { type: 'sonic', hostname: 'h', username: 'u', password: 'p', port: 8443, tls: false },
    ],
    ['port_register s1 Ethernet1/3', 'PUT', '/switch/s1/port/Ethernet1%2F3'],
    ['port delete s1 Ethernet1/3', 'DELETE', '/switch/s1/port/Ethernet1%2F3'],
    ['port nic add s1 gi1/0/5 n1 eth0', 'POST', '/switch/s1/port/gi1%2F0%2F5/connect_nic', { node: 'n1', nic: 'eth0' }],
    ['port_detach_nic s1 gi1/0/5', 'POST', '/switch/s1/port/gi1%2F0%2F5/detach_nic'],
    ['port show s1 gi1/0/5', 'GET', '/switch/s1/port/gi1%2F0%2F5'],
    ['headnode_create h1 blue debian-12', 'PUT', '/headnode/h1', { project: 'blue', base_img: 'debian-12' }],
    [
      'headnode create h1 blue tiny --memory 512 --ssh-keys a --ssh-keys b',
      'PUT',
      '/headnode/h1',
      { project: 'blue', base_img: 'tiny', memory: 512, ssh_keys: ['a', 'b'] },
    ],
    ['audit --actor ada --since 2026-03-02T09:30:00Z', 'GET', '/audit?actor=ada&since=2026-03-02T09%3A30%3A00Z&limit=1000'],
    ['project audit blue --limit 7', 'GET', '/project/blue/audit?limit=7'],
    ['node as-of n1', 'GET', '/node/n1/as_of'],
    ['headnode list blue', 'GET', '/project/blue/headnodes?limit=1000'],
    ['headnode list-images', 'GET', '/headnode_images?limit=1000'],
    ['headnode nic create h1 eth0', 'PUT', '/headnode/h1/hnic/eth0'],
    ['headnode_detach_network h1 eth0', 'POST', '/headnode/h1/hnic/eth0/detach_network'],
    ['networking-action show 7', 'GET', '/networking_action/7'],
    ['show_console n1', 'GET', '/node/n1/console'],
    ['--jsonout project list', 'GET', '/projects?limit=1000'],
    ['node_register ä%20/ --data {}', 'PUT', '/node/%C3%A4%2520%2F', {}],
  ];

  test('in words and order', async (t) => {
    const { url, received } = await recordingServer(t);
    for (const [command, method, path, body] of cases) {
      const words = command.split(' ').map((word) => (word === '""' ? '' : word));
      const { code, err } = await haas(words, { HAAS_ENDPOINT: url });
      const sent = received.at(-1);
      expect({
        command,
        code,
        err,
        method: sent?.method,
        path: sent?.path,
        body: sent?.body === '' ? undefined : JSON.parse(sent?.body ?? ''),
      }).toEqual({ command, code: 0, err: '', method, path: `/v0${path}`, body });
    }
    const tried = new Set(cases.map(([command]) => command));
    const untried = spellings.filter(
      ({ kind, form, words }) =>
        (kind === 'alias' || form.fields) && ![...tried].some((each) => each.startsWith(words.join(' '))),
    );
    expect(untried.map(({ words }) => words.join(' '))).toEqual([]);
  });
});

test.each([
  ['node network connect n1', /<nic>, <network> is missing/],
  ['node power cycle n1 --force --data {}', /--data is the whole body: force/],
  ['node_power_cycle n1 --limit many', /limit must be a number, not many/],
  ['list_nodes some', /is_free.*free or all|must be free/],
  ['user_create eve secret root', /role.*admin or regular/],
  ['user_create eve secret admin --is-admin', /is_admin is given twice/],
  ['node_register n1 ipmi', /<host> is missing/],
  ['switch_register s1 ovs h u p 7', /no word after its password/],
  ['node show ..', /names nothing/],
  ['node show n1 n2', /too many arguments/],
  ['node_conect_network', /Did you mean node_connect_network/],
  ['node netwrk connect', /Did you mean network/],
  ['node list free --wiat', /unknown option/],
  ['--timeout soon node list free', /number of seconds/],
  ['node set --data @/nowhere/file', /unknown command 'set'/],
  ['node_update n1 --data @/nowhere/file', /nowhere\/file cannot be read/],
  ['node_update n1 --data {', /--data is no JSON/],
  ['project', /Commands:/],
  ['help node nothing', /there is no command node nothing/],
])('haas %s is a wrong call, and nothing is sent', async (command, says) => {
  const { code, err } = await haas(command.split(' '), { HAAS_ENDPOINT: 'http://127.0.0.1:1' });
  expect(err).toMatch(says);
  expect(code).toBe(2);
});

test('every command says how it is used, with an example', async () => {
  for (const { words, kind } of spellings) {
    if (kind === 'alias') continue;
    const { code, out } = await haas([...words, '--help']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`\n  haas ${words.join(' ')}`) });
  }
  expect((await haas(['node', 'bootdev', '--help'])).out).toContain('without one of them: set');
  expect(await haas(['--help'])).toEqual({ code: 0, out: expect.stringMatching(/Exit codes:[\s\S]*$/), err: '' });
  expect((await haas(['--help'])).out).not.toContain('node_connect_network');
  expect((await haas(['help', 'node', 'network', 'connect'])).out).toContain(
    'Usage: haas node network connect [options] <node> <nic> <network> [channel]',
  );
  expect((await haas(['commands', 'power_cycle'])).out).toMatch(/^GROUPED.*\nnode power cycle NODE +node_power_cycle +all /);
});

test('a number that may be null is given as one or the other', async (t) => {
  const { url, received } = await recordingServer(t);
  const set = (nodes: string) => haas(['project', 'quota', 'set', 'blue', '--nodes', nodes], { HAAS_ENDPOINT: url });
  for (const [text, value] of [
    ['20', 20],
    ['null', null],
  ] as const) {
    expect(await set(text)).toMatchObject({ code: 0, err: '' });
    expect(received.at(-1)).toMatchObject({ method: 'PUT', path: '/v0/project/blue/quota' });
    expect(JSON.parse(received.at(-1)?.body ?? '')).toEqual({ nodes: value });
  }
  expect(await set('none')).toMatchObject({ code: 2, err: expect.stringContaining('nodes must be a number or null, not none') });
  expect(received).toHaveLength(2);
});
