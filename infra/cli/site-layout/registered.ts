import { z } from 'zod';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { failureOf, jsonOf } from '../problem.ts';
import { type SiteLayout, siteLayout } from './layout.ts';
import { portsNamed } from './names.ts';
import { inParallel } from './parallel.ts';

/** What is registered, with the names of all agents. */
export interface Registered {
  readonly site: SiteLayout;
  readonly agents: readonly string[];
}

const agents = z.array(z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]));
const cable = z.object({ node: z.string().optional(), nic: z.string().optional() });

/** How many names of ports are asked after at once. */
const AT_ONCE = 8;

/** Reads what is registered. Throws Failure where the API does not answer it. */
export async function readRegistered(api: Api, signal: AbortSignal): Promise<Registered> {
  const [site, enrolled] = await Promise.all([
    ask(api, '/v0/site', siteLayout, signal),
    ask(api, '/v0/agents?limit=1000', agents, signal),
  ]);
  return { site, agents: enrolled };
}

/** Reads everything that is registered, as the text that the API answers. */
export async function exported(api: Api, signal?: AbortSignal): Promise<string> {
  const answer = await api.send({ method: 'GET', path: '/v0/site' }, signal);
  if (answer.status >= 300) throw failureOf(answer, api.site);
  return answer.text;
}

async function ask<S extends z.ZodType>(api: Api, path: string, schema: S, signal: AbortSignal): Promise<z.output<S>> {
  const answer = await api.send({ method: 'GET', path }, signal);
  if (answer.status >= 300) throw failureOf(answer, api.site);
  const { data } = schema.safeParse(jsonOf(answer.text));
  if (data === undefined) throw new Failure('refused', `${api.site.endpoint} answers ${path} as no HaaS of this version does`);
  return data;
}

/**
 * Finds the names that HaaS has for ports that the layout calls otherwise: many spellings mean one port, and only the API knows
 * which. Answers a name by switch and spelling; undefined where no such port is registered.
 */
export async function portNames(
  api: Api,
  layout: SiteLayout,
  site: SiteLayout,
  signal: AbortSignal,
): Promise<(label: string, port: string) => string | undefined> {
  const names = new Map<string, string>();
  const asked = [...portsNamed(layout)].flatMap(([label, ports]) => {
    const known = (site.switches ?? []).find(({ name }) => name === label)?.ports;
    const there = new Set(known?.map(({ name }) => name));
    // Where there are none, none has another name.
    return there.size === 0
      ? []
      : [...ports].filter((port) => !there.has(port)).map((port) => ({ label, port, there: [...there] }));
  });
  await inParallel(asked, AT_ONCE, async ({ label, port, there }) => {
    const path = `/v0/switch/${encodeURIComponent(label)}/port/${encodeURIComponent(port)}`;
    const answer = await api.send({ method: 'GET', path }, signal);
    if (answer.status === 404) return;
    if (answer.status >= 300) throw failureOf(answer, api.site);
    const name =
      cabledPort(site, cable.safeParse(jsonOf(answer.text)).data) ?? there.find((each) => numbers(each) === numbers(port));
    if (name !== undefined) names.set(`${label}\n${port}`, name);
  });
  return (label, port) => names.get(`${label}\n${port}`);
}

function cabledPort({ nodes = [] }: SiteLayout, found: z.output<typeof cable> | undefined): string | undefined {
  const node = nodes.find(({ name }) => name === found?.node);
  return node?.nics?.find(({ name }) => name === found?.nic)?.port ?? undefined;
}

/** All spellings of one port have the same numbers. */
function numbers(port: string): string {
  return (port.match(/\d+/g) ?? []).map(Number).join('/');
}
