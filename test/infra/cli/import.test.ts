import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, type TestContext, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { agentStateFolder, startAgentProcess } from '../../support/agent-process.ts';
import { haas, haasProgram, homeFolder, type Said } from '../../support/command-line.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { documentedBlocks, notSeen } from '../../support/documented.ts';
import { listening } from '../../support/listening.ts';
import { until } from '../../support/until.ts';
import { makeWorld, type World } from '../../support/world.ts';

const EXAMPLES = 'docs/examples';
const things = z.array(z.looseObject({ name: z.string() }));
const fields = z.record(z.string(), z.unknown());

interface Place {
  readonly world: World;
  /** Where the API is. */
  readonly url: string;
  /** Runs a command as the administrator, or with a layout as a file in a folder of its own. */
  readonly run: (words: readonly string[], env?: Record<string, string>, input?: string) => Promise<Said>;
  readonly file: (layout: unknown) => Promise<string>;
}

async function place(t: TestContext): Promise<Place> {
  const world = await makeWorld(t);
  const { url } = await apiOnSocket(t, world);
  const folder = await homeFolder(t);
  return {
    world,
    url,
    run: (words, env = {}, input = '') =>
      haas(words, { HAAS_ENDPOINT: url, HAAS_USERNAME: 'root', HAAS_PASSWORD: 'correct horse', ...env }, input),
    async file(layout) {
      const path = join(folder, 'site.yaml');
      await writeFile(path, typeof layout === 'string' ? layout : stringify(layout));
      return path;
    },
  };
}

/** The changes that somebody asked for and that were made, by their names: each is in the audit. */
async function recorded(world: World): Promise<string[]> {
  const rows = await world.sql`select event from audit where cause is null and event <> 'audit_began' order by event`;
  return rows.map(({ event }) => String(event));
}

