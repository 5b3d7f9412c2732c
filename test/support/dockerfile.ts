import { readFile } from 'node:fs/promises';

/** What a stage of a Dockerfile does, in order. */
export interface Stage {
  readonly from: string;
  readonly instructions: readonly { readonly name: string; readonly value: string }[];
}

/** The stages of a Dockerfile by their names. */
export async function readDockerfile(path: string): Promise<ReadonlyMap<string, Stage>> {
  const text = await readFile(path, 'utf8');
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const stages = new Map<string, { from: string; instructions: { name: string; value: string }[] }>();
  let stage: string | undefined;
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const [, from = '', label] = (name === 'FROM' && /^(\S+) AS (\S+)$/.exec(value)) || [];
    if (label !== undefined) {
      stage = label;
      stages.set(label, { from, instructions: [] });
    } else if (stage !== undefined && name !== '') {
      stages.get(stage)?.instructions.push({ name, value });
    }
  }
  return stages;
}

/** What a container of a stage is started with; what the stage itself does not say, the one says that it is made from. */
export function startOf(
  stages: ReadonlyMap<string, Stage>,
  name: string,
): { entrypoint: string[]; healthcheck: string[]; user: string; env: Record<string, string> } {
  const stage = stages.get(name);
  if (!stage) return { entrypoint: [], healthcheck: [], user: 'root', env: {} };
  const before = startOf(stages, stage.from);
  const last = (instruction: string) => stage.instructions.findLast((each) => each.name === instruction)?.value;
  const variables = stage.instructions.filter((each) => each.name === 'ENV').flatMap(({ value }) => value.split(' '));
  // In the form of a list, or the programs would be started by a shell.
  const list = (text: string | undefined): string[] | undefined => (text === undefined ? undefined : JSON.parse(text));
  return {
    entrypoint: list(last('ENTRYPOINT')) ?? before.entrypoint,
    healthcheck: list(last('HEALTHCHECK')?.replace(/^.*?CMD /, '')) ?? before.healthcheck,
    user: last('USER') ?? before.user,
    env: { ...before.env, ...Object.fromEntries(variables.map((variable) => variable.split(/=(.*)/s).slice(0, 2))) },
  };
}
