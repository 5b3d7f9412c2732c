import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validate } from '@readme/openapi-parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../../../functions/http/openapi/document.ts';
import { tagOf } from '../../../../functions/http/openapi/tags.ts';
import { nothing, reading } from '../../../../functions/http/operation.ts';
import { operations } from '../../../../functions/operations.ts';
import { isOperationFile, root, sourceFiles } from '../../../support/source-files.ts';

// What a reader gets: text that was parsed again.
const text = JSON.stringify(openApiDocument(operations));
const media = z.looseObject({ schema: z.looseObject({}), example: z.json().optional() });
const answer = z.looseObject({
  description: z.string().min(1).optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
  content: z.record(z.string(), media).optional(),
});
const choice = z.looseObject({ examples: z.array(z.json()).optional() });
const parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  schema: choice.extend({ anyOf: z.array(choice).optional(), enum: z.array(z.json()).optional() }),
});
const shape = z.looseObject({
  info: z.looseObject({ version: z.string() }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        tags: z.array(z.string()),
        'x-haas-access': z.string(),
        parameters: z.array(z.union([z.strictObject({ $ref: z.string() }), parameter])),
        requestBody: z.looseObject({ content: z.record(z.string(), media) }).optional(),
        responses: z.record(z.string(), answer),
      }),
    ),
  ),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});
const document = shape.parse(JSON.parse(text));
const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));

function operation(id: string) {
  const found = described.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`the document has no operation ${id}`);
  return found;
}

describe('the OpenAPI document', () => {
  test('passes a public validator, without a warning', async () => {
    expect(await validate(JSON.parse(text))).toEqual({ valid: true, warnings: [], specification: 'OpenAPI' });
  });

  test('has every operation, at its method and path', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    expect(written.sort()).toEqual(
      operations.map(({ id, method, path }) => `${id} ${method} /v0${path.replace('+}', '}')}`).sort(),
    );
  });

  test('is of the version of the package', async () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    expect(document.info.version).toBe(version);
  });

  test('tags each operation with the folder that holds it', async () => {
    const declared = sourceFiles('functions').filter(({ path }) => isOperationFile(path));
    for (const { path } of declared) {
      const exported = Object.values<unknown>(await import(/* @vite-ignore */ join(root, path)));
      for (const found of operations.filter((each) => exported.includes(each)))
        expect(tagOf(found.path), path).toBe(path.split('/')[1]);
    }
  });

  test('says what a device may do to an answer', () => {
    expect(Object.keys(operation('node_power_on').responses)).toEqual(expect.arrayContaining(['200', '202', '307', '502']));
    expect(operation('node_power_on').responses['202']?.content?.['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/Pending',
    });
    expect(operation('node_power_on').parameters).toContainEqual({ $ref: '#/components/parameters/Prefer' });
    expect(operation('project_power').responses['202']?.content).toEqual(operation('project_power').responses['200']?.content);
    expect(Object.keys(operation('show_headnode').responses)).not.toContain('202');
    expect(Object.keys(operation('show_console').responses['200']?.content ?? {})).toEqual(['text/plain']);
    expect(operation('project_create').responses['200']).not.toHaveProperty('content');
  });

  test('names every code of a refusal, and when it comes', () => {
    for (const { id, refusals, access } of operations) {
      const said = JSON.stringify(operation(id).responses);
      const codes = [...Object.keys(refusals), 'internal', ...(access === 'admin' ? ['not_an_administrator'] : [])];
      for (const code of codes) expect(said, id).toContain(code);
    }
  });

  test('says of nothing that ends something, or that is ordered once, that there may be too many of it', () => {
    const isBounded = (id: string) => JSON.stringify(operation(id).responses['429'] ?? {}).includes('too_many_pending');
    for (const id of ['headnode_delete', 'show_headnode', 'stop_console', 'project_detach_node'])
      expect(isBounded(id), id).toBe(false);
    for (const id of ['headnode_stop', 'node_power_status', 'show_console', 'node_update']) expect(isBounded(id), id).toBe(true);
  });

  test('keeps what contains itself once, and refers to it', () => {
    expect(Object.keys(document.components.schemas).sort()).toEqual(expect.arrayContaining(['Json', 'Pending', 'Problem']));
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('__schema');
  });
});

describe('its examples', () => {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(JSON.parse(text), 'document');
  const isValid = (schema: unknown, example: unknown) => {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
    return ajv.validate(local, example) || `${JSON.stringify(example)}: ${ajv.errorsText()}`;
  };

  test.for(described)('of $operationId are what their schemas say', ({ parameters, requestBody, responses }) => {
    for (const { name, schema } of parameters.flatMap((each) => ('name' in each ? [parameter.parse(each)] : []))) {
      // Of a choice, the examples may stand at what is to be chosen from.
      const examples = schema.examples ?? schema.anyOf?.flatMap((choice) => choice.examples ?? []) ?? schema.enum ?? [];
      expect(examples.length, name).toBeGreaterThan(0);
      for (const example of examples) expect(isValid(schema, example), name).toBe(true);
    }
    const bodies = [requestBody?.content['application/json'], responses['200']?.content?.['application/json']];
    for (const body of bodies) {
      if (!body) continue;
      expect(body).toHaveProperty('example');
      expect(isValid(body.schema, body.example)).toBe(true);
    }
  });
});

describe('what has no place in a document', () => {
  const odd = {
    id: 'show_odd',
    summary: 'Show something odd',
    method: 'GET',
    access: 'user',
    params: nothing,
    query: nothing,
  } as const;
  const read = () => Promise.reject(new Error('is not called'));

  test('a path that no tag fits', () => {
    const elsewhere = reading({ ...odd, path: '/elsewhere', result: z.string(), refusals: {}, read });
    expect(() => openApiDocument([elsewhere])).toThrow('no tag fits the path /elsewhere');
  });

  test('two schemas of one id', () => {
    const first = reading({
      ...odd,
      path: '/switches',
      result: z.object({ at: z.string().meta({ id: 'Problem' }) }),
      refusals: {},
      read,
    });
    expect(() => openApiDocument([first])).toThrow('two schemas have the id Problem');
  });

  test('a schema that contains itself and has no id', () => {
    const tree = z.object({
      name: z.string(),
      get parts() {
        return z.array(tree);
      },
    });
    const first = reading({ ...odd, path: '/switches', result: z.object({ tree }), refusals: {}, read });
    expect(() => openApiDocument([first])).toThrow('a schema that contains itself needs an id');
  });
});
