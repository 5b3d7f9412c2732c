import { describe, expect, test } from 'vitest';
import { type Import, importsOf, isOperationFile, type SourceFile, sourceFiles } from '../support/source-files.ts';

const files = ['db', 'functions', 'agents', 'infra', 'test'].flatMap(sourceFiles);
const within = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`));
const isTest = ({ path }: SourceFile) => path.startsWith('test/');

/** The imports of some files that a rule forbids, each as `importer -> imported`. */
function forbidden(importers: readonly SourceFile[], isForbidden: (imported: Import, importer: SourceFile) => boolean): string[] {
  return importers.flatMap((importer) =>
    importer.imports.filter((imported) => isForbidden(imported, importer)).map(({ from }) => `${importer.path} -> ${from}`),
  );
}

function isBelow(path: string, ...places: string[]): boolean {
  return places.some((place) => (place.endsWith('.ts') ? path === place : path.startsWith(`${place}/`)));
}

function isPackage({ isPackage, from }: Import, ...names: string[]): boolean {
  return isPackage && names.some((name) => from === name || from.startsWith(`${name}/`));
}

describe('who may import whom', () => {
  test.for([
    { folder: 'db', places: ['db'] },
    { folder: 'functions', places: ['functions', 'db'] },
    { folder: 'agents', places: ['agents', 'db/commands', 'db/devices', 'db/client.ts'] },
    { folder: 'infra', places: ['infra', 'functions', 'agents', 'db'] },
    { folder: 'infra/sdk', places: ['infra/sdk'] },
  ])('$folder imports only from $places', ({ folder, places }) => {
    expect(within(folder).length).toBeGreaterThan(0);
    expect(forbidden(within(folder), (imported) => !imported.isPackage && !isBelow(imported.from, ...places))).toEqual([]);
  });

  test('operations are imported by the list of operations, by infra and by tests, never by each other', () => {
    const others = within('functions').filter(({ path }) => path !== 'functions/operations.ts');
    expect(others.filter(({ path }) => isOperationFile(path)).length).toBeGreaterThan(10);
    expect(forbidden(others, ({ from }) => isOperationFile(from))).toEqual([]);
    expect(forbidden(others, ({ from }) => from === 'functions/operations.ts')).toEqual([]);
  });

  test('drivers know neither SQL nor the API, nor anything of the database but kinds of commands and families of devices', () => {
    const drivers = [...within('agents/drivers'), ...within('agents/sessions')];
    expect(drivers.length).toBeGreaterThan(0);
    expect(
      forbidden(drivers, (imported, importer) => {
        // Some switches are spoken to by HTTP, all of them through this one file.
        if (isPackage(imported, 'node:http', 'node:https')) return importer.path !== 'agents/sessions/rest.ts';
        if (imported.isPackage) return isPackage(imported, 'postgres', 'drizzle-orm', 'hono', '@hono', 'node:http2', 'undici');
        return isBelow(imported.from, 'db') && !isBelow(imported.from, 'db/devices', 'db/commands/kinds.ts');
      }),
    ).toEqual([]);
  });

  test('only agents touch devices: what the API is made of opens no connection and runs no program', () => {
    const means = ['node:net', 'node:tls', 'node:dgram', 'node:child_process', 'execa', 'ssh2'];
    expect(
      forbidden(
        [...within('functions'), ...within('db')],
        // Comparing addresses opens nothing.
        (imported) => isPackage(imported, ...means) && imported.what.trim() !== '{ BlockList, isIP }',
      ),
    ).toEqual([]);
  });

  test('a simulator never imports a driver, nor a driver a simulator', () => {
    expect(within('infra/rack').length).toBeGreaterThan(0);
    expect(forbidden(within('infra/rack'), ({ from }) => isBelow(from, 'agents'))).toEqual([]);
    expect(forbidden(within('agents'), ({ from }) => isBelow(from, 'infra'))).toEqual([]);
  });

  test('nothing imports tests', () => {
    expect(forbidden(files, ({ from }, importer) => !isTest(importer) && isBelow(from, 'test'))).toEqual([]);
  });

  test('what is imported can be read here: nothing computes it', () => {
    const productive = files.filter((file) => !isTest(file));
    expect(productive.filter(({ text }) => /\b(?:import|require)\(\s*[^'"\s]/.test(text)).map(({ path }) => path)).toEqual([]);
    expect(forbidden(productive, ({ isPackage, from }) => !isPackage && !/\.(ts|mjs|json)$/.test(from))).toEqual([]);
  });
});

describe('who may do what', () => {
  const productive = files.filter((file) => !isTest(file));
  const naming = (pattern: RegExp) => productive.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
  const importing = (pattern: RegExp) =>
    productive
      .filter(({ imports }) => imports.some(({ from, what }) => from === 'jose' && (what.includes('* as') || pattern.test(what))))
      .map(({ path }) => path);

  test('only issue.ts has commands signed', () => {
    expect(naming(/\bsigner\s*\??\.\s*sign\b|\bsigner\s*\[|\bsign\b[^\n=]*\}\s*=\s*[^\n;]*\bsigner\b/)).toEqual([
      'functions/rules/issue.ts',
    ]);
  });

  test('only envelope.ts signs commands, and audit-chain.ts the audit', () => {
    expect(importing(/\b(?:CompactSign|FlattenedSign|GeneralSign|SignJWT)\b/)).toEqual([
      'db/commands/envelope.ts',
      'functions/rules/audit-chain.ts',
    ]);
  });

  test('only verify.ts of the agents verifies commands, audit-chain.ts the audit, and oidc.ts who somebody is', () => {
    expect(importing(/\b(?:compactVerify|flattenedVerify|generalVerify)\b/)).toEqual([
      'functions/rules/audit-chain.ts',
      'agents/verify.ts',
    ]);
    expect(importing(/\bjwtVerify\b/)).toEqual(['functions/http/sign-in/oidc.ts']);
  });
});

test.for([
  { form: 'a statement', text: "import { a } from '../db/x.ts';", from: 'db/x.ts' },
  { form: 'a statement of several lines', text: "import type {\n  A,\n  B,\n} from './x.ts';", from: 'functions/x.ts' },
  { form: 'a re-export', text: "export { a } from './http/../x.ts';", from: 'functions/x.ts' },
  { form: 'a re-export of everything', text: "export * from './x.ts';", from: 'functions/x.ts' },
  { form: 'an import for its effect', text: "import './x.ts';", from: 'functions/x.ts' },
  { form: 'an import while running', text: "const x = await import('./x.ts');", from: 'functions/x.ts' },
  { form: 'a require', text: "const x = require('node:net');", from: 'node:net' },
  { form: 'double quotes', text: 'import x from "jose";', from: 'jose' },
])('this test sees $form', ({ text, from }) => {
  expect(importsOf('functions/y.ts', `const before = 'text';\n${text}\n`)).toMatchObject([{ from }]);
});