/** A layout without secrets, and in one order. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value.map(comparable);
    const named = things.safeParse(list).data;
    if (named) return named.sort((a, b) => (a.name < b.name ? -1 : 1));
    return list.every((each) => typeof each === 'string') ? list.sort() : list;
  }
  const { data } = fields.safeParse(value);
  if (!data) return value;
  const open = Object.entries(data).filter(([name]) => !['password', 'username', 'user'].includes(name));
  return Object.fromEntries(open.map(([name, each]) => [name, comparable(each)]));
}

test('a layout is imported, exported as it was, changed, and taken down again', { timeout: 120_000 }, async (t) => {
  const { world, run, file } = await place(t);
  await world.arrange('DELETE', '/auth/basic/user/ada');
  await world.arrange('DELETE', '/auth/basic/user/bob');
  for (const project of ['blue', 'red']) await world.arrange('DELETE', `/project/${project}`);
  await startAgentProcess(t, world, await agentStateFolder(t));
  const trial = `${EXAMPLES}/trial.yaml`;
  const layout = parse(await readFile(trial, 'utf8'));
  const written = await file({});

  expect(await run(['import', trial], {}, 'n\n')).toMatchObject({
    code: 130,
    err: expect.stringContaining('nothing was changed'),
  });
  expect((await world.call('root', 'GET', '/nodes/all')).body).toEqual([]);
  const codes = [];
  for (const block of await documentedBlocks('docs/site-layout.md')) {
    let output = '';
    for (const line of block.commands.trim().split('\n')) {
      const [, command = '', to] = /^haas (.*?)(?: > (\S+))?$/.exec(line) ?? [];
      const words = command.split(' ').map((word) => (word === 'site.yaml' ? written : word));
      const said = await run(words);
      expect(said.out + said.err).not.toMatch(/hunter|a secret/);
      codes.push(said.code);
      if (to === undefined) output += said.out;
      else await file(said.out);
    }
    expect(notSeen(block, output), `${block.commands}printed\n${output}`).toEqual([]);
  }
  expect(codes).toEqual([9, 0, 0, 0]);

  const exported = await run(['export']);
  expect(exported).toMatchObject({ code: 0, err: '' });
  const root = { name: 'root', is_admin: true };
  expect(comparable(parse(exported.out))).toEqual(comparable({ ...layout, users: [...layout.users, root], headnodes: [] }));
  expect(JSON.parse((await run(['export', '--json'])).out)).toEqual(parse(exported.out));
  expect(await run(['import', await file(exported.out), '--delete', '--dry-run'])).toMatchObject({
    code: 0,
    out: 'Nothing to do.\n',
  });

  const [first, second] = layout.nodes;
  const changed = {
    ...layout,
    users: [root, { name: 'tia', is_admin: true }, { name: 'quinn', password: { env: 'QUINN' } }],
    projects: [
      { ...layout.projects[0], members: ['quinn'], quota: { nodes: 3 } },
      { name: 'plum', members: ['tia'] },
    ],
    nodes: [
      {
        ...first,
        metadata: { rack: 'T2' },
        nics: [
          { ...first.nics[0], networks: [{ network: 'everybody' }] },
          { ...first.nics[1], networks: [{ network: 'teal-net', channel: 'vlan/1208' }] },
        ],
      },
      {
        ...second,
        nics: [
          { ...second.nics[0], port: 'gi1/0/4' },
          { ...second.nics[1], mac: '52:54:00:00:06:99' },
        ],
      },
    ],
    networks: layout.networks.filter(({ name }: { name: string }) => name !== 'closed'),
  };
  const env = { QUINN: 'a secret of Quinn' };
  const kept = await run(['import', await file(changed), '--yes'], env);
  expect(kept, kept.err).toMatchObject({ code: 0, out: expect.stringContaining('Done: 3 created, 5 changed, 0 deleted.\n') });
  for (const line of [
    'quota of project teal: nodes: 2 -> 3',
    'user tia: is_admin: false -> true',
    'cable of NIC eth0 of node trial-02: off port gi1/0/3 of switch trial-switch',
    'metadata of node trial-01: rack: "T1" -> "T2"',
  ])
    expect(kept.out).toContain(`  ~ ${line}\n`);
  const [, left = ''] = kept.out.split('Left as it is');
  for (const line of [
    '- NIC eth0 of node trial-01 on network teal-net (vlan/native)',
    '+ NIC eth0 of node trial-01 on network everybody (vlan/native)',
    '- NIC eth1 of node trial-02 (52:54:00:00:06:11)',
    '+ NIC eth1 of node trial-02 (52:54:00:00:06:99)',
    '- network closed',
    '- metadata of node trial-01: tags',
    '- user pete',
  ])
    expect(left).toContain(`  ${line}\n`);

  const deleted = await run(['import', await file(changed), '--yes', '--delete', '--json'], env);
  expect(deleted, deleted.err).toMatchObject({ code: 0 });
  expect(JSON.parse(deleted.out)).toEqual({ created: 2, changed: 0, deleted: 8, left: [] });
  expect(await run(['import', await file(changed), '--delete', '--dry-run'])).toMatchObject({ code: 0 });

  // A machine that somebody has stays cabled as it is.
  const recabled = {
    ...first,
    nics: [
      { ...first.nics[0], port: 'gi1/0/3', networks: [] },
      { ...first.nics[1], mac: 'x' },
    ],
  };
  expect(await run(['import', await file({ nodes: [recabled] }), '--yes', '--delete'])).toMatchObject({
    code: 5,
    err: expect.stringMatching(
      /nothing was changed:\n.*nics\[0\] cable of NIC eth0 of node trial-01: off port gi1\/0\/1 of switch trial-switch: project teal has the node.*\n.*nics\[1\] /,
    ),
  });

  expect(
    await run(['import', await file({ nodes: [{ name: 'trial-01', project: null }, second] }), '--yes', '--delete']),
  ).toMatchObject({
    code: 5,
    err: expect.stringMatching(/nothing was changed:\n.*project NIC eth0 of node trial-01 is on networks.*networks: \[\]/),
  });

  const nothing = { users: [root], projects: [], switches: [], nodes: [], networks: [] };
  expect(await run(['import', await file(nothing), '--yes', '--delete'])).toMatchObject({
    code: 5,
    err: expect.stringMatching(/nothing was changed:\n.*: nodes node trial-01 is not here, and project teal has it/),
  });
  const nics = first.nics.map(({ name, mac }: { name: string; mac: string }) => ({ name, mac, networks: [] }));
  const freed = await run([
    'import',
    await file({ nodes: [{ name: 'trial-01', project: null, nics }, second] }),
    '--yes',
    '--delete',
  ]);
  expect(freed, freed.err).toMatchObject({
    code: 0,
    out: expect.stringContaining('- reservation of node trial-01 for project teal'),
  });
  const gone = await run(['import', await file(nothing), '--yes', '--delete']);
  expect(gone, gone.err).toMatchObject({ code: 0 });
  expect((await world.call('root', 'GET', '/site')).body).toEqual({ ...nothing, headnodes: [] });
});

test('whoever is asked may interrupt instead of answering', async (t) => {
  const { world, url, file } = await place(t);
  const before = await recorded(world);
  const env = { PATH: process.env['PATH'], HAAS_ENDPOINT: url, HAAS_USERNAME: 'root', HAAS_PASSWORD: 'correct horse' };
  const path = await file({ projects: [{ name: 'green' }] });
  // The input stays open, as that of a person who says nothing.
  const child = execa(haasProgram, ['import', path], { env, extendEnv: false, reject: false, stdin: 'pipe' });
  let out = '';
  child.stdout.on('data', (part) => {
    out += String(part);
  });
  await until(() => out.includes('1 to create'), 'the plan is shown');
  child.kill('SIGINT');
  expect(await child).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('haas: interrupted') });
  expect(await recorded(world)).toEqual(before);
});

test('every mistake is named with its place, and nothing is sent', async (t) => {
  const { world, run, file } = await place(t);
  const before = await recorded(world);
  const path = await file(`switches:
  - name: sw1
    type: nexus
    hostname: 10.0.5.21/24
    username: haas
    password: { env: NOT_SET }
    dummy_vlan: 1
    color: blue
  - { name: sw1, type: nexsus, hostname: 10.0.5.22, username: haas, password: hunter2 }
  - { name: sw2, type: ovs, hostname: 10.0.5.23, transport: ssh, username: haas, password: { file: not-there } }
nodes:
  - name: bad/name
    agent: nobody
    obm: { type: ipmi, host: 10.0.7.11, user: haas, password: "a secret that is longer than any BMC takes" }
    project: green
    nics:
      - { name: eth0, mac: a, switch: sw2, port: eth1, networks: [{ network: lan, channel: vlan/7 }, { network: nope }] }
      - { name: eth0, mac: a, switch: sw2, port: eth1 }
      - { name: eth2, mac: b, switch: sw9, port: eth1 }
  - { name: n2, obm: { type: ipmi, host: 10.0.7.11, user: haas, password: x } }
  - { name: n3, obmd: { uri: "ftp://obmd", admin_token: x }, obm: { type: mock, host: m, user: u, password: x } }
  - { name: n4, obm: { type: mock, host: m } }
  - { name: n5 }
networks:
  - { name: lan, owner: blue, access: public, vlan: 8 }
  - { name: wan, owner: null, access: [red, black], vlan: 8 }
users:
  - { name: eve, is_admin: true }
`);
  const { code, err } = await run(['import', path, '--yes']);
  expect(code).toBe(2);
  const told = err
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(`${path}:`, ''));
  const expected = [
    '4: switches[0].hostname does not fit: Address or DNS name of the switch, such as "10.0.5.21"',
    '6: switches[0].password is missing: the variable NOT_SET is not set (switch sw1 is new)',
    '7: switches[0].dummy_vlan does not fit: VLAN that carries nothing',
    '8: switches[0].color unknown field',
    '9: switches[1].name is given twice: sw1 has it already',
    '9: switches[1].type must be one of ',
    '10: switches[2].password is missing: the file not-there cannot be read (switch sw2 is new)',
    '12: nodes[0].name does not fit: Name of a node, such as "node-01"',
    '13: nodes[0].agent no agent nobody is enrolled',
    '14: nodes[0].obm.password must be at most 20 characters long',
    '15: nodes[0].project there is no project green, here or at the site',
    '17: nodes[0].nics[0].networks[0].channel must be vlan/native or vlan/8',
    '17: nodes[0].nics[0].networks[1].network there is no network nope, here or at the site',
    '18: nodes[0].nics[1].name is given twice: eth0 has it already',
    '18: nodes[0].nics[1].port is given twice: NIC eth0 of node bad/name has it already',
    '19: nodes[0].nics[2].switch there is no switch sw9, here or at the site',
    "20: nodes[1].obm.host is given twice: node bad/name has it already, and each would switch the other's machine",
    '21: nodes[2].obmd.uri does not fit: Address of the node at obmd',
    '21: nodes[2].obm stands beside obmd',
    '22: nodes[3].obm.user is missing',
    '22: nodes[3].obm.password is missing',
    '23: nodes[4].obm is missing, or obmd (node n5 is new)',
    '25: networks[0].access cannot be public',
    '26: networks[1].vlan is given twice: VLAN 8 has it already',
    '26: networks[1].access[1] there is no project black, here or at the site',
    '28: users[0].password is missing (user eve is new)',
  ];
  for (const line of expected) expect(told).toContainEqual(expect.stringContaining(line));
  expect(told).toHaveLength(expected.length);
  expect(err).not.toMatch(/hunter2|a secret/);

  for (const [text, says] of [
    ['nodes: [{name: 7}]', ':1: nodes[0].name must be text: put it in quotes'],
    ['nodes:\n  - nics: [{name: a, mac: b, switch: c}]', ':2: nodes[0].name is missing'],
    ['nodes:\n  - {name: a, nics: [{name: a, mac: b, switch: c}]}', ':2: nodes[0].nics[0].port is missing'],
    ['{"nodes": [],\n "nodes": []}', ':2: Map keys must be unique'],
    ['networks: [{name: a, owner: null, access: [], vlan: 4095}]', ':1: networks[0].vlan must be a VLAN id'],
    ['machines: []', ':1: machines unknown field'],
    ['nodes: [', ':1: '],
  ] as const) {
    expect(await run(['import', await file(text)], {}, 'y\n'), text).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${path}${says}`),
    });
  }
  expect(await recorded(world)).toEqual(before);
});

test('every example is imported, and then again with nothing to do; so is one with names that mean the same', {
  timeout: 60_000,
}, async (t) => {
  const { world, run } = await place(t);
  const folder = await homeFolder(t);
  await mkdir(join(folder, 'secrets'));
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----\n';
  await writeFile(join(folder, 'secrets', 'switch-key'), key);
  for (const name of ['dell-password', 'bmc-password', 'obmd-token']) await writeFile(join(folder, 'secrets', name), 'hunter2\n');
  const env = { NEXUS_PASSWORD: 'hunter2', BMC_PASSWORD: 'hunter2', ADA_PASSWORD: 'hunter2' };
  await world.arrange('DELETE', '/auth/basic/user/ada');

  const examples = (await readdir(EXAMPLES)).filter((name) => /\.(?:json|yaml)$/.test(name) && name !== 'trial.yaml');
  expect(examples).toHaveLength(3);
  for (const name of examples) {
    const example = join(folder, name);
    await copyFile(join(EXAMPLES, name), example);
    const done = await run(['import', example, '--yes'], env);
    expect(done, done.err).toMatchObject({ code: 0, out: expect.stringMatching(/Done: \d+ created, [01] changed, 0 deleted/) });
    const before = await recorded(world);
    // Of what is there no secret is needed.
    const again = await run(['import', example, '--yes']);
    expect(again, again.err).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to do.\n') });
    expect(await recorded(world)).toEqual(before);
  }
  const layout = await readFile(join(EXAMPLES, 'small-rack.yaml'), 'utf8');
  const other = layout.replaceAll('Ethernet', 'eth').replaceAll('52:54:00:00:01:', '5254.0000.01').replace('999', '"999"');
  expect(await run(['import', '-', '--dry-run'], {}, other)).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing to do.\n'),
  });

  const moved = other.replace('10.0.5.21', '10.0.5.99').replace('hostname', 'save: false\n    hostname');
  expect(await run(['import', '-', '--yes'], {}, moved)).toMatchObject({
    code: 2,
    err: expect.stringContaining('switches[0].password is missing: the variable NEXUS_PASSWORD is not set (another address'),
  });
  expect(await run(['import', '-', '--yes'], env, moved)).toMatchObject({
    code: 0,
    out: expect.stringContaining('~ switch nexus-01: save: true -> false, hostname: "10.0.5.21" -> "10.0.5.99", the login\n'),
  });
  const renewed = await run(['import', '-', '--yes', '--renew-credentials'], env, moved);
  expect(renewed).toMatchObject({ code: 0, out: expect.stringContaining('0 created, 4 changed, 0 deleted') });
  expect(
    await run(['import', '-', '--yes'], env, moved.replace('owner: blue', 'owner: null').replace('vlan: 10', 'vlan: 11')),
  ).toMatchObject({
    code: 5,
    err: expect.stringMatching(
      /vlan network public has VLAN 10, and no network changes that[\s\S]*owner network blue-net is of blue/,
    ),
  });
});

test('it stops at the first refusal and says how far it came; the next import sends what is missing', async (t) => {
  const { run, file } = await place(t);
  const layout = (vlan: number) => ({
    switches: [{ name: 'sw1', type: 'mock', hostname: 'mock', username: 'u', password: 'p' }],
    nodes: [{ name: 'n1', obm: { type: 'mock', host: 'm', user: 'u', password: 'p' }, project: 'blue' }],
    networks: [{ name: 'lan', owner: null, access: ['blue', 'red'], vlan }],
  });
  const path = await file(layout(1));
  expect(await run(['import', path, '--yes'])).toMatchObject({
    code: 5,
    err: expect.stringMatching(
      /: networks\[0\]: network lan of the administrators, VLAN 1: a switch keeps VLAN 1 .*\(id_reserved\)\nDone: switches 1, nodes 1\.\nNot done: networks 1, access 1, reservations 1\./,
    ),
  });
  expect(await run(['import', await file(layout(7)), '--yes'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Done: 3 created'),
  });
  const { vlan: _, ...taken } = { name: 'wan', owner: null, access: 'public', vlan: 7 };
  const conflict = await run(['import', await file({ networks: [{ ...taken, vlan: 7 }] }), '--yes']);
  expect(conflict).toMatchObject({ code: 5, err: expect.stringContaining('networks[0].vlan network lan has it already') });

  expect(await run(['import', path, '--yes', '--no-wait'])).toMatchObject({ code: 2 });
  expect(await run(['import', '-'], {}, '{}')).toMatchObject({ code: 2, err: expect.stringContaining('give --yes') });
  expect(await run(['import', join(path, 'none')])).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
  const hil = JSON.stringify({
    nodes: [
      { name: 'n2', obm: { type: 'mock', host: 'm', user: 'u', password: 'p' }, obmd: { uri: 'http://obmd', admin_token: 't' } },
    ],
  });
  expect(await run(['import', '-', '--yes'], {}, hil)).toMatchObject({ code: 2, err: expect.stringContaining('--bmc obm') });
  expect(await run(['import', '-', '--yes', '--bmc', 'obmd'], {}, hil)).toMatchObject({ code: 0 });
  expect(parse((await run(['export'])).out)).toMatchObject({
    nodes: [{ name: 'n1' }, { name: 'n2', obmd: { uri: 'http://obmd' } }],
  });
  const stranger = await run(['import', path, '--yes'], { HAAS_USERNAME: 'ada' });
  expect(stranger).toMatchObject({ code: 3 });
});

test('a device that does not do what it should stops it, and the next import asks it again', async (t) => {
  const { world, run, file } = await place(t);
  const networks = [{ network: 'lan', channel: 'vlan/native' }];
  const path = await file({
    switches: [{ name: 'sw1', type: 'mock', hostname: 'mock', username: 'u', password: 'p', ports: [{ name: 'gi1/0/1' }] }],
    nodes: [
      {
        name: 'n1',
        obm: { type: 'mock', host: 'm', user: 'u', password: 'p' },
        project: 'blue',
        nics: [{ name: 'eth0', mac: '', switch: 'sw1', port: 'gi1/0/1', networks }],
      },
    ],
    networks: [{ name: 'lan', owner: 'blue', access: ['blue'], vlan: 7 }],
  });
  const imported = async (status: 'done' | 'failed') => {
    const importing = run(['import', path, '--yes']);
    const id = await until(async () => {
      const [row] = await world.sql`select id from commands where finished_at is null`;
      return row && String(row['id']);
    }, 'the switch is asked');
    await world.finish({ status: 202, headers: new Headers(), text: '', body: { status_id: id } }, status);
    return importing;
  };
  const failed = await imported('failed');
  expect(failed).toMatchObject({
    code: 6,
    err: expect.stringMatching(/nics\[0\]\.networks\[0\].*the switch said no[\s\S]*\nNot done: connections 1\./),
  });
  expect(await imported('done')).toMatchObject({ code: 0, out: expect.stringContaining('Done: 1 created') });
});

test('what an interrupted import has ordered is waited for by the next', { timeout: 60_000 }, async (t) => {
  const { world, url, run, file } = await place(t);
  const layout = (networks: readonly string[]) => ({
    switches: [{ name: 'sw1', type: 'mock', hostname: 'mock', username: 'u', password: 'p' }],
    nodes: ['n1', 'n2'].map((name, at) => ({
      name,
      obm: { type: 'mock', host: 'm', user: 'u', password: 'p' },
      project: 'blue',
      nics: [
        { name: 'eth0', mac: name, switch: 'sw1', port: `gi1/0/${at + 1}`, networks: networks.map((network) => ({ network })) },
      ],
    })),
    networks: [{ name: 'lan', owner: 'blue', access: ['blue'] }],
  });
  expect(await run(['import', await file(layout([])), '--yes'])).toMatchObject({ code: 0 });
  const interrupted = await run(['import', await file(layout(['lan'])), '--yes', '--timeout', '1']);
  expect(interrupted).toMatchObject({ code: 8 });

  expect(await run(['import', await file(layout(['lan'])), '--yes', '--timeout', '1'])).toMatchObject({
    code: 8,
    err: expect.stringContaining('is still pending'),
  });
  const env = { PATH: process.env['PATH'], HAAS_ENDPOINT: url, HAAS_USERNAME: 'root', HAAS_PASSWORD: 'correct horse' };
  const child = execa(haasProgram, ['import', await file(layout(['lan'])), '--yes'], { env, extendEnv: false, reject: false });
  let out = '';
  child.stdout.on('data', (part) => {
    out += String(part);
  });
  await until(() => out.includes('2 to create'), 'the plan is shown');
  await startAgentProcess(t, world, await agentStateFolder(t));
  expect(await child).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Done: 2 created') });
  expect(await run(['import', await file(layout(['lan']))])).toMatchObject({ code: 0, out: 'Nothing to do.\n' });
});

test('requests whose answers are lost are sent again, and made once', async (t) => {
  const { world, run, url, file } = await place(t);
  const lost = new Set<string>();
  const proxy = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const { method = '', headers } = request;
    const { authorization = '', 'idempotency-key': key } = z
      .looseObject({ authorization: z.string(), 'idempotency-key': z.string().optional() })
      .parse(headers);
    const answer = await fetch(new URL(request.url ?? '', url), {
      method,
      headers: { authorization, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    // Of each change the first answer goes nowhere.
    const change = `${method} ${request.url}`;
    if (method !== 'GET' && !lost.has(change)) {
      lost.add(change);
      request.socket.destroy();
    } else response.writeHead(answer.status).end(text);
  });
  const port = await listening(t, proxy);
  const layout = {
    projects: [{ name: 'green', members: ['ada'] }],
    switches: [{ name: 'sw1', type: 'mock', hostname: 'mock', username: 'u', password: 'p' }],
    nodes: [
      {
        name: 'n1',
        obm: { type: 'mock', host: 'm', user: 'u', password: 'p' },
        project: 'green',
        nics: [{ name: 'eth0', mac: 'a', switch: 'sw1', port: 'gi1/0/1' }],
      },
    ],
  };
  const done = await run(['import', await file(layout), '--yes'], { HAAS_ENDPOINT: `http://127.0.0.1:${port}` });
  expect(done, done.err).toMatchObject({ code: 0, out: expect.stringContaining('Done: 8 created') });
  expect(lost.size).toBe(8);
  expect(await recorded(world)).toEqual([
    'node_register',
    'node_register_nic',
    'port_connect_nic',
    'project_connect_node',
    'project_create',
    'switch_register',
    'switch_register_port',
    'user_add_project',
  ]);
});
