import { expect } from 'vitest';

/** One metric as Prometheus reads it. */
export interface Metric {
  readonly help: string;
  readonly type: string;
  /** By the name of each series: those of a histogram end with `_bucket`, `_sum` and `_count`. */
  readonly samples: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Reads the text that `/metrics` answers. Fails on a line that nobody would understand. */
export function readMetrics(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  let name = '';
  let help = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, helped, words] = /^# HELP (\w+) (.+)$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    const [, series = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (helped !== undefined && words !== undefined) {
      name = helped;
      help = words;
    } else if (typed !== undefined && type !== undefined) {
      expect(typed, line).toBe(name);
      expect(metrics.has(name), `${name} is told twice`).toBe(false);
      metrics.set(name, { help, type, samples: [] });
    } else {
      expect(series.startsWith(name) && value !== undefined, `this is no sample of ${name}: ${line}`).toBe(true);
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]);
      metrics.get(name)?.samples.push({ name: series, labels: Object.fromEntries(pairs), value: Number(value) });
    }
  }
  return metrics;
}

/** The value of the one series of this name with these labels; undefined: there is none. */
export function metricValue(
  metrics: ReadonlyMap<string, Metric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = [...metrics.values()].flatMap((metric) => metric.samples.filter((sample) => sample.name === name));
  return samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;
}
