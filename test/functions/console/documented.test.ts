import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { apiOnSocket, consoleAgent, consoleWorld, typedAt } from '../../support/console-viewers.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { lackOf, skipped } from '../../support/lacking.ts';
import { until } from '../../support/until.ts';

const commands = [...(await readFile('docs/consoles.md', 'utf8')).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(
  ([, lines = '']) => lines.trim().split('\n'),
);

const curlMissing = lackOf(['curl']);

test.skipIf(curlMissing !== undefined)(
  `every line of docs/consoles.md does what the page says${skipped(curlMissing)}`,
  async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const typed = await typedAt(w);
    await offerHeadnodes(w);
    await headnode(w, 'head-1');
    const ofHeadnode = await consoleAgent(t, w, { of: 'headnode', label: 'head-1' });
    await ofHeadnode.say('Booting');
    const { url } = await apiOnSocket(t, w);
    const home = await mkdtemp(join(tmpdir(), 'haas-home-'));
    t.onTestFinished(() => rm(home, { recursive: true }));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login ada password "correct horse"\n', { mode: 0o600 });
    await agent.say('login: ');

    const said: string[] = [];
    // The console that is stopped on the way must be there for those who type.
    const order = [...commands.filter((line) => !line.includes('DELETE')), ...commands.filter((line) => line.includes('DELETE'))];
    expect(order).toHaveLength(10);
    for (const line of order) {
      const follows = line.endsWith('/console') && line.includes('-nsSN');
      const running = execa('bash', ['-c', line.replace('node-1', 'n1')], {
        env: { HOME: home, HAAS: url, PATH: process.env['PATH'] },
        extendEnv: false,
        reject: false,
      });
      let shown = '';
      running.stdout.on('data', (part) => {
        shown += String(part);
      });
      if (follows) {
        const said = line.includes('/headnode/') ? 'Booting' : 'login: ';
        await until(() => shown.includes(said), 'it is shown');
        running.kill('SIGINT');
      }
      const { exitCode } = await running;
      if (!follows) expect(exitCode, line).toBe(0);
      said.push(shown);
    }
    expect(typed()).toEqual(['root\r', '<break>']);
    expect(said.slice(0, 2)).toEqual(['login: ', 'login: ']);
    expect(said[2]).toBe('');
    expect(JSON.parse(said[3] ?? '')).toMatchObject({ logging: true, state: 'open', bytes: 7 });
    expect(JSON.parse(said[4] ?? '')).toMatchObject([{ id: agent.id, project: 'blue' }]);
    expect(said.slice(5)).toEqual(['', '', '', 'Booting', '']);
    expect(await w.sql`select logging from consoles order by id`).toEqual([{ logging: false }, { logging: true }]);
  },
);
