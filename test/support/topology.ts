import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { built, type RunningProgram, startProgram, temporaryFolder } from './built.ts';
import { readComposeFile } from './compose-file.ts';
import { readDockerfile, startOf } from './dockerfile.ts';

/** What infra/containers/compose.yaml starts, as processes of this machine, with files of a folder of the test in place of its own. */
export interface Topology {
  /** Starts what a container of a service runs, with more environment. */
  start(service: string, env: Record<string, string>): Promise<RunningProgram>;
  /** Runs what the container of a service runs that ends, with more arguments; answers what it prints. */
  run(service: string, args: readonly string[]): Promise<string>;
  /** Writes a file of the folder `site`. */
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
}

/** The topology, with nothing in the folder `site` yet. */
export async function makeTopology(t: Pick<TestContext, 'onTestFinished'>): Promise<Topology> {
  const { composition } = await readComposeFile();
  const stages = await readDockerfile('infra/containers/Dockerfile');
  const program = await built(t);
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'site'));

  /** Where a file of a container is here. */
  const here = (path: string) => {
    const secret = /^\/run\/secrets\/(.+)$/.exec(path)?.[1];
    if (secret !== undefined) return join(folder, composition.secrets[secret]?.file ?? '');
    return path
      .replace(/^\/var\/lib\/haas/, folder)
      .replace(/^\/opt\/haas/, program)
      .replace(/^\/site/, join(folder, 'site'));
  };
  const containerOf = async (name: string) => {
    const service = composition.services[name];
    if (!service) throw new Error(`there is no service ${name}`);
    const image = startOf(stages, service.image.replace(/^haas-/, ''));
    // Compose demands that the files are there; what they hold is written later.
    const files = await Promise.all(service.env_file.map((file) => readFile(join(folder, file), 'utf8').catch(() => '')));
    const env = { ...image.env, ...Object.assign({}, ...files.map((text) => parseEnv(text))), ...service.environment };
    return {
      command: [...(service.entrypoint ?? image.entrypoint).map(here), ...(service.command ?? [])],
      cwd: service.working_dir === undefined ? program : here(service.working_dir),
      env: Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, here(String(value))])),
    };
  };
  return {
    async start(service, env) {
      const container = await containerOf(service);
      return startProgram(t, container.cwd, container.command, { ...container.env, ...env });
    },
    async run(service, args) {
      const { command, cwd, env } = await containerOf(service);
      const { stdout } = await execa(process.execPath, [...command.slice(1), ...args.map(here)], { cwd, extendEnv: false, env });
      return stdout;
    },
    write: (file, text) => writeFile(join(folder, 'site', file), `${text}\n`, { mode: 0o600 }),
    read: (file) => readFile(join(folder, 'site', file), 'utf8'),
  };
}
