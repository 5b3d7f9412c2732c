import { expect, test } from 'vitest';
import { z } from 'zod';
import { listConsoleLogs } from '../../../functions/console/list-logs.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, malformedPages } from '../../support/pages.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listConsoleLogs, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    for (const project of ['red', 'blue']) {
      await reserve(w, 'n1', project);
      await loggedConsole(w, 'n1');
      await w.arrange('POST', `/project/${project}/detach_node`, { node: 'n1' });
    }
    await loggedConsole(w, 'n1');
    await w.sql`update consoles set bytes = 7 where id = 2`;
  },
  request: { params: { node: 'n1' } },
  async success(w, { body }) {
    const [opened_at, released_at] = [expect.any(String), expect.any(String)];
    const blue = { id: 2, project: 'blue', opened_at, released_at, bytes: 7 };
    expect(body).toEqual([
      { id: 3, project: null, opened_at, released_at: null, bytes: 0 },
      blue,
      { id: 1, project: 'red', opened_at, released_at, bytes: 0 },
    ]);
    expect((await w.call('ada', 'GET', '/node/n1/console/logs')).body).toEqual([blue]);
  },
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: { unknown_node: { params: { node: 'nope' } } },
  malformed: { ...malformedPages, 'a page after what is no log': { input: 'after=n1' } },
});

test('in pages, the newest first, of the projects of the caller', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const ids = { blue: [] as number[], red: [] as number[] };
  for (const project of ['blue', 'red', 'red', 'blue', 'red', 'blue', 'blue'] as const) {
    await reserve(w, 'n1', project);
    ids[project].unshift(await loggedConsole(w, 'n1'));
    await w.arrange('POST', `/project/${project}/detach_node`, { node: 'n1' });
  }
  const idsIn = (logs: unknown[]) => logs.map((log) => z.looseObject({ id: z.int() }).parse(log).id);
  expect(idsIn(await expectPages(w, 'ada', '/node/n1/console/logs'))).toEqual(ids.blue);
  expect(idsIn(await expectPages(w, 'bob', '/node/n1/console/logs'))).toEqual(ids.red);
  expect(await expectPages(w, 'root', '/node/n1/console/logs')).toHaveLength(7);
});
