import { createServer, type ServerResponse } from 'node:http';
import type { Measures } from './measures.ts';
import { ConfigError } from './private-file.ts';
import { messageOf } from './scrub.ts';

/** How many may be connected at once: each costs a file, and the agent needs some for its devices and its journal. */
const MOST_CONNECTIONS = 100;

/** Where somebody listens. */
export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/** What an agent tells those who watch it. */
interface Watched {
  readonly measures: Pick<Measures, 'text'>;
  /** What each check found that says whether it can work now: `ok`, or a sentence without secrets. */
  readonly checks: () => Readonly<Record<string, string>>;
}

/** Where it tells it. */
export interface Monitoring {
  readonly port: number;
  close(): void;
}

/**
 * Tells whoever reaches an address how an agent does: `/healthz`, whether its process lives; `/readyz`, whether it can work now (503 where
 * it cannot, with what each check found); `/metrics`, for Prometheus. Rejects with ConfigError when the address is taken.
 */
export async function serveMonitoring({ hostname, port }: ListenAddress, { measures, checks }: Watched): Promise<Monitoring> {
  const server = createServer((request, response) => {
    const path = request.method === 'GET' || request.method === 'HEAD' ? request.url?.split('?', 1)[0] : undefined;
    switch (path) {
      case '/healthz':
        return answer(response, 200, 'application/json', JSON.stringify({ alive: true }));
      case '/readyz': {
        const found = checks();
        const ready = Object.values(found).every((check) => check === 'ok');
        return answer(response, ready ? 200 : 503, 'application/json', JSON.stringify({ ready, checks: found }));
      }
      case '/metrics':
        return void measures.text().then(
          ({ type, text }) => answer(response, 200, type, text),
          (error: unknown) => answer(response, 500, 'text/plain', messageOf(error)),
        );
      default:
        return answer(response, 404, 'text/plain', 'there is /healthz, /readyz and /metrics to GET\n');
    }
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    // Also later: a connection that cannot be accepted is told so too, and who watches sees that nobody answers. The agent works on.
    server.on('error', (error) =>
      reject(new ConfigError(`HAAS_AGENT_METRICS_LISTEN: the agent cannot listen on ${hostname}:${port}: ${messageOf(error)}`)),
    );
    server.listen(port, hostname, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}
