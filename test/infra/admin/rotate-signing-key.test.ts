import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { generateSigningKey, verificationKey } from '../../../db/commands/envelope.ts';
import { agentCommand } from '../../../infra/admin/agent.ts';
import { readCall } from '../../../infra/admin/command.ts';
import { rotateSigningKeyCommand } from '../../../infra/admin/rotate-signing-key.ts';
import { auditKeys, readApiKeys, readPinnedKeys, trustedKeys, trustedKeysFile } from '../../../infra/keys.ts';
import { apiKeys } from '../../support/world.ts';

const rotate = (...argv: string[]) => rotateSigningKeyCommand.run(readCall(rotateSigningKeyCommand, argv, {}));
const kids = (keys: readonly { readonly kid: string }[]) => keys.map(({ kid }) => kid);
const { kid: old } = apiKeys.signing;

/** A key file as versions before rotation wrote it. */
async function keyFile(t: TestContext): Promise<{ file: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-keys-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'api-keys.json');
  await writeFile(file, JSON.stringify(apiKeys), { mode: 0o600 });
  return { file, folder };
}

/** Makes the next key; answers its name, and what was printed. */
async function prepared(file: string) {
  const printed = await rotate(file);
  const { keys } = trustedKeysFile.parse(JSON.parse(printed));
  return { printed, next: keys[1]?.kid ?? '' };
}

test('a next key is made once, and activated when it is named', async (t) => {
  const { file, folder } = await keyFile(t);
  await chmod(file, 0o640);
  const { printed, next } = await prepared(file);
  expect(await rotate(file)).toBe(printed);
  expect(printed).not.toContain('"d"');
  expect(await readApiKeys(file)).toMatchObject({ ...apiKeys, next: { kid: next } });

  const trust = join(folder, 'trust.json');
  await writeFile(trust, printed);
  const state = join(folder, 'agent');
  const pin = () => agentCommand.run(readCall(agentCommand, ['rack-1', '--trust', trust, '--state', state], {}));
  const said = await pin();
  expect(said).toContain(`# It takes orders signed with the key ${old} or ${next}\n`);
  expect(kids((await readPinnedKeys(state)).keys)).toEqual([old, next]);
  // What was printed before the rotation does not undo it; the keys of another deployment are not kept.
  await writeFile(trust, JSON.stringify(trustedKeys(apiKeys)));
  expect(await pin()).toBe(said);
  await writeFile(trust, JSON.stringify({ ...trustedKeys(apiKeys), issuer: 'another' }));
  await pin();
  expect(await readPinnedKeys(state)).toMatchObject({ issuer: 'another', keys: [{ kid: old }] });

  expect(await rotate(file, `--activate=${next}`)).toContain(`key ${old}`);
  const keys = await readApiKeys(file);
  expect(keys).toEqual({
    ...apiKeys,
    signing: { ...keys.signing, kid: next },
    retired: [verificationKey.parse(apiKeys.signing)],
  });
  expect(kids(auditKeys(keys))).toEqual([next, old]);
  // Whoever did it again, and whoever reads the file.
  const activated = await readFile(file, 'utf8');
  expect(await rotate(file, `--activate=${next}`)).toContain(next);
  expect(await readFile(file, 'utf8')).toBe(activated);
  expect((await stat(file)).mode & 0o777).toBe(0o640);

  const { next: third } = await prepared(file);
  expect(kids(auditKeys(await readApiKeys(file)))).toEqual([next, third, old]);
  await rotate(file, `--activate=${third}`);
  expect(kids(auditKeys(await readApiKeys(file)))).toEqual([third, next, old]);
});

test('no key is activated that agents were not told of', async (t) => {
  const { file } = await keyFile(t);
  const { kid: other } = await generateSigningKey();
  const refused = (says: RegExp) => expect(rotate(file, `--activate=${other}`)).rejects.toThrow(says);
  await refused(/holds no next key: make one/);
  const { next } = await prepared(file);
  await refused(new RegExp(`is ${next}, and not ${other}.*management node`));
  expect(await readApiKeys(file)).toMatchObject({ signing: { kid: old }, next: { kid: next } });
});
