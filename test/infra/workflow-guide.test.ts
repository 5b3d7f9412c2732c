import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { apiOnSocket } from '../support/console-viewers.ts';
import { documentedBlocks, notSeen } from '../support/documented.ts';
import { lackOf, skipped } from '../support/lacking.ts';
import { writeVmHost } from '../support/mock-vm-host.ts';
import { mockSwitch } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { makeWorld, type World } from '../support/world.ts';

const page = 'docs/workflow.md';
const address = 'https://haas.example/v0';

/** One machine that nobody has, and an agent whose switches, BMCs and virtual machines are mocks. */
async function siteOfThePage(world: World): Promise<void> {
  await mockSwitch(world, 'sw1');
  await world.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  await world.arrange('PUT', '/node/node-1', { obm: { type: 'mock', host: 'mock', user: 'u', password: 'p' } });
  await world.arrange('PUT', '/node/node-1/nic/eth0', { macaddr: '52:54:00:12:34:56' });
  await world.arrange('POST', '/switch/sw1/port/gi1/0/1/connect_nic', { node: 'node-1', nic: 'eth0' });
}

const curlMissing = lackOf(['curl']);

test.skipIf(curlMissing !== undefined)(
  `every line of docs/workflow.md does what the page says${skipped(curlMissing)}`,
  { timeout: 60_000 },
  async (t) => {
    const world = await makeWorld(t);
    await siteOfThePage(world);
    const stateDir = await agentStateFolder(t);
    const templates = { 'debian-12': { memory: 512, vcpus: 1, disk: 2 } };
    writeVmHost(stateDir, { driver: 'mock', limits: { memory: 1024, vcpus: 2, disk: 10 }, templates });
    await startAgentProcess(t, world, stateDir);
    await until(
      async () => (await world.call('ada', 'GET', '/headnode_images')).text.includes('debian-12'),
      'the image is offered',
    );
    const { url } = await apiOnSocket(t, world);
    const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
    t.onTestFinished(() => rm(home, { recursive: true }));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login ada password "correct horse"\n', { mode: 0o600 });
    await mkdir(join(home, '.ssh'));
    // An Ed25519 key that is all zeroes: SSH's form of the text `ssh-ed25519` and 32 bytes.
    const key = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'), Buffer.alloc(32)]).toString('base64');
    await writeFile(join(home, '.ssh', 'id_ed25519.pub'), `ssh-ed25519 ${key} ada@example\n`);

    const blocks = await documentedBlocks(page);
    expect(blocks).toHaveLength(8);
    const script = blocks.map(({ commands }, number) => `echo '==== ${number}'\n${commands.replace(address, url)}`).join('\n');
    const { all } = await execa('bash', ['-ec', script], {
      env: { HOME: home, PATH: process.env['PATH'] },
      extendEnv: false,
      reject: false,
      all: true,
    });
    for (const [number, block] of blocks.entries()) {
      const output = all.split(`==== ${number}\n`)[1]?.split('\n==== ')[0] ?? `never run: ${all}`;
      expect(output, block.commands).not.toContain('"request_id":');
      expect(notSeen(block, output), `${block.commands}\nprinted\n${output}`).toEqual([]);
    }
    expect(await world.sql`select label from nodes where project_id is not null`).toEqual([]);
    expect(await world.sql`select label from headnodes`).toEqual([]);
  },
);

const dnsmasqMissing = lackOf(['dnsmasq'], ['dnsmasq-base']);

test.skipIf(dnsmasqMissing !== undefined)(`dnsmasq takes what the page has it do${skipped(dnsmasqMissing)}`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haas-dnsmasq-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'provision.conf');
  const [, text = ''] = /^```dnsmasq\n([\s\S]*?)^```/m.exec(await readFile(page, 'utf8')) ?? [];
  expect(text).toContain('dhcp-range=');
  await writeFile(file, text);
  expect((await execa('dnsmasq', ['--test', `--conf-file=${file}`])).stderr).toContain('syntax check OK');
});
