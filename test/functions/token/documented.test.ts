import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { documentedBlocks, notSeen } from '../../support/documented.ts';
import { lackOf, skipped } from '../../support/lacking.ts';
import { makeWorld } from '../../support/world.ts';

const curlMissing = lackOf(['curl']);

test.skipIf(curlMissing !== undefined)(
  `every line of docs/authentication.md does what the page says${skipped(curlMissing)}`,
  async (t) => {
    const w = await makeWorld(t);
    const { url } = await apiOnSocket(t, w);
    const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
    t.onTestFinished(() => rm(home, { recursive: true }));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login ada password "correct horse"\n', { mode: 0o600 });
    const blocks = await documentedBlocks('docs/authentication.md');
    expect(blocks).toHaveLength(5);
    for (const block of blocks) {
      const { all, exitCode } = await execa('bash', ['-ec', block.commands], {
        cwd: home,
        env: { HOME: home, HAAS: url, PATH: process.env['PATH'] },
        extendEnv: false,
        reject: false,
        all: true,
      });
      expect(exitCode, `${block.commands}\nprinted\n${all}`).toBe(0);
      expect(notSeen(block, all), `${block.commands}\nprinted\n${all}`).toEqual([]);
    }
    expect(await w.sql`select from api_tokens`).toEqual([]);
  },
);
