import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { freePort } from '../../infra/postgres/postmaster.ts';
import { temporaryFolder } from './built.ts';
import { lackOf } from './lacking.ts';
import { until } from './until.ts';

/** Why nginx cannot be tried on this machine; undefined where it can. */
export const nginxMissing = lackOf(['nginx', 'openssl'], ['nginx-light', 'openssl']);

/** What a client of the proxy must know: where it is, by which certificate it is known, and how it calls itself. */
export interface Proxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly ca: Buffer;
  readonly servername: 'haas.example';
}

/** Starts nginx with infra/proxy/haas.conf, and a certificate of its own making, in front of API hosts on these ports; it ends with the test. */
export async function startNginx(t: Pick<TestContext, 'onTestFinished'>, ports: readonly string[]): Promise<Proxy> {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const subject = ['-subj', '/CN=haas.example', '-addext', 'subjectAltName=DNS:haas.example'];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...subject],
    ...['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.pem')],
  ]);
  const site = (await readFile('infra/proxy/haas.conf', 'utf8'))
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    // Not every machine has IPv6.
    .replace(/^ *listen \[::\].*\n/m, '')
    .replaceAll('/etc/haas/', `${folder}/`);
  const hosts = (await readFile('infra/proxy/hosts.conf', 'utf8')).replace(
    /(?: *server 127\.0\.0\.1:\d+(.*;)\n)+/,
    (_, parameters: string) => ports.map((each) => `server 127.0.0.1:${each}${parameters}\n`).join(''),
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`);
  await writeFile(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root root;' : ''} daemon off; pid ${folder}/pid; error_log stderr;
    events {} http { access_log off; ${temporary.join(' ')} ${hosts} ${site} }`,
  );
  const child = execa('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { reject: false, all: true });
  t.onTestFinished(async () => {
    child.kill('SIGTERM');
    await child;
  });
  const proxy: Proxy = { host: '127.0.0.1', port, ca: await readFile(join(folder, 'tls.pem')), servername: 'haas.example' };
  let end: string | undefined;
  void child.then(({ all }) => {
    end = all;
  });
  await until(async () => end !== undefined || (await ask(proxy, 'GET', '/').catch(() => undefined)), 'nginx answers');
  if (end !== undefined) throw new Error(`nginx ended: ${end}`);
  return proxy;
}

/** Sends a request to the proxy, without a body. Answers as soon as an answer has begun. */
export async function ask(
  proxy: Proxy,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  localAddress = '127.0.0.1',
): Promise<IncomingMessage> {
  const sent = request({ ...proxy, method, path, headers: { host: proxy.servername, ...headers }, localAddress, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  return response;
}
