import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const service = z.looseObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  working_dir: z.string().optional(),
  env_file: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).optional(),
});

const composition = z.looseObject({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

/** The containers that infra/containers/compose.yaml starts. */
export type Composition = z.output<typeof composition>;

/** The text of infra/containers/compose.yaml as it stands, and what of it tests use. */
export async function readComposeFile(): Promise<{ document: unknown; composition: Composition }> {
  const document: unknown = parse(await readFile('infra/containers/compose.yaml', 'utf8'), { merge: true });
  return { document, composition: composition.parse(document) };
}
