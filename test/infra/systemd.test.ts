import { spawnSync } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/built.ts';
import { skipped } from '../support/lacking.ts';

const folder = 'infra/systemd';
/** How exposed a service is at most, by the reckoning of systemd: ten times what it shows, less is better. A service without care has 96. */
const EXPOSURE = 20;

const offline = spawnSync('systemd-analyze', ['security', '--offline=true', `${folder}/haas-api.service`]);
const why = offline.status === 0 ? undefined : 'this needs systemd 250 or newer';

describe.skipIf(why !== undefined)(`the units${skipped(why)}`, () => {
  test('are understood by systemd, and leave a service little of the machine', async (t) => {
    const units = await temporaryFolder(t);
    await cp(folder, units, { recursive: true });
    const services = (await readdir(units)).filter((name) => name.endsWith('.service'));
    expect(services).toHaveLength(3);
    for (const name of services) {
      const unit = join(units, name.replace('@.', '@5001.'));
      // Node is elsewhere on the machine that the units are for; systemd demands that it is here.
      await writeFile(unit, (await readFile(join(folder, name), 'utf8')).replace('/usr/bin/node', process.execPath));
      const { all } = await execa('systemd-analyze', ['verify', '--man=no', unit], { all: true });
      expect(all).toBe('');
      await execa('systemd-analyze', ['security', '--offline=true', `--threshold=${EXPOSURE}`, unit]);
    }
  });
});

test('the unit of one of several API hosts is that of a single one, but for its port', async () => {
  const single = await readFile(join(folder, 'haas-api.service'), 'utf8');
  const several = await readFile(join(folder, 'haas-api@.service'), 'utf8');
  const alike = several
    .replace(/^#.*\n(?=\[Unit\])/, '')
    .replace(' on port %i', '')
    .replace(/^# Whatever HAAS_LISTEN .*\n/m, '')
    // No two of them may take the address that HAAS_METRICS_LISTEN names for all.
    .replace('/usr/bin/env --unset=HAAS_METRICS_LISTEN HAAS_LISTEN=127.0.0.1:%i ', '');
  expect(several).not.toBe(single);
  expect(alike).toBe(single);
});
