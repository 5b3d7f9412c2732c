import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { sealingPublicKey, thumbprint } from '../db/commands/seal.ts';
import { createApp } from '../functions/app.ts';
import { anonymous, type Caller } from '../functions/http/caller.ts';
import { operations } from '../functions/operations.ts';
import { createFirstAdministrator } from '../functions/rules/first-administrator.ts';
import type { Services } from '../functions/services.ts';
import { SettingError } from '../functions/settings.ts';
import { describeError } from './expected-error.ts';
import { type ApiHost, openApi } from './hosts/api.ts';
import { openLog } from './hosts/log.ts';
import { ensureApiKeys, ensurePrivateFolder, ensureSealingKeys, pinTrustedKeys, trustedKeys, writePrivateFile } from './keys.ts';
import { startSimulatedRack } from './rack/simulated-rack.ts';
import { type Call, registerSite, SiteLayoutError, siteLayout } from './site-layout.ts';
import { agentAppears, agentLogFile, startAgentProcess } from './start/agent-process.ts';
import { openStartDatabase } from './start/database.ts';
import { readStartEnvironment, type StartEnvironment } from './start/environment.ts';
import { openStateFolder } from './start/state-folder.ts';
import { ensureVmHost } from './start/vm-host.ts';
import { walkThrough } from './start/walk-through.ts';

const agentSeen = z.object({ last_seen_at: z.string().nullable() });

/** What was started, and how to stop it; stopped in reverse order. */
const started: { readonly name: string; readonly stop: () => Promise<unknown> }[] = [];
let stopping = false;

/** Somebody wants it stopped while it is still starting. */
class Interrupted extends Error {}

