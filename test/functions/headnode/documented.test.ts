import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { headnodeAgent, offerHeadnodes } from '../../support/headnodes.ts';
import { lackOf, skipped } from '../../support/lacking.ts';
import { projectNetwork } from '../../support/networks.ts';
import { makeWorld } from '../../support/world.ts';

const page = await readFile('docs/headnodes.md', 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
}

const curlMissing = lackOf(['curl']);

test.skipIf(curlMissing !== undefined)(
  `every line of docs/headnodes.md does what the page says, one after the other${skipped(curlMissing)}`,
  async (t) => {
    const w = await makeWorld(t);
    await offerHeadnodes(w, { limits: { memory: 8192, vcpus: 8, disk: 100 } });
    await projectNetwork(w, 'provision');
    await headnodeAgent(w);
    const { url } = await apiOnSocket(t, w);
    const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
    t.onTestFinished(() => rm(home, { recursive: true }));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login ada password "correct horse"\n', { mode: 0o600 });
    const [description = ''] = blocks('json');
    await writeFile(join(home, 'head-2.json'), description);

    const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(lines).toHaveLength(16);
    const said = new Map<string, string>();
    for (const line of lines) {
      const env = { HOME: home, HAAS: url, PATH: process.env['PATH'] };
      const { stdout } = await execa('bash', ['-c', line.replace('curl ', 'curl --fail-with-body ')], {
        cwd: home,
        env,
        extendEnv: false,
      });
      said.set(line, stdout);
    }
    expect(JSON.parse(said.get('curl -nsS $HAAS/headnode_images') ?? '')).toEqual(['debian-12', 'tiny']);
    expect(JSON.parse(said.get('curl -nsS $HAAS/headnode/head-1') ?? '')).toMatchObject({
      state: 'running',
      frozen: true,
      nics: [{ label: 'eth0', networks: { 'vlan/native': 'provision' } }],
    });
    const answers = [...said].filter(([line]) => line.includes('-X')).map(([, answer]) => answer);
    expect(answers).toEqual(answers.map(() => ''));
    expect(await w.sql`select from headnodes`).toEqual([]);
  },
);
