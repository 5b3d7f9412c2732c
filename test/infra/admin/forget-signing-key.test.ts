import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateSigningKey, verificationKey } from '../../../db/commands/envelope.ts';
import { readCall } from '../../../infra/admin/command.ts';
import { forgetSigningKeyCommand } from '../../../infra/admin/forget-signing-key.ts';
import { readPinnedKeys } from '../../../infra/keys.ts';
import { keys, makeAgentSite } from '../../support/agent-site.ts';

const newKey = await generateSigningKey();

test('a key is forgotten once no order of its can come any more, and at once when that is wanted', async (t) => {
  const { stateDir, config, database, sql, ...site } = await makeAgentSite(t);
  const forget = (kid: string, url = config.url, ...more: string[]) =>
    forgetSigningKeyCommand.run(
      readCall(forgetSigningKeyCommand, [`--state=${stateDir}`, ...more, '--', kid], { HAAS_AGENT_URL: url }),
    );
  const trusted = async () => (await readPinnedKeys(stateDir)).keys.map(({ kid }) => kid);
  const trust = (...trusted: (typeof newKey)[]) =>
    writeFile(
      join(stateDir, 'trusted-keys.json'),
      JSON.stringify({ issuer: keys.issuer, agent: 'rack-1', keys: trusted.map((key) => verificationKey.parse(key)) }),
      { mode: 0o600 },
    );
  const { kid: old } = keys.signing;
  await trust(keys.signing);
  await expect(forget(old)).rejects.toThrow(/only key that the agent trusts/);
  await trust(newKey, keys.signing);

  await site.queue();
  await expect(forget(old)).rejects.toThrow(/1 have not ended, and the last is valid until \d{4}-/);
  await sql`update commands set status = 'done', finished_at = now()`;
  // An API host that was not started again may sign another.
  await expect(forget(old)).rejects.toThrow(/0 have not ended, and the last is valid until \d{4}-/);
  await sql`update commands set not_after = now() - interval '31 seconds'`;
  await sql`insert into agents (label, login, public_key) values ('rack-2', 'haas_agent_rack_2', '{}')`;
  await expect(forget(old, await database.agentUrl('rack-2'))).rejects.toThrow(/login of the agent rack-2.*that of rack-1/);
  expect(await trusted()).toEqual([newKey.kid, old]);

  expect(await forget(old)).toBe(`The agent takes orders signed with the key ${newKey.kid}.\n`);
  expect(await trusted()).toEqual([newKey.kid]);
  expect(await forget(old)).toContain(newKey.kid);

  await trust(newKey, keys.signing);
  await site.queue();
  await forget(old, 'postgres://nobody@127.0.0.1:1/none', '--at-once');
  expect(await trusted()).toEqual([newKey.kid]);
});
