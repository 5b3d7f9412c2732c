import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../../../functions/app.ts';
import { openApiDocument } from '../../../../functions/http/openapi/document.ts';
import { operations } from '../../../../functions/operations.ts';
import { readSettings } from '../../../../functions/settings.ts';
import { createHttpServer } from '../../../../infra/hosts/server.ts';
import { ask, problem } from '../../../support/transport.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** As a browser without credentials asks. */
function get(w: World, path: string, headers: Record<string, string> = {}) {
  return ask(w, 'GET', path, { headers: { authorization: '', ...headers } });
}

describe('/openapi.json', () => {
  test('is the document, for anybody, and for a cache that asks whether it has changed', async (context) => {
    const w = await makeWorld(context);
    const response = await get(w, '/openapi.json');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-request-id')).toMatch(/\w/);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(operations))));

    const etag = response.headers.get('etag') ?? '';
    const again = await get(w, '/openapi.json', { 'if-none-match': etag });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect(again.headers.get('x-request-id')).toMatch(/\w/);
    expect((await get(w, '/openapi.json', { 'if-none-match': '"another"' })).status).toBe(200);
  });
});

describe('/docs', () => {
  test('shows the document with what this host serves, and with nothing else', async (context) => {
    const w = await makeWorld(context);
    const response = await get(w, '/docs');
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/);
    expect(page).not.toMatch(/<script>|<script [^>]*>[^<]|<style|\bon\w+=|https?:/);

    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => new URL(link, 'http://haas.test/docs'));
    expect(links.length).toBeGreaterThan(3);
    const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', png: 'image/png', json: 'application/json' };
    for (const { host, pathname } of links) {
      expect(host).toBe('haas.test');
      const file = await get(w, pathname);
      expect(file.status, pathname).toBe(200);
      expect(file.headers.get('content-type')).toContain(types[pathname.split('.').pop() ?? '']);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(file.headers.get('etag')).toMatch(/^"/);
      expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
  });

  test('starts Swagger UI with the document of this host, and with no validator elsewhere', async (context) => {
    const w = await makeWorld(context);
    const [bundle, start] = await Promise.all(
      ['swagger-ui-bundle.js', 'start.js'].map(async (name) => (await get(w, `/docs/${name}`)).text()),
    );
    expect(bundle).toContain('SwaggerUIBundle');
    const configurations: unknown[] = [];
    new Function('SwaggerUIBundle', start ?? '')((configuration: unknown) => configurations.push(configuration));
    expect(configurations).toEqual([expect.objectContaining({ url: 'openapi.json', dom_id: '#reference', validatorUrl: null })]);
    expect(await (await get(w, '/docs')).text()).toContain('<main id="reference">');
  });

  test('has a head without a body, and no other method', async (context) => {
    const w = await makeWorld(context);
    for (const path of ['/openapi.json', '/docs', '/docs/swagger-ui.css']) {
      const head = await ask(w, 'HEAD', path);
      expect([head.status, await head.text()]).toEqual([200, '']);
      const post = await ask(w, 'POST', path);
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, OPTIONS, HEAD']);
      expect((await ask(w, 'OPTIONS', path)).headers.get('allow')).toBe('GET, OPTIONS, HEAD');
    }
  });

  test('costs no memory however often it is asked for, and whoever takes it slowly', async (context) => {
    const app = createApp((await makeWorld(context)).services, operations);
    const server = createHttpServer(app, readSettings({}), pino({ level: 'silent' }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    context.onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const begin = async () => {
      const socket = connect(address.port, '127.0.0.1');
      context.onTestFinished(() => void socket.destroy());
      socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: haas\r\n\r\n');
      const [head] = await once(socket, 'data');
      socket.pause();
      expect(String(head)).toMatch(/^HTTP\/1\.1 200/);
    };
    await begin();
    const before = process.memoryUsage().arrayBuffers;
    await Promise.all(Array.from({ length: 40 }, begin));
    // The file has 1.7 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test('serves no other file', async (context) => {
    const w = await makeWorld(context);
    for (const name of [
      'index.html',
      'swagger-ui-bundle.js.map',
      '',
      '..%2Fpackage.json',
      '%2e%2e/package.json',
      '..%5Cpackage.json',
      '....//package.json',
      'start.js%00',
      '__proto__',
    ]) {
      const response = await get(w, `/docs/${name}`);
      expect([404, 308], name).toContain(response.status);
      if (response.status === 404) expect(await response.json()).toEqual(problem('NotFoundError'));
    }
  });
});
