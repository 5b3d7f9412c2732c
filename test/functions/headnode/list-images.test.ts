import { expect, test } from 'vitest';
import { listHeadnodeImages } from '../../../functions/headnode/list-images.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { anotherHost, offer, offerHeadnodes } from '../../support/headnodes.ts';
import { expectPages, malformedPages } from '../../support/pages.ts';
import { makeWorld, type World } from '../../support/world.ts';

const images = async (w: World, path = '/headnode_images') => (await w.call('bob', 'GET', path)).body;

describeOperation(listHeadnodeImages, {
  async arrange(w) {
    await offerHeadnodes(w);
    const [template] = offer.templates;
    if (!template) throw new Error('there is no template');
    await anotherHost(w, 'rack-2', { templates: [template, { ...template, name: 'Arch' }] });
  },
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual(['Arch', 'debian-12', 'tiny']);
  },
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('W23: the predecessor’s path ends with a slash, and no other does', async (context) => {
  const w = await makeWorld(context);
  await offerHeadnodes(w);
  expect(await images(w, '/headnode_images/')).toEqual(['debian-12', 'tiny']);
  expect((await w.call('bob', 'GET', '/headnode_images/x')).status).toBe(404);
  expect((await w.call('bob', 'GET', '/networks/')).status).toBe(404);
});

test('where no agent has headnodes the list is empty, and what is told by one of another version is passed over', async (context) => {
  const w = await makeWorld(context);
  expect(await images(w)).toEqual([]);
  await w.sql`update agents set vm_host = '{"templates": "all"}'`;
  expect(await images(w)).toEqual([]);
});

test('in pages, over all agents', async (context) => {
  const w = await makeWorld(context);
  const templates = (names: string[]) => names.map((name) => ({ name, memory: 1024, vcpus: 1, disk: 4 }));
  await offerHeadnodes(w, { templates: templates(['debian-12', 'Arch', 'tiny']) });
  await anotherHost(w, 'rack-2', { templates: templates(['debian-12', 'debian-13']) });
  expect(await expectPages(w, 'ada', '/headnode_images')).toEqual(['Arch', 'debian-12', 'debian-13', 'tiny']);
});
