import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../db/client.ts';
import { thumbprint } from '../db/commands/seal.ts';
import { migrate } from '../db/migrate.ts';
import { createAgentLogin, createRoles } from '../db/roles.ts';
import { agentLabel } from '../functions/http/labels.ts';
import { createFirstAdministrator } from '../functions/rules/first-administrator.ts';
import {
  ensureApiKeys,
  ensurePrivateFolder,
  ensureSealingKeys,
  pinTrustedKeys,
  readKeyFile,
  trustedKeys,
  trustedKeysFile,
} from './keys.ts';

const usage = `haas-admin: prepares a PostgreSQL server, API hosts and agents. Run it as  npx haas-admin <command>

  database [--name haas]
      Makes the roles haas_owner, haas_api and haas_agent and a database, migrates it, and prints
      HAAS_OWNER_URL and DATABASE_URL. Run again, it gives the roles new passwords.
      Takes the server from HAAS_SUPERUSER_URL, so that no password shows in the process list.
  migrate
      Brings the database at HAAS_OWNER_URL to this version. Run it before the new version's hosts start.
  keys <file>
      Makes the key file of the API hosts (HAAS_KEY_FILE), unless it exists, and prints what agents are to trust.
      All API hosts share the file; Postgres and agents never see it. What is printed is public.
  administrator
      In a deployment without users: makes the user admin, with the password of HAAS_ADMIN_PASSWORD or a new one that is printed.
      Takes the database from DATABASE_URL.
  agent-login <label> [--name haas]
      Makes the Postgres login of an agent (HAAS_SUPERUSER_URL), and prints HAAS_AGENT_URL. Run again, it gives the login a new password.
  agent <label> --trust <file> --state <folder>
      On the management node, as the user that the agent will run as: makes the folder of its keys, and prints the request that enrols it.
      The file holds what "keys" printed. Run again, it keeps the agent's keys, and has it trust the file's besides those it trusts already.
`;

/** Something the caller can mend; its message is all they need. */
class UsageError extends Error {}

const newPassword = () => randomBytes(24).toString('base64url');

function withLogin(superuserUrl: string, database: string, user: string, password: string): string {
  const url = new URL(superuserUrl);
  Object.assign(url, { pathname: `/${database}`, username: user, password });
  return url.href;
}

function demand(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new UsageError(`${what} is missing\n\n${usage}`);
  return value;
}

async function prepareDatabase(superuserUrl: string, name: string): Promise<string> {
  const passwords = { owner: newPassword(), api: newPassword() };
  await createRoles(superuserUrl, name, passwords);
  const ownerUrl = withLogin(superuserUrl, name, 'haas_owner', passwords.owner);
  await migrate(ownerUrl);
  return `HAAS_OWNER_URL=${ownerUrl}\nDATABASE_URL=${withLogin(superuserUrl, name, 'haas_api', passwords.api)}\n`;
}

async function makeAdministrator(databaseUrl: string, given: string | undefined): Promise<string> {
  const password = given || newPassword();
  const database = openDatabase(databaseUrl, 'haas admin', 1);
  try {
    if (await createFirstAdministrator(database, password))
      return given ? 'The user admin is there.\n' : `The user admin is there; password ${password}\n`;
    throw new UsageError('there are users already: an administrator among them can make others');
  } finally {
    await database.$client.end();
  }
}

function demandAgentLabel(text: string): string {
  const known = agentLabel.safeParse(text);
  if (known.success) return known.data;
  throw new UsageError(`the label ${known.error.issues[0]?.message}`);
}

async function makeAgentLogin(label: string, superuserUrl: string, name: string): Promise<string> {
  const password = newPassword();
  const login = await createAgentLogin(superuserUrl, label, password);
  return `HAAS_AGENT_URL=${withLogin(superuserUrl, name, login, password)}\n`;
}

async function makeAgentKeys(label: string, trustFile: string, folder: string): Promise<string> {
  const stateDir = resolve(folder);
  const trust = await readKeyFile(trustFile, trustedKeysFile);
  await ensurePrivateFolder(stateDir);
  const [key] = await ensureSealingKeys(stateDir);
  if (!key) throw new UsageError(`${stateDir} holds no sealing key`);
  await pinTrustedKeys(stateDir, trust, label);
  const { kty, crv, x } = key;
  return `# Enrols the agent ${label} with the key ${await thumbprint({ kty, crv, x })}
curl -nsS -X PUT $HAAS/agent/${label} -d '${JSON.stringify({ public_key: { kty, crv, x } })}'
`;
}

async function run(argv: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'haas' },
      trust: { type: 'string' },
      state: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, first] = positionals;
  const superuserUrl = () => demand(process.env['HAAS_SUPERUSER_URL'], 'HAAS_SUPERUSER_URL');
  if (values.help || command === undefined) return usage;
  switch (command) {
    case 'database':
      return prepareDatabase(superuserUrl(), values.name);
    case 'migrate':
      await migrate(demand(process.env['HAAS_OWNER_URL'], 'HAAS_OWNER_URL'));
      return 'The database has the schema of this version.\n';
    case 'administrator':
      return makeAdministrator(demand(process.env['DATABASE_URL'], 'DATABASE_URL'), process.env['HAAS_ADMIN_PASSWORD']);
    case 'keys':
      return `${JSON.stringify(trustedKeys(await ensureApiKeys(demand(first, '<file>'))), null, 2)}\n`;
    case 'agent-login':
      return makeAgentLogin(demandAgentLabel(demand(first, '<label>')), superuserUrl(), values.name);
    case 'agent':
      return makeAgentKeys(
        demandAgentLabel(demand(first, '<label>')),
        demand(values.trust, '--trust'),
        demand(values.state, '--state'),
      );
    default:
      throw new UsageError(`there is no command ${command}\n\n${usage}`);
  }
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`haas-admin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
