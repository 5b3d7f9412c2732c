import { collectDefaultMetrics, Gauge, Registry, register } from 'prom-client';
import { readVitals } from '../../db/queries/vitals.ts';
import type { RequestMeasures } from '../../functions/http/measures.ts';
import { VERSION } from '../../functions/http/openapi/document.ts';
import type { Services } from '../../functions/services.ts';
import { metricsOfVitals } from './metrics-of-vitals.ts';
import { sharedReading } from './shared-reading.ts';

/** How often the database is asked at most, in ms, however many ask for metrics. */
const INTERVAL = 5_000;

// Of the process, in the registry of the library: memory, CPU time, delays of the event loop.
if (!register.getSingleMetric('process_start_time_seconds')) collectDefaultMetrics();

/** Everything that is measured of an API host, and that its database knows, as Prometheus reads it. */
export interface HostMetrics {
  /** As text; never rejects for the database, which may be away. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What is measured. */
interface Measured {
  readonly services: Services;
  readonly requests: RequestMeasures;
  /** Whether the connection is heard that tells what happens in the database; undefined where there is none. */
  readonly hears: (() => boolean) | undefined;
  /** The id of the key with which this host signs commands. */
  readonly signingKey: string;
}

/** Gathers the metrics of a host. */
export function createHostMetrics({ services, requests, hears, signingKey }: Measured): HostMetrics {
  const { database, places, log } = services;
  const own = new Registry();
  const registers = [own];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  new Gauge({ name: 'haas_api_info', help: 'The version of this API host', labelNames: ['version'], registers }).set(
    { version: VERSION },
    1,
  );
  new Gauge({
    name: 'haas_api_signing_key_info',
    help: 'The id (RFC 7638) of the key with which this host signs commands',
    labelNames: ['kid'],
    registers,
  }).set({ kid: signingKey }, 1);
  if (hears) gauge('haas_api_listener_up', 'Whether this host hears what the database tells', () => (hears() ? 1 : 0));
  gauge('haas_api_streams', 'Answers that go on and on: consoles, logs and events', () => places.streams.taken);
  gauge('haas_api_streams_limit', 'How many of them there may be', () => services.settings.limits.streams);
  gauge('haas_api_waiting_requests', 'Requests that may wait for a device', () => places.waiting.taken);
  new Gauge({
    name: 'haas_api_transactions',
    help: 'Transactions of this host that have one of its connections to the database, and that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'running' }, database.load.running);
      this.set({ state: 'waiting' }, database.load.waiting);
    },
  });
  gauge(
    'haas_api_transactions_limit',
    'Connections to the database that this host has for requests',
    () => database.load.connections,
  );

  let isUp = true;
  gauge('haas_database_up', 'Whether the database told how things stand', () => (isUp ? 1 : 0));
  const readKnown = sharedReading(INTERVAL, async () => metricsOfVitals(await readVitals(database.$client)));
  const look = async () => {
    try {
      const text = await readKnown();
      isUp = true;
      return text;
    } catch (error) {
      if (isUp) log.warn({ err: error }, 'the database does not tell how things stand: metrics lack what it knows');
      isUp = false;
      return '';
    }
  };
  const all = Registry.merge([own, requests.registry, register]);
  return {
    async text() {
      const known = await look();
      return (await all.metrics()) + known;
    },
    contentType: all.contentType,
  };
}
