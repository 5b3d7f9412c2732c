import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../functions/http/openapi/document.ts';
import { operations } from '../functions/operations.ts';

/** Where the document is kept. The client library and the command line are made from it. */
export const openApiFile = fileURLToPath(new URL('sdk/openapi.json', import.meta.url));

/** The OpenAPI document of every operation, as text. */
export function renderOpenApi(): string {
  return `${JSON.stringify(openApiDocument(operations), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(openApiFile, renderOpenApi());
