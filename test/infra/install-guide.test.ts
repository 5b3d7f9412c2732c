import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';
import { readVmHostConfig } from '../../agents/vm-host-config.ts';
import { debianMissing } from '../support/debian-postgres.ts';
import { type DocumentedBlock, documentedBlocks, notSeen } from '../support/documented.ts';
import { lackOf, skipped } from '../support/lacking.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const enter = fileURLToPath(new URL('../support/scratch-machine/enter.sh', import.meta.url));
const rack = fileURLToPath(new URL('../support/scratch-machine/first-rack.ts', import.meta.url));

/** Why the guide cannot be followed on this machine; undefined where it can. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'this needs root, for users, namespaces and mounts';
  const programs = 'pg_createcluster nginx openssl curl ipmitool ipmi_sim ip unshare runuser setpriv'.split(' ');
  const packages = 'postgresql-15 nginx-light openssl curl ipmitool openipmi iproute2'.split(' ');
  const lack = debianMissing ?? lackOf(programs, packages);
  if (lack !== undefined) return lack;
  if (spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'true']).status !== 0)
    return 'this machine makes no namespaces';
  return undefined;
}

/** PostgreSQL as Debian's package leaves it, Node.js where the units look for it, and what docs/first-rack.md finds in the rack. */
const before = `
set -e
mkdir -p /run/postgresql /run/lock
chown postgres: /run/postgresql
rm -rf /etc/postgresql/* /var/lib/postgresql/*/main
pg_createcluster 15 main --port 5432 -- --no-sync >/dev/null
pg_ctlcluster --skip-systemctl-redirect 15 main start
[[ -x /usr/bin/node ]] || cp '${process.execPath}' /usr/bin/node
for address in 10.1.0.11 10.2.0.7; do ip address add $address/32 dev lo; done
coproc rack { cd '${repository}'; exec node --import tsx '${rack}'; }
read -r ready <&"\${rack[0]}"
[[ $ready == ready ]]
`;

const marker = (number: number) => `==== block ${number}`;

/** Runs blocks in one shell, on this machine as it is; what they write is forgotten. Answers what each printed. */
async function follow(t: TestContext, blocks: readonly DocumentedBlock[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-guide-'));
  t.onTestFinished(() => rmdir(folder));
  const script = blocks.map(({ commands }, number) => `echo '${marker(number)}'\n${commands}`).join('\n');
  const { all: said } = await execa(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', enter, folder, repository],
    {
      input: `${before}\n${script}`,
      reject: false,
      all: true,
      cancelSignal: t.signal,
    },
  );
  return blocks.map((_, number) => said.split(`${marker(number)}\n`)[1]?.split('\n==== block ')[0] ?? `never run: ${said}`);
}

const why = missing();

describe.skipIf(why !== undefined)(`the guide to installing${skipped(why)}`, () => {
  test('leads from a Debian machine to a user who sees a free node, and to two API hosts, as it is written', {
    timeout: 180_000,
  }, async (t) => {
    const pages = ['docs/install.md', 'docs/first-rack.md', 'docs/install-several-hosts.md'];
    const blocks = (await Promise.all(pages.map((page) => documentedBlocks(page)))).flat();
    expect(blocks.length).toBeGreaterThan(12);
    const outputs = await follow(t, blocks);
    for (const [number, block] of blocks.entries()) {
      const output = outputs[number] ?? '';
      expect(notSeen(block, output), `${block.page} has\n${block.commands}\nwhich printed\n${output}`).toEqual([]);
    }
  });
});

test('the vm-host.json of docs/headnodes-host.md is understood', async (t) => {
  const page = await readFile('docs/headnodes-host.md', 'utf8');
  const [, example] = /vm-host\.json >\/dev\/null <<'END'\n([\s\S]*?)^END$/m.exec(page) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'haas-agent-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'vm-host.json'), example ?? '');
  expect(readVmHostConfig(folder)).toMatchObject({ driver: 'libvirt', networks: { openvswitch: 'br0' } });
});

test('wherever passwords are written to a file, only its owner may read that', async () => {
  const pages = (await readdir('docs')).filter((name) => name.endsWith('.md'));
  const sections = await Promise.all(
    pages.map(async (name) => {
      const text = await readFile(join('docs', name), 'utf8');
      // The guide to installing is pasted into one shell.
      return (name === 'install.md' ? [text] : text.split(/^## /m)).map((section) => ({ name, section }));
    }),
  );
  let found = 0;
  for (const { name, section } of sections.flat()) {
    for (const { index } of section.matchAll(/^.*haas-admin (?:database|agent-login)\b.*(?:>|\| ssh).*$/gm)) {
      found += 1;
      const line = section.indexOf('\n', index);
      expect(
        section
          .slice(0, line)
          .match(/umask \d+/g)
          ?.at(-1),
        `${name}: ${section.slice(index, line)}`,
      ).toBe('umask 077');
    }
  }
  expect(found).toBeGreaterThan(5);
});
