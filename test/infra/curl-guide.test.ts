import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { documentedBlocks, notSeen } from '../support/documented.ts';
import { lackOf, skipped } from '../support/lacking.ts';
import { start, stateFolder } from '../support/npm-start.ts';

const page = 'docs/curl.md';
const address = 'http://127.0.0.1:5000/v0';
const curlMissing = lackOf(['curl']);

test.skipIf(curlMissing !== undefined)(
  `every line of docs/curl.md does what the page says, after a fresh "npm start"${skipped(curlMissing)}`,
  { timeout: 120_000 },
  async (t) => {
    const password = 'of the administrator';
    const started = start(t, { HAAS_STATE_DIR: await stateFolder(t), HAAS_ADMIN_PASSWORD: password });
    const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
    t.onTestFinished(() => rm(home, { recursive: true }));
    await writeFile(join(home, '.netrc'), `machine 127.0.0.1 login admin password "${password}"\n`, { mode: 0o600 });
    const api = /http:\S+\/v0/.exec(await started.ready)?.[0] ?? '';

    const blocks = await documentedBlocks(page);
    const script = blocks.map(({ commands }, number) => `echo '==== ${number}'\n${commands.replace(address, api)}`).join('\n');
    const { all } = await execa('bash', ['-ec', script], {
      cwd: home,
      env: { HOME: home, PATH: process.env['PATH'] },
      extendEnv: false,
      input: 'correct horse\n',
      reject: false,
      all: true,
    });
    for (const [number, block] of blocks.entries()) {
      const output = all.replaceAll('\r\n', '\n').split(`==== ${number}\n`)[1]?.split('\n==== ')[0] ?? `never run: ${all}`;
      expect(notSeen(block, output), `${block.commands}\nprinted\n${output}`).toEqual([]);
      // What is refused is what the page shows.
      const shown = block.seen.filter((line) => line.startsWith('{"type":"')).length;
      expect(output.split('"request_id":').length - 1, `${block.commands}\nprinted\n${output}`).toBe(shown);
    }
  },
);
