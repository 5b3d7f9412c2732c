import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readSettings } from '../../functions/settings.ts';
import { readDockerfile, startOf } from '../support/dockerfile.ts';

const folder = 'infra/kubernetes';
const kinds = { ConfigMap, Secret, Job, Deployment, Service, PodDisruptionBudget, NetworkPolicy };

const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().optional(), labels: z.record(z.string(), z.string()) }),
});

/** Every object of every file. */
async function manifests() {
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => manifest.parse(document.toJS())));
}

const objects = await manifests();
const ofKind = <T extends z.ZodType>(kind: string, shape: T): z.output<T>[] =>
  objects.filter((object) => object.kind === kind).map((object) => shape.parse(object));

const labels = z.record(z.string(), z.string());
const keyed = z.looseObject({
  metadata: z.object({ name: z.string() }),
  data: labels.default({}),
  stringData: labels.default({}),
});
const container = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
  securityContext: z.unknown(),
});
const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.object({ labels }),
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        securityContext: z.looseObject({ runAsNonRoot: z.boolean() }),
        containers: z.array(container).length(1),
      }),
    }),
  }),
});

test.for(objects.map((object) => [object.kind, object.metadata.name ?? 'each time another', object] as const))(
  'the manifest of %s %s is one',
  async ([kind, , object]) => {
    const Model = Object.entries(kinds).find(([name]) => name === kind)?.[1];
    if (!Model) throw new Error(`there is no schema for ${kind}`);
    await new Model(JSON.parse(JSON.stringify(object))).validate();
  },
);

test('a manifest that is wrong would be found', async () => {
  const [deployment] = objects.filter(({ kind }) => kind === 'Deployment');
  const wrong = { ...structuredClone(deployment), spec: { replicas: 'two' } };
  await expect((async () => new Deployment(JSON.parse(JSON.stringify(wrong))).validate())()).rejects.toThrow(/replicas|selector/);
});

test('what the objects call each other is what they are called', () => {
  const [deployment] = ofKind('Deployment', workload);
  const [job] = ofKind('Job', workload);
  const secrets = new Map(ofKind('Secret', keyed).map(({ metadata, stringData }) => [metadata.name, Object.keys(stringData)]));
  const configs = ofKind('ConfigMap', keyed).map(({ metadata }) => metadata.name);
  for (const each of [deployment, job]) {
    const text = JSON.stringify(each);
    for (const [, name, key] of text.matchAll(/"secretKeyRef":\{"name":"([^"]+)","key":"([^"]+)"\}/g)) {
      expect(secrets.get(String(name)), name).toContain(key);
    }
    for (const [, name] of text.matchAll(/"secretName":"([^"]+)"/g)) expect([...secrets.keys()]).toContain(name);
    for (const [, name] of text.matchAll(/"configMapRef":\{"name":"([^"]+)"\}/g)) expect(configs).toContain(name);
  }
  const { labels: pods } = deployment?.spec.template.metadata ?? {};
  const named = { 'app.kubernetes.io/name': pods?.['app.kubernetes.io/name'] };
  for (const selector of [
    ...ofKind('Deployment', z.looseObject({ spec: z.looseObject({ selector: z.object({ matchLabels: labels }) }) })).map(
      ({ spec }) => spec.selector.matchLabels,
    ),
    ...ofKind('Service', z.looseObject({ spec: z.looseObject({ selector: labels }) })).map(({ spec }) => spec.selector),
    ...ofKind('PodDisruptionBudget', z.looseObject({ spec: z.looseObject({ selector: z.object({ matchLabels: labels }) }) })).map(
      ({ spec }) => spec.selector.matchLabels,
    ),
  ]) {
    expect(selector).toEqual(named);
  }
});

test('every pod runs without rights, from the image, with what it understands', async () => {
  const [config] = ofKind('ConfigMap', keyed);
  expect(() => readSettings(config?.data ?? {})).not.toThrow();
  const { env } = startOf(await readDockerfile('infra/containers/Dockerfile'), 'api');
  const [deployment, job] = [...ofKind('Deployment', workload), ...ofKind('Job', workload)];
  for (const each of [deployment, job]) {
    const { spec } = each?.spec.template ?? {};
    expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
    expect(spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  }
  // The same image, whose own start is that of an API host.
  expect(job?.spec.template.spec.containers[0]?.image).toBe(deployment?.spec.template.spec.containers[0]?.image);
  expect(JSON.stringify(deployment)).toContain(`"containerPort":${env['HAAS_LISTEN']?.split(':')[1]}`);
});

test('the commands of docs/containers.md make the Secrets that the examples show, in a way that kubectl takes', async () => {
  const page = await readFile('docs/containers.md', 'utf8');
  // One that failed today is there still, and never completes.
  expect(page).not.toMatch(/kubectl .*wait .*--selector/);
  const commands = [...page.matchAll(/^kubectl .*create secret generic (\S+) (.*)$/gm)];
  const secrets = ofKind('Secret', keyed);
  expect(commands.map(([, name]) => name)).toEqual(secrets.map(({ metadata }) => metadata.name));
  for (const [command, name, options = ''] of commands) {
    // kubectl: "from-env-file cannot be combined with from-file or from-literal".
    expect(new Set(options.match(/--from-[a-z-]+/g)).size, command).toBe(1);
    const files = [...options.matchAll(/--from-file=(\S+)/g)].map(([, file]) => file);
    const keys = Object.keys(secrets.find(({ metadata }) => metadata.name === name)?.stringData ?? {});
    if (files.length > 0) expect(files, command).toEqual(keys);
  }
});
