import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../../agents/journal.ts';
import { verificationKey } from '../../../db/commands/envelope.ts';
import { generateSealingKey, type SealingKey, seal, sealingPublicKey } from '../../../db/commands/seal.ts';
import { readCall } from '../../../infra/admin/command.ts';
import { dropAgentKeyCommand } from '../../../infra/admin/drop-agent-key.ts';
import { rotateAgentKeyCommand } from '../../../infra/admin/rotate-agent-key.ts';
import { readSealingKeys } from '../../../infra/keys.ts';
import { keys, makeAgentSite } from '../../support/agent-site.ts';

const access = { label: 'sw-1', type: 'mock', hostname: 'memory', port: 1, settings: {} };

test('a new key is added once, and the old one removed when nothing needs it any more', async (t) => {
  const { stateDir, config, sql, ...site } = await makeAgentSite(t);
  const pinned = { issuer: keys.issuer, agent: 'rack-1', keys: [verificationKey.parse(keys.signing)] };
  await writeFile(join(stateDir, 'trusted-keys.json'), JSON.stringify(pinned), { mode: 0o600 });
  const run = (command: typeof dropAgentKeyCommand) =>
    command.run(readCall(command, [`--state=${stateDir}`], { HAAS_AGENT_URL: config.url }));
  const rotate = () => run(rotateAgentKeyCommand);
  const drop = () => run(dropAgentKeyCommand);
  const sealed = ({ kty, crv, x }: SealingKey) =>
    seal({ kty, crv, x }, { device: 'switch/sw-1', hostname: 'memory', port: 1 }, { username: 'admin', password: 'sesame' });

  expect(await drop()).toContain('no older one');
  const request = await rotate();
  const [newKey, oldKey] = await readSealingKeys(stateDir);
  if (!newKey || !oldKey) throw new Error('there are not two keys');
  expect(oldKey).toEqual(keys.sealing);
  expect(request).toContain(`# Enrols the agent rack-1 with the key ${newKey.kid}\ncurl `);
  expect(await rotate()).toBe(request);
  await expect(drop()).rejects.toThrow(/is not enrolled yet: "haas-admin rotate-agent-key" prints the request again/);

  const { public_key } = JSON.parse(/-d '(.*)'/.exec(request)?.[1] ?? '');
  await sql`update agents set public_key = ${sql.json(sealingPublicKey.parse(public_key))}`;
  const id = await site.queue();
  await sql`insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed)
    select 'sw-1', 'mock', id, agent_id, 'memory', 1, '{}', ${await sealed(oldKey)} from devices`;
  const journal = new Journal(join(stateDir, 'journal'), keys.issuer, 'switch/sw-1');
  t.onTestFinished(() => journal.close());
  journal.begin([{ id, seq: 1, port: null }], { ...access, sealed: await sealed(oldKey) });
  await expect(drop()).rejects.toThrow(
    'needed for switch/sw-1, switch/sw-1 (a command that has not ended), switch/sw-1 (in its journal): the agent',
  );
  await sql`update switches set sealed = ${await sealed(newKey)}`;
  await expect(drop()).rejects.toThrow(/for switch\/sw-1 \(a command/);
  await sql`update commands set status = 'done', finished_at = now()`;
  await expect(drop()).rejects.toThrow(/for switch\/sw-1 \(in its journal\)/);
  journal.saved();
  expect(await readSealingKeys(stateDir)).toHaveLength(2);

  // The agent cannot open this with the old key either.
  await sql`update switches set sealed = ${await sealed(await generateSealingKey())}`;
  expect(await drop()).toBe(`The agent rack-1 has the key ${newKey.kid}, and no older one.\n`);
  expect(await readSealingKeys(stateDir)).toEqual([newKey]);
});
