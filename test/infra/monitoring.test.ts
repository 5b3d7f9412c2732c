import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, type TestContext, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { type Metric, readMetrics } from '../support/metrics.ts';
import { cabledNode, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { watchedApi } from '../support/watched-api.ts';
import { makeWorld } from '../support/world.ts';

const alertsFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z
        .array(
          z.strictObject({
            alert: z.string().regex(/^Haas\w+$/),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
            annotations: z.strictObject({ summary: z.string().min(10), runbook: z.string() }),
          }),
        )
        .min(1),
    }),
  ),
});
const target = z.looseObject({ refId: z.string(), expr: z.string(), legendFormat: z.string() });
const panel = z.looseObject({
  id: z.int(),
  type: z.enum(['row', 'stat', 'timeseries', 'table']),
  title: z.string().min(1),
  gridPos: z.strictObject({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(target).optional(),
  fieldConfig: z
    .object({
      defaults: z.object({ unit: z.string().optional() }),
      overrides: z.array(
        z.object({
          matcher: z.object({ id: z.string(), options: z.string() }),
          properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
        }),
      ),
    })
    .optional(),
});
const dashboardFile = z.looseObject({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  panels: z.array(panel),
});

const read = (name: string) => readFile(`infra/monitoring/${name}`, 'utf8');
const alerts = alertsFile.parse(parse(await read('alerts.yaml'))).groups.flatMap(({ rules }) => rules);
const dashboard = dashboardFile.parse(JSON.parse(await read('grafana-dashboard.json')));
const page = await readFile('docs/monitoring.md', 'utf8');

/** What Grafana puts in the place of its variables. */
const filled = (expr: string) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');
const expressions = [
  ...alerts.map(({ alert, expr }) => ({ of: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ of: title, expr: filled(expr) }))),
];

/** The series and labels that an expression names, and what of it is no PromQL. */
function namesIn(expr: string) {
  const series = new Set<string>();
  const labels = new Set<string>();
  const wrong: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) wrong.push(`at ${node.from}: ${text}`);
      if (node.name === 'VectorSelector') series.add(text.split('{')[0]?.trim() ?? '');
      if (node.name === 'LabelName') labels.add(text);
    },
  });
  return { series, labels, wrong };
}

/** Labels that Prometheus itself adds, or that buckets have. */
const given = ['job', 'instance', 'le'];

/** The metrics of an API host and of an agent, in a world in which there is something of everything that is told by a label. */
async function scraped(t: TestContext): Promise<Map<string, Metric>> {
  const w = await makeWorld(t);
  const stateDir = await agentStateFolder(t);
  const agent = await startAgentProcess(t, w, stateDir, undefined, { env: { HAAS_AGENT_METRICS_LISTEN: '127.0.0.1:0' } });
  const [, port] = /"port":(\d+),"msg":"the agent can be watched"/.exec(agent.output()) ?? [];
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  await cabledNode(w, 'n1');
  await w.arrange('PUT', '/node/n2', { obm: { type: 'mock', host: 'wrong-password', user: 'u', password: 'p' } });
  for (const node of ['n1', 'n2']) await reserve(w, node, 'blue');
  const api = await watchedApi(t, w);
  expect(await api.request('ada', 'POST', '/v0/node/n1/nic/eth0/connect_network', { network: 'lan' })).toBe(202);
  expect(await api.request('root', 'POST', '/v0/node/n2/power_on')).toBe(502);
  expect(await api.request('root', 'GET', '/v0/nothing')).toBe(404);
  await until(async () => (await w.sql`select from commands where finished_at is null`).length === 0, 'everything ended');
  const agents = readMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  await agent.stop();
  expect(await api.request('ada', 'POST', '/v0/node/n1/nic/eth0/detach_network', { network: 'lan' })).toBe(202);
  await w.sql`update ports set suspect_since = now()`;
  await w.sql`update devices set unsaved_since = now()`;
  return new Map([...(await api.metrics()), ...agents]);
}