/** Something runs that must be stopped at the end, which may be now. */
function runs(name: string, stop: () => Promise<unknown>): void {
  started.push({ name, stop });
  if (stopping) throw new Interrupted();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function stopAll(): Promise<void> {
  for (const { name, stop } of started.splice(0).reverse()) {
    await stop().catch((error: unknown) => say(`${name} did not stop cleanly: ${describeError(error)}`));
  }
}

async function start(env: StartEnvironment): Promise<void> {
  const { stateDir, listen } = env;
  runs('the state folder', await openStateFolder(stateDir));
  say('HaaS is starting ...');
  const database = await openStartDatabase(env);
  runs('PostgreSQL', () => database.stop());

  const keys = await ensureApiKeys(join(stateDir, 'api-keys.json'));
  const log = pino({ level: env.logLevel }, openLog(join(stateDir, 'api.log')));
  if (env.openDoor !== undefined) log.warn(env.openDoor);
  const api = await openApi({ databaseUrl: database.apiUrl, keys, settings: env.settings, log });
  runs('the API', () => api.close());
  const { port } = await api.listen(listen, operations).catch((error: unknown) => {
    throw new SettingError(
      `the API cannot listen on ${listen.hostname}:${listen.port}: ${error instanceof Error ? error.message : String(error)}. Stop the other program, or set HAAS_LISTEN`,
    );
  });
  const url = `http://${listen.hostname.includes(':') ? `[${listen.hostname}]` : listen.hostname}:${port}`;

  const password = env.adminPassword ?? randomBytes(12).toString('base64url');
  const hasPasswords = env.settings.signIn.database;
  const isNew = hasPasswords && (await createFirstAdministrator(api.services.database, password));
  const call = callAsAdministrator(api.services);
  if (database.agent) await startAgent(env, database.agent, trustedKeys(keys), call);

  say(`\nDatabase  ${database.description}`);
  say(`API       ${url}/v0   (log: ${join(stateDir, 'api.log')}), described at ${url}/docs`);
  say(
    database.agent
      ? `Agent     ${database.agent.label}   (log: ${agentLogFile(stateDir)})`
      : 'Agent     none here: set HAAS_AGENT_URL to run one',
  );
  const rack = env.rack === 'simulated' && database.agent ? await startRack(env, call) : null;
  if (!hasPasswords) say('Password  none: people sign in as HAAS_AUTH says');
  else if (!isNew) say('Password  as printed at the first start, for the user admin');
  else
    say(
      env.adminPassword === undefined
        ? `Password  ${password}   for the user admin; shown this once, kept nowhere in clear`
        : 'Password  that of HAAS_ADMIN_PASSWORD, for the user admin',
    );
  const shown = isNew && env.adminPassword === undefined ? password : null;
  if (rack) say(`\nTry it in another terminal:\n\n${walkThrough(url, shown, rack)}\n`);
  if (env.openDoor !== undefined) say(`\nWARNING   ${env.openDoor}\n`);
  say('Ctrl-C stops everything; the next start finds it as it was.');
}

async function startAgent(
  env: StartEnvironment,
  agent: { label: string; url: string },
  trust: ReturnType<typeof trustedKeys>,
  call: Call,
): Promise<void> {
  const stateDir = join(env.stateDir, 'agent');
  const logFile = agentLogFile(env.stateDir);
  await ensurePrivateFolder(stateDir);
  const [key] = await ensureSealingKeys(stateDir);
  await pinTrustedKeys(stateDir, trust, agent.label);
  if (env.rack === 'simulated') await ensureVmHost(stateDir);
  const publicKey = sealingPublicKey.parse({ kty: key?.kty, crv: key?.crv, x: key?.x });
  const path = `/agent/${agent.label}`;
  const known = await call('GET', path);
  const enrolled = z.object({ thumbprint: z.string() }).safeParse(known.body);
  if (!enrolled.success || enrolled.data.thumbprint !== (await thumbprint(publicKey))) {
    const answer = await call('PUT', path, { public_key: publicKey });
    if (answer.status !== 200)
      throw new SiteLayoutError(`the agent ${agent.label} could not be enrolled: ${JSON.stringify(answer.body)}`);
  }

  const lastSeen = async () => agentSeen.parse((await call('GET', path)).body).last_seen_at;
  const before = await lastSeen();
  const running = startAgentProcess({
    url: agent.url,
    stateDir,
    logFile,
    logLevel: env.logLevel,
    metricsListen: env.agentMetricsListen,
  });
  runs('the agent', () => running.stop());
  const there = await agentAppears(running, async () => (await lastSeen()) !== before);
  if (!there) throw new SiteLayoutError(`the agent ${agent.label} did not start: ${logFile} says why`);
  void running.ended.then(() => {
    if (!stopping) say(`The agent has ended (${logFile} says why): no device is changed until you stop this and start it again.`);
  });
}

async function startRack(env: StartEnvironment, call: Call) {
  const rack = await startSimulatedRack(join(env.stateDir, 'rack'));
  runs('the simulated rack', () => rack.close());
  await writePrivateFile(join(env.stateDir, 'site-layout.json'), rack.layout);
  await registerSite(siteLayout.parse(rack.layout), call);
  const switches = Object.entries(rack.switches).map(
    ([name, simulated]) => `${name} (telnet ${simulated.tcpPort('telnet')}, SSH ${simulated.tcpPort('ssh')})`,
  );
  const bmcs = Object.keys(rack.bmcs).length > 0 ? 'with real BMCs (ipmi_sim)' : 'with BMCs that are mocks';
  say(
    `Rack      simulated: ${switches.join(', ')}; ${rack.layout.nodes.length} nodes ${bmcs}. User ${rack.username}, password ${rack.password}`,
  );
  return rack;
}

/** Requests of this program itself go through the API's own operations, without a password. */
function callAsAdministrator(services: ApiHost['services']): Call {
  const self: Caller = { ...anonymous, label: 'npm start', isAdmin: true, current: async () => self };
  const trusted: Services = { ...services, callers: { ...services.callers, identify: async () => self } };
  const app = createApp(trusted, operations);
  return async (method, path, body) => {
    const response = await app.request(`/v0${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
}

const starting = Promise.resolve()
  .then(() => start(readStartEnvironment(process.env)))
  .catch(async (error: unknown) => {
    if (stopping) return;
    process.stderr.write(`HaaS cannot start: ${describeError(error)}\n`);
    await stopAll();
    process.exit(1);
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    say('\nStopping ... (once more: at once, without finishing anything)');
    void starting.then(stopAll).then(() => process.exit(0));
  });
}
