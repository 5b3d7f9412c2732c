import { execa } from 'execa';
import { describe, expect, type TestContext, test } from 'vitest';
import { connect } from '../../../db/client.ts';
import { readCall } from '../../../infra/admin/command.ts';
import { databaseCommand } from '../../../infra/admin/database.ts';
import { debianMissing, startDebianServer } from '../../support/debian-postgres.ts';
import { skipped } from '../../support/lacking.ts';

const prepare = (superuserUrl: string, ...argv: string[]) =>
  databaseCommand.run(readCall(databaseCommand, argv, { HAAS_SUPERUSER_URL: superuserUrl }));

/** Opens both logins that the command printed: their passwords are good. */
async function login(t: TestContext, printed: string) {
  const [, ownerUrl = '', apiUrl = ''] = /^HAAS_OWNER_URL=(\S+)\nDATABASE_URL=(\S+)$/.exec(printed.trim()) ?? [];
  const [owner, api] = [connect(ownerUrl, 'test', 1), connect(apiUrl, 'test', 1)];
  t.onTestFinished(async () => void (await Promise.all([owner.end(), api.end()])));
  expect(await owner`select current_user::text as me`).toEqual([{ me: 'haas_owner' }]);
  expect(await api`select current_user::text as me`).toEqual([{ me: 'haas_api' }]);
  return owner;
}

describe.skipIf(debianMissing !== undefined)(`a server of one's own${skipped(debianMissing)}`, () => {
  test('nobody loses the passwords of the roles, whatever goes wrong', async (t) => {
    const superuserUrl = await startDebianServer(t);
    const first = await prepare(superuserUrl);
    const owner = await login(t, first);

    // Nothing of it is done.
    await expect(prepare(superuserUrl, '--name', 'of "somebody"')).rejects.toThrow('the name of a database must be');
    await expect(prepare('postgres:///postgres?host=/run/postgresql')).rejects.toThrow(
      'HAAS_SUPERUSER_URL is no URL of the form',
    );
    // As where there is no room for another one.
    await expect(prepare(superuserUrl, '--name', 'template0')).rejects.toThrow(/template0/);
    await login(t, first);

    // Made by a newer version: its tables are not touched, and whoever has the new passwords is told them.
    await owner`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of the future', 99999999999999)`;
    const refused = await execa(process.execPath, ['infra/admin.mjs', 'database'], {
      env: { PATH: process.env['PATH'], HAAS_SUPERUSER_URL: superuserUrl },
      extendEnv: false,
      reject: false,
    });
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('1 migration(s) that this version of HaaS does not know'),
    });
    await login(t, refused.stdout);
  });
});