test('the page, the dashboard and the alerts tell of the metrics that there are, and of no other', async (t) => {
  const metrics = await scraped(t);
  const ofHaas = [...metrics].filter(([name]) => name.startsWith('haas_'));
  /** The labels of each series, and of `up`, which Prometheus makes. */
  const series = new Map<string, Set<string>>([['up', new Set()]]);
  for (const { name, labels } of [...metrics.values()].flatMap(({ samples }) => samples)) {
    series.set(name, new Set([...(series.get(name) ?? []), ...Object.keys(labels)]));
  }
  const labelsOf = (names: Iterable<string>) => [...given, ...[...names].flatMap((name) => [...(series.get(name) ?? [])])];

  const documented = [...page.matchAll(/^\| `(haas_\w+)` \| (.*) \| (.+) \|$/gm)].map(([, name = '', labels, help]) => [
    name,
    { help, labels: [...String(labels).matchAll(/`(\w+)`/g)].map(([, label]) => label).sort() },
  ]);
  const told = ofHaas.map(([name, { help, samples }]) => {
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
    return [name, { help, labels: [...labels].filter((label) => label !== 'le').sort() }];
  });
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(told));
  for (const [name, { type }] of ofHaas) expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter');

  expect(expressions.length).toBeGreaterThan(50);
  for (const { of, expr } of expressions) {
    const names = namesIn(expr);
    expect(names.wrong, `${of}: ${expr}`).toEqual([]);
    expect(names.series.size, `${of}: ${expr}`).toBeGreaterThan(0);
    for (const name of names.series) expect([...series.keys()], `${of}: ${expr}`).toContain(name);
    for (const label of names.labels) expect(labelsOf(names.series), `${of}: ${expr}`).toContain(label);
  }
  for (const { alert, expr, annotations } of alerts) {
    for (const [, label] of annotations.summary.matchAll(/\$labels\.(\w+)/g)) {
      expect(labelsOf(namesIn(expr).series), alert).toContain(label);
    }
  }
  const watched = new Set(expressions.flatMap(({ expr }) => [...namesIn(expr).series]));
  const isWatched = (name: string) => ['', '_bucket', '_sum', '_count'].some((end) => watched.has(name + end));
  expect(ofHaas.map(([name]) => name).filter((name) => !isWatched(name))).toEqual([]);
});

test('every alert has a name of its own, and a page that says what to do', async () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { alert, annotations } of alerts) {
    const [path = '', anchor] = annotations.runbook.split('#');
    const headings = [...(await readFile(path, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    if (anchor !== undefined) expect(headings, `${alert}: ${annotations.runbook}`).toContain(anchor);
  }
});

test('the panels of the dashboard do not overlap, and use the data source that is chosen', () => {
  const places = new Map<string, string>();
  for (const { title, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(places.get(`${x} ${y}`), title).toBeUndefined();
        places.set(`${x} ${y}`, title);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const named = new Set([...JSON.stringify(dashboard).matchAll(/"type":"prometheus","uid":"([^"]+)"/g)].map(([, uid]) => uid));
  expect([...named]).toEqual([`\${${dashboard.templating.list[0]?.name}}`]);
});

test('what a panel shows has the unit that the panel has', () => {
  const shown = dashboard.panels.flatMap(({ title, targets = [], fieldConfig }) =>
    targets.map(({ expr, legendFormat }) => {
      const override = fieldConfig?.overrides.find(({ matcher }) => matcher.id === 'byName' && matcher.options === legendFormat);
      const unit = override?.properties.find(({ id }) => id === 'unit')?.value ?? fieldConfig?.defaults.unit;
      return { title, expr, isSeconds: unit === 's' };
    }),
  );
  expect(shown.filter(({ isSeconds }) => isSeconds).length).toBeGreaterThan(10);
  for (const { title, expr, isSeconds } of shown) {
    const seconds = /_seconds(_bucket)?\b/.test(expr) && !/^count\(/.test(expr);
    expect(isSeconds, `${title}: ${expr}`).toBe(seconds);
  }
});

test('the example for Prometheus has the jobs that the rules name, and loads them', async () => {
  const example = z
    .object({ rule_files: z.array(z.string()), scrape_configs: z.array(z.object({ job_name: z.string() })) })
    .parse(parse(await read('prometheus.yaml')));
  const jobs = example.scrape_configs.map(({ job_name: job }) => job);
  expect(example.rule_files).toEqual(['alerts.yaml']);
  const named = expressions.flatMap(({ expr }) => [...expr.matchAll(/\bjob(=~?)"([^"]+)"/g)].map(([, , job = '']) => job));
  for (const job of named)
    expect(
      jobs.some((name) => new RegExp(`^(?:${job})$`).test(name)),
      job,
    ).toBe(true);
});
