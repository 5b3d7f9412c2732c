import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import type { SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';
import { stateFile } from './nexus/switch-under-test.ts';
import { LOGIN, services, startPlain } from './plain-switch.ts';

const AUTH = `${LOGIN.username}:${LOGIN.password}`;

describe('HTTP', () => {
  test('answers requests, and keeps a list of them', async () => {
    const simulated = await startPlain(services.http);
    expect(await call(simulated, 'POST', '/vlans', '100')).toEqual({ status: 204, body: '' });
    expect(await call(simulated, 'GET', '/vlans')).toEqual({ status: 200, body: '[1,100]' });
    expect(await call(simulated, 'GET', '/else?a=1')).toMatchObject({ status: 404 });
    expect(simulated.typed).toEqual(['POST /vlans 100', 'GET /vlans', 'GET /else?a=1']);
    expect([simulated.vlans(), simulated.unsaved()]).toEqual([[1, 100], true]);
    expect(() => simulated.tcpPort('ssh')).toThrow('sw1 has no ssh');
    await vi.waitFor(() => expect([simulated.sessions, simulated.sessionsEver]).toEqual([0, 3]));
  });

  test.for(['admin:wrong', 'root:Secret9', ''])('demands the password: %s', async (auth) => {
    const simulated = await startPlain(services.http);
    expect(await call(simulated, 'POST', '/vlans', '100', { auth })).toEqual({ status: 401, body: '' });
    expect([simulated.typed, simulated.vlans()]).toEqual([[], [1]]);
  });

  test('refuse, lie and garble', async () => {
    const simulated = await startPlain(services.http, { faults: { refuse: /^POST \/vlans 100$/ } });
    expect(await call(simulated, 'POST', '/vlans', '100')).toEqual({ status: 400, body: '{"error":"refused"}' });
    Object.assign(simulated.faults, { refuse: undefined, lie: /^POST/, garble: /^GET/ });
    expect(await call(simulated, 'POST', '/vlans', '100')).toMatchObject({ status: 204 });
    expect(simulated.vlans()).toEqual([1]);
    expect((await call(simulated, 'GET', '/vlans')).body).toContain('\x9b');
  });

  test('drop carries out and ends the connection in the middle', async () => {
    const simulated = await startPlain(services.http, { faults: { drop: /./ } });
    await expect(call(simulated, 'POST', '/vlans', '100')).rejects.toThrow('socket hang up');
    expect(simulated.vlans()).toEqual([1, 100]);
    await expect(call(simulated, 'GET', '/vlans')).rejects.toThrow('aborted');
  });

  test('an answer may be rewritten, and cut short', async () => {
    const simulated = await startPlain(services.http);
    simulated.faults.answer = (line, answer, index) => `${index}${line}${answer}`;
    expect(await call(simulated, 'GET', '/vlans')).toEqual({ status: 200, body: '0GET /vlans[1]' });
    simulated.faults.answer = (_line, answer) => ({ text: answer.slice(0, 1), hangUp: true });
    await expect(call(simulated, 'GET', '/vlans')).rejects.toThrow('aborted');
    simulated.faults.answer = (_line, text) => ({ text, hangUp: true });
    expect(await call(simulated, 'GET', '/vlans')).toEqual({ status: 200, body: '[1]' });
  });

  test('hang never answers; a delay answers later; one session too many is turned away', async () => {
    const simulated = await startPlain(services.http, { faults: { hang: /^POST/, maxSessions: 1 } });
    const calling = new AbortController();
    const hanging = call(simulated, 'POST', '/vlans', '100', { signal: calling.signal });
    await vi.waitFor(() => expect(simulated.typed).toHaveLength(1));
    await expect(call(simulated, 'GET', '/vlans')).rejects.toThrow();
    calling.abort();
    await expect(hanging).rejects.toThrow();
    await vi.waitFor(() => expect(simulated.sessions).toBe(0));
    simulated.faults.lineDelay = 100;
    const before = performance.now();
    expect(await call(simulated, 'GET', '/vlans')).toMatchObject({ body: '[1]' });
    expect(performance.now() - before).toBeGreaterThan(95);
  });
});

test('HTTPS: a certificate of its own, which stays the same over restarts', async () => {
  const file = stateFile();
  const certificates: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    const simulated = await startPlain(services.https, { stateFile: file });
    const port = simulated.tcpPort('https');
    const ca = await certificateShown(port);
    certificates.push(ca);
    const asked = requestSecurely({ host: '127.0.0.1', port, path: '/vlans', auth: AUTH, ca, agent: false }).end();
    const [response]: IncomingMessage[] = await once(asked, 'response');
    expect(response?.statusCode).toBe(200);
    await simulated.close();
  }
  expect(certificates[0]).toBe(certificates[1]);
  const certificate = new X509Certificate(certificates[0] ?? '');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('sw1')).toBe('sw1');
  expect(certificate.verify(certificate.publicKey)).toBe(true);
});

async function call(
  simulated: SimulatedSwitch,
  method: string,
  path: string,
  body = '',
  { auth = AUTH, signal }: { auth?: string; signal?: AbortSignal } = {},
): Promise<{ status: number | undefined; body: string }> {
  const where = { host: '127.0.0.1', port: simulated.tcpPort('http'), method, path, agent: false };
  const asked = request({ ...where, ...(auth !== '' && { auth }), ...(signal && { signal }) }).end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  let text = '';
  for await (const part of response?.setEncoding('latin1') ?? []) text += part;
  return { status: response?.statusCode, body: text };
}

async function certificateShown(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return new X509Certificate(raw).toString();
}
