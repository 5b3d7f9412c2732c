import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { destination, pino } from 'pino';
import { z } from 'zod';
import { SchemaError } from '../db/commands/check-schema.ts';
import { sealingPublicKey, thumbprint } from '../db/commands/seal.ts';
import { createApp } from '../functions/app.ts';
import { operations } from '../functions/operations.ts';
import { createFirstAdministrator } from '../functions/rules/first-administrator.ts';
import type { Services } from '../functions/services.ts';
import { SettingError } from '../functions/settings.ts';
import { type ApiHost, openApi } from './hosts/api.ts';
import { ensureApiKeys, ensurePrivateFolder, ensureSealingKeys, KeyFileError, trustedKeys, writePrivateFile } from './keys.ts';
import { ClusterError } from './postgres/cluster.ts';
import { startSimulatedRack } from './rack/simulated-rack.ts';
import { type Call, registerSite, SiteLayoutError, siteLayout } from './site-layout.ts';
import { agentAppears, agentLogFile, startAgentProcess } from './start/agent-process.ts';
import { openStartDatabase } from './start/database.ts';
import { readStartEnvironment, type StartEnvironment } from './start/environment.ts';
import { openStateFolder } from './start/state-folder.ts';
import { walkThrough } from './start/walk-through.ts';

/** What was started, and how to stop it; stopped in reverse order. */
const started: { readonly name: string; readonly stop: () => Promise<unknown> }[] = [];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function stopAll(): Promise<void> {
  for (const { name, stop } of started.splice(0).reverse()) {
    await stop().catch((error: unknown) => say(`${name} did not stop cleanly: ${sentence(error)}`));
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function start(env: StartEnvironment): Promise<void> {
  const { stateDir, listen } = env;
  started.push({ name: 'the state folder', stop: await openStateFolder(stateDir) });
  say('HaaS is starting ...');
  const database = await openStartDatabase(env);
  started.push({ name: 'PostgreSQL', stop: () => database.stop() });

  const keys = await ensureApiKeys(join(stateDir, 'api-keys.json'));
  const log = pino({ level: env.logLevel }, destination({ dest: join(stateDir, 'api.log'), mode: 0o600, sync: false }));
  const api = await openApi({ databaseUrl: database.apiUrl, keys, settings: env.settings, log });
  started.push({ name: 'the API', stop: () => api.close() });
  const { port } = await api.listen(listen, operations).catch((error: unknown) => {
    throw new SettingError(
      `the API cannot listen on ${listen.hostname}:${listen.port}: ${sentence(error)}. Stop the other program, or set HAAS_LISTEN`,
    );
  });
  const url = `http://${listen.hostname.includes(':') ? `[${listen.hostname}]` : listen.hostname}:${port}`;

  const password = env.adminPassword ?? randomBytes(12).toString('base64url');
  const isNew = await createFirstAdministrator(api.services.database, password);
  const call = callAsAdministrator(api.services);
  if (database.agent) await startAgent(env, database.agent, { ...trustedKeys(keys), agent: database.agent.label }, call);

  say(`\nDatabase  ${database.description}`);
  say(`API       ${url}/v0   (log: ${join(stateDir, 'api.log')})`);
  say(
    database.agent
      ? `Agent     ${database.agent.label}   (log: ${agentLogFile(stateDir)})`
      : 'Agent     none here: set HAAS_AGENT_URL to run one',
  );
  const rack = env.rack === 'simulated' && database.agent ? await startRack(env, call) : null;
  if (!isNew) say('Password  as printed at the first start, for the user admin');
  else
    say(
      env.adminPassword === undefined
        ? `Password  ${password}   for the user admin; shown this once, kept nowhere in clear`
        : 'Password  that of HAAS_ADMIN_PASSWORD, for the user admin',
    );
  const shown = isNew && env.adminPassword === undefined ? password : null;
  if (rack) say(`\nTry it in another terminal:\n\n${walkThrough(url, shown, rack)}\n`);
  say('Ctrl-C stops everything; the next start finds it as it was.');
}

async function startAgent(
  env: StartEnvironment,
  agent: { label: string; url: string },
  trusted: unknown,
  call: Call,
): Promise<void> {
  const stateDir = join(env.stateDir, 'agent');
  const logFile = agentLogFile(env.stateDir);
  await ensurePrivateFolder(stateDir);
  const [key] = await ensureSealingKeys(stateDir);
  await writePrivateFile(join(stateDir, 'trusted-keys.json'), trusted);
  const publicKey = sealingPublicKey.parse({ kty: key?.kty, crv: key?.crv, x: key?.x });
  const path = `/agent/${agent.label}`;
  const known = await call('GET', path);
  const enrolled = z.object({ thumbprint: z.string() }).safeParse(known.body);
  if (!enrolled.success || enrolled.data.thumbprint !== (await thumbprint(publicKey))) {
    const answer = await call('PUT', path, { public_key: publicKey });
    if (answer.status !== 200)
      throw new SiteLayoutError(`the agent ${agent.label} could not be enrolled: ${JSON.stringify(answer.body)}`);
  }

  const since = new Date();
  const running = startAgentProcess({ url: agent.url, stateDir, logFile, logLevel: env.logLevel });
  started.push({ name: 'the agent', stop: () => running.stop() });
  const seen = z.object({ last_seen_at: z.coerce.date() });
  const there = await agentAppears(running, async () => {
    const shown = seen.safeParse((await call('GET', path)).body);
    return shown.success && shown.data.last_seen_at >= since;
  });
  if (!there) throw new SiteLayoutError(`the agent ${agent.label} did not start: ${logFile} says why`);
  void running.ended.then(() => {
    if (started.length > 0) say(`The agent has ended: no device is changed until it is started again. ${logFile} says why.`);
  });
}

async function startRack(env: StartEnvironment, call: Call) {
  const rack = await startSimulatedRack(join(env.stateDir, 'rack'));
  started.push({ name: 'the simulated rack', stop: () => rack.close() });
  await writePrivateFile(join(env.stateDir, 'site-layout.json'), rack.layout);
  await registerSite(siteLayout.parse(rack.layout), call);
  const switches = Object.entries(rack.switches).map(
    ([name, { telnetPort, sshPort }]) => `${name} (telnet ${telnetPort}, SSH ${sshPort})`,
  );
  say(
    `Rack      simulated: ${switches.join(', ')}; ${rack.layout.nodes.length} nodes. User ${rack.username}, password ${rack.password}`,
  );
  return rack;
}

/** Requests of this program itself go through the API's own operations, without a password. */
function callAsAdministrator(services: ApiHost['services']): Call {
  const identify = async () => ({ label: 'npm start', id: null, isAdmin: true, projects: new Set<number>() });
  const trusted: Services = { ...services, callers: { ...services.callers, identify } };
  const app = createApp(trusted, operations);
  return async (method, path, body) => {
    const headers = { authorization: `Basic ${btoa('npm start:')}` };
    const response = await app.request(`/v0${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
}

/** Errors that a person can do something about are told in one sentence; any other is a defect, and shows where. */
function isExpected(error: unknown): boolean {
  return [SettingError, ClusterError, SchemaError, KeyFileError, SiteLayoutError].some((kind) => error instanceof kind);
}

let stopping: Promise<void> | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping) say('\nStopping ...');
    stopping ??= stopAll().then(() => process.exit(0));
  });
}

try {
  await start(readStartEnvironment(process.env));
} catch (error) {
  process.stderr.write(
    `HaaS cannot start: ${isExpected(error) ? sentence(error) : error instanceof Error ? error.stack : String(error)}\n`,
  );
  await stopAll();
  process.exit(1);
}
