import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';

/** What came back. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** One character a byte. */
  readonly body: string;
}

/** Sends one request over a connection of its own. Rejects when the connection ends before the answer does. */
export async function call(
  simulated: SimulatedSwitch,
  method: string,
  path: string,
  body = '',
  { auth = 'admin:Secret9', tls = false }: { readonly auth?: string; readonly tls?: boolean } = {},
): Promise<Reply> {
  const where = { host: '127.0.0.1', port: simulated.tcpPort(tls ? 'https' : 'http'), method, path, auth, agent: false };
  const asked = (tls ? requestSecurely({ ...where, rejectUnauthorized: false }) : request(where)).end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  let text = '';
  for await (const part of response?.setEncoding('latin1') ?? []) text += part;
  return { status: response?.statusCode, headers: response?.headers ?? {}, body: text };
}
