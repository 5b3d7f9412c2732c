import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operations } from '../../functions/operations.ts';
import { openApiFile, renderOpenApi } from '../../infra/openapi-document.ts';
import { problemsPage, renderProblemsPage } from '../../infra/problems-page.ts';
import { hilCalls } from '../support/hil-calls.ts';

test('docs/problems.md is what "npm run docs" makes', async () => {
  expect(await readFile(problemsPage, 'utf8')).toBe(renderProblemsPage());
});

test('infra/sdk/openapi.json is what "npm run docs" makes', async () => {
  expect(await readFile(openApiFile, 'utf8')).toBe(renderOpenApi());
});

test('every reason on that page has something to do about it', () => {
  expect(renderProblemsPage()).not.toMatch(/\|\s*\|$/m);
});

test('docs/configuration.md names every environment variable that the code reads, and no other', async () => {
  const documented = variables(await readFile('docs/configuration.md', 'utf8'));
  const read = new Set<string>();
  for (const folder of ['functions', 'agents', 'db', 'infra', 'test']) {
    for (const file of await readdir(folder, { recursive: true })) {
      if (file.endsWith('.ts')) for (const name of variables(await readFile(join(folder, file), 'utf8'))) read.add(name);
    }
  }
  expect([...documented].sort()).toEqual([...read].sort());
});

test('docs/from-hil.md has every call of the predecessor, and HaaS has it too', async () => {
  const page = await readFile('docs/from-hil.md', 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \| ([A-Z]+) \| `(\S+)` \| \S.* \|$/gm)].map(([, id, method, path]) => ({
    id,
    method,
    path,
  }));
  const byId = (a: { id?: string | undefined }, b: { id?: string | undefined }) => String(a.id).localeCompare(String(b.id));
  expect(documented.sort(byId)).toEqual([...hilCalls].sort(byId));
  const served = operations.map(({ id, method, path }) => `${id} ${method} ${path.replace('+}', '}')}`);
  expect(
    hilCalls.map(({ id, method, path }) => `${id} ${method} ${path.replace(/\/$/, '')}`).filter((call) => !served.includes(call)),
  ).toEqual([]);
});

test('every link between pages leads somewhere', async () => {
  const pages = [
    'README.md',
    ...(await readdir('docs', { recursive: true })).filter((name) => name.endsWith('.md')).map((name) => join('docs', name)),
  ];
  for (const page of pages) {
    for (const [, target] of (await readFile(page, 'utf8')).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await expect(readFile(join(page, '..', String(target))), `${page} links to ${target}`).resolves.toBeDefined();
    }
  }
});

function variables(text: string): Set<string> {
  return new Set(text.match(/\b(?:HAAS_[A-Z]+(?:_[A-Z]+)*|DATABASE_URL)\b/g) ?? []);
}
