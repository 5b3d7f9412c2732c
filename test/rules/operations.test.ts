import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemTypes } from '../../functions/http/problem.ts';
import { operations } from '../../functions/operations.ts';
import { isOperationFile, root, sourceFiles } from '../support/source-files.ts';

const operationFiles = sourceFiles('functions').filter(({ path }) => isOperationFile(path));
const known = new Set<unknown>(operations);

/** Where each operation is declared, and under which name. */
const declared = await Promise.all(
  operationFiles.map(async ({ path }) => {
    const exports: Record<string, unknown> = await import(/* @vite-ignore */ join(root, path));
    const names = Object.keys(exports).filter((name) => known.has(exports[name]));
    return {
      path,
      names,
      ids: operations.filter((operation) => names.some((name) => exports[name] === operation)).map(({ id }) => id),
    };
  }),
);

/** `/node/{}/nic/{}`: two paths that differ only in the names of their parameters are one. */
const shape = (path: string) => path.replace(/\{\w+(\+?)\}/g, '{$1}');

describe('the list of operations', () => {
  test('names every operation once', () => {
    expect(operations.length).toBeGreaterThan(40);
    expect(repeated(operations.map(({ id }) => id))).toEqual([]);
  });

  test('has one operation for a method and path', () => {
    expect(repeated(operations.map(({ method, path }) => `${method} ${shape(path)}`))).toEqual([]);
  });

  test('has each operation from a file of its own', () => {
    expect(declared.filter(({ names }) => names.length !== 1)).toEqual([]);
    expect(declared.flatMap(({ ids }) => ids).sort()).toEqual(operations.map(({ id }) => id).sort());
  });
});

describe.for(declared)('$path', ({ path, names }) => {
  const testPath = path.replace(/^functions/, 'test/functions').replace(/\.ts$/, '.test.ts');

  test('is named after what it does: a verb, and of what if not of the resource', () => {
    expect(basename(path, '.ts')).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test(`is tested as an operation in ${testPath}`, () => {
    expect(existsSync(join(root, testPath)), `${testPath} is missing`).toBe(true);
    const text = readFileSync(join(root, testPath), 'utf8');
    expect(text).toMatch(new RegExp(`^describeOperation\\(${names[0]}, \\{`, 'm'));
    expect(text).toContain(`'../../../${path}'`);
  });
});

describe.for(operations)('$id', (operation) => {
  test('is named like a function of the predecessor, and says what it does in one sentence', () => {
    expect(operation.id).toMatch(/^[a-z]+(_[a-z]+)+$/);
    expect(operation.summary).toMatch(/^[A-Z][^\n]{8,}[^.\s]$/);
  });

  test('has a schema for each parameter of its path, and for no other', () => {
    const parameters = [...operation.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name);
    if (!(operation.params instanceof z.ZodObject)) throw new Error('the schema of a path is an object');
    expect(Object.keys(operation.params.shape).sort()).toEqual(parameters.sort());
    expect(operation.path).toMatch(/^(\/([a-z_]+|\{\w+\+?\}))+$/);
  });

  test('says of each refusal what it is and when it happens', () => {
    for (const [code, [type, when]] of Object.entries(operation.refusals)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(Object.keys(problemTypes)).toContain(type);
      expect(when, code).toMatch(/^\S+( \S+){2,}[^.\s]$/);
    }
  });

  test('does not take a parameter of its path in the query or body too', () => {
    const parameters = [...operation.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => String(name));
    const fields = operation.input instanceof z.ZodObject ? Object.keys(operation.input.shape) : [];
    expect(fields.filter((field) => parameters.includes(field))).toEqual([]);
  });
});

function repeated(texts: readonly string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}
