import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Handler, MiddlewareHandler } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import type { Environment } from '../environment.ts';
import type { Operation } from '../operation.ts';
import { openApiDocument } from './document.ts';

const require = createRequire(import.meta.url);

// Paths are relative, so that the page also works below another path.
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>HaaS API</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <main id="reference"></main>
    <noscript>This page needs JavaScript. <a href="openapi.json">openapi.json</a> says the same.</noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

// In a file of its own: the page allows no script within itself.
const start = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
});
`;

/** Nothing comes from elsewhere, and nothing goes there. Swagger UI writes styles into its elements. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const commonHeaders = {
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
};

interface File {
  readonly type: string;
  readonly read: () => Promise<Uint8Array<ArrayBuffer>> | string;
}

/** What is sent of a file, read once for all: whoever asks costs no memory, and nobody has to sign in to ask. */
interface Sent {
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly etag: string;
}

async function sentOf({ read }: File): Promise<Sent> {
  const body = await read();
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

function fileAt(path: string): File['read'] {
  return async () => new Uint8Array(await readFile(path));
}

/**
 * The API reference of a list of operations, by path: the document for programs, and a page for people, which needs nothing from
 * elsewhere. Nobody has to sign in to read them.
 */
export function referenceRoutes(operations: readonly Operation[]): readonly (readonly [path: string, ...handlers: Handlers])[] {
  const files: Readonly<Record<string, File>> = {
    '/openapi.json': {
      type: 'application/json',
      read: () => JSON.stringify(openApiDocument(operations)),
    },
    '/docs': { type: HTML, read: () => page },
    '/docs/start.js': { type: SCRIPT, read: () => start },
    '/docs/swagger-ui-bundle.js': { type: SCRIPT, read: fileAt(require.resolve('swagger-ui-dist/swagger-ui-bundle.js')) },
    '/docs/swagger-ui.css': { type: 'text/css; charset=utf-8', read: fileAt(require.resolve('swagger-ui-dist/swagger-ui.css')) },
    '/docs/favicon-32x32.png': { type: 'image/png', read: fileAt(require.resolve('swagger-ui-dist/favicon-32x32.png')) },
  };
  return Object.entries(files).map(([path, file]) => {
    let sent: Promise<Sent> | undefined;
    return [
      path,
      revalidated,
      async (c) => {
        // What cannot be read now may be readable later.
        sent ??= sentOf(file).catch((error: unknown) => {
          sent = undefined;
          throw error;
        });
        const { body, etag } = await sent;
        return c.body(body, 200, {
          ...commonHeaders,
          'Content-Type': file.type,
          ETag: etag,
          'X-Request-Id': c.var.requestId,
        });
      },
    ];
  });
}

type Handlers = [MiddlewareHandler<Environment>, Handler<Environment>];

const revalidated = etag({
  retainedHeaders: [...RETAINED_304_HEADERS, 'X-Request-Id', 'Content-Security-Policy', 'X-Content-Type-Options'],
});
