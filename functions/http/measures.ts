import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the latencies that are told apart, in seconds. The last ones are of requests that wait for devices. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** What stands for an operation where the path or the method is of none. */
const NO_OPERATION = 'none';

/** How a request was answered. */
export interface Answered {
  /** The id of the operation, which is one of a few, as paths are not. */
  readonly operation: string | undefined;
  readonly status: number;
  readonly seconds: number;
  /** The code of the refusal, where it was one. */
  readonly refusal: string | undefined;
}

/** What is measured of the requests of one process, for Prometheus. */
export class RequestMeasures {
  readonly registry = new Registry();
  readonly #latencies: Histogram<'operation' | 'status'>;
  readonly #refusals: Counter<'code'>;
  #inFlight = 0;

  constructor() {
    const registers = [this.registry];
    const inFlight = () => this.#inFlight;
    this.#latencies = new Histogram({
      name: 'haas_api_request_duration_seconds',
      help: 'Requests, and how long they took until the answer began, by operation and class of status',
      labelNames: ['operation', 'status'],
      buckets: LATENCIES,
      registers,
    });
    this.#refusals = new Counter({
      name: 'haas_api_refusals_total',
      help: 'Requests that were refused, by the code of the error',
      labelNames: ['code'],
      registers,
    });
    new Gauge({
      name: 'haas_api_requests_in_flight',
      help: 'Requests whose answer has not begun',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
  }

  /** A request has come. */
  begun(): void {
    this.#inFlight += 1;
  }

  /** It is being answered. */
  answered({ operation = NO_OPERATION, status, seconds, refusal }: Answered): void {
    this.#inFlight -= 1;
    this.#latencies.observe({ operation, status: `${Math.floor(status / 100)}xx` }, seconds);
    if (refusal !== undefined) this.refused(refusal);
  }

  /** Something was refused, be it before it was a request. */
  refused(code: string): void {
    this.#refusals.inc({ code });
  }
}
