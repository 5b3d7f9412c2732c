import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { commandKinds } from '../../../db/commands/kinds.ts';
import { unseal } from '../../../db/commands/seal.ts';
import { createHeadnode } from '../../../functions/headnode/create.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import {
  anotherHost,
  asked,
  ended,
  expire,
  headnode,
  headnodeOrders,
  offer,
  offerHeadnodes,
  withHeadnode,
} from '../../support/headnodes.ts';
import { type Answer, keys, makeWorld, type World } from '../../support/world.ts';

/** A string as SSH writes it, after its length. */
function sshString(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

/** A public key as ssh-keygen writes it. */
function publicKey(comment = ''): string {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const blob = Buffer.concat([sshString(Buffer.from('ssh-ed25519')), sshString(Buffer.from(x, 'base64url'))]);
  return `ssh-ed25519 ${blob.toString('base64')}${comment}`;
}

const tiny = { project: 'blue', base_img: 'tiny' };
const create = (w: World, label: string, fields: object = {}, user = 'ada') =>
  w.call(user, 'PUT', `/headnode/${label}`, { ...tiny, ...fields });
const agentOf = async (w: World, label: string) => {
  const [row] = await w.sql`select a.label from headnodes h join agents a on a.id = h.agent_id where h.label = ${label}`;
  return row?.['label'];
};

describeOperation(createHeadnode, {
  arrange: (w) => offerHeadnodes(w),
  request: { params: { headnode: 'h1' }, input: tiny },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/headnode/h1')).body).toMatchObject({
      name: 'h1',
      project: 'blue',
      base_img: 'tiny',
      agent: 'rack-1',
      state: 'absent',
      memory: 1024,
      vcpus: 1,
      disk: 4,
      full_copy: false,
    });
    expect((await w.call('ada', 'GET', '/project/blue/headnodes')).body).toEqual(['h1']);
    expect(await headnodeOrders(w)).toEqual([]);
    expect(await w.sql`select seed_sealed from headnodes`).toEqual([{ seed_sealed: null }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    no_agent: { input: { ...tiny, agent: 'rack-9' }, as: 'other' },
    unknown_image: { input: { project: 'nope', base_img: 'nope' }, as: 'other', arrange: (w) => headnode(w) },
    duplicate_headnode: { input: { ...tiny, project: 'nope' }, as: 'other', arrange: (w) => headnode(w) },
    unknown_project: { input: { ...tiny, project: 'nope' }, as: 'other' },
    not_your_project: { as: 'other' },
    disk_too_small: { input: { ...tiny, disk: 3 } },
    no_room: { input: { ...tiny, memory: 4096 } },
    quota_exceeded: { arrange: (w) => w.arrange('PUT', '/project/blue/quota', { headnodes: 0 }) },
    busy: {
      async arrange(w) {
        await anotherHost(w, 'rack-2', { templates: [] });
        await w.sql`insert into devices (label, agent_id) select 'headnode-console/h1', id from agents where label = 'rack-2'`;
        await w.sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          select gen_random_uuid(), agent_id, id, 1, 'console.close', '', now() + interval '1 hour' from devices`;
      },
    },
  },
  malformed: {
    'no project': { input: { base_img: 'tiny' } },
    'no image': { input: { project: 'blue' } },
    'an image that is a number': { input: { ...tiny, base_img: 5 } },
    'memory that is no whole number': { input: { ...tiny, memory: 1.5 } },
    'no vcpus': { input: { ...tiny, vcpus: 0 } },
    'a disk that is text': { input: { ...tiny, disk: '10' } },
    'full_copy that is a number': { input: { ...tiny, full_copy: 1 } },
    'keys that are no list': { input: { ...tiny, ssh_keys: { key: publicKey() } } },
    'user data that is an object': { input: { ...tiny, user_data: {} } },
    'a label that begins with a dash': { params: { headnode: '-h1' } },
  },
});

describe('the image', () => {
  test('that is not there is told with those that are', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w, { problems: ['template arch: there is no file /templates/arch.qcow2'] });
    expect(await create(w, 'h1', { base_img: 'arc' })).toMatchObject({
      status: 400,
      body: { type: 'BadArgumentError', msg: 'there is no image arc; there are debian-12, tiny' },
    });
  });

  test('that is configured and broken is told with what is wrong', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w, { problems: ['there is no file for arch.', 'other is broken'] });
    expect(await create(w, 'h1', { base_img: 'arch' })).toMatchObject({
      status: 400,
      body: { msg: 'there is no image arch; there are debian-12, tiny; agent rack-1: there is no file for arch.' },
    });
    await offerHeadnodes(w, { templates: [], problems: ['libvirt does not answer'] });
    expect(await create(w, 'h1')).toMatchObject({
      body: { msg: 'there is no image tiny; there are none; agent rack-1: libvirt does not answer' },
    });
  });

  test('of an agent that was named is that agent’s', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    await anotherHost(w, 'rack-2', { templates: offer.templates.slice(0, 1) });
    expect(await create(w, 'h1', { agent: 'rack-2' })).toMatchObject({ status: 400, body: { code: 'unknown_image' } });
    expect((await create(w, 'h1', { agent: 'rack-2', base_img: 'debian-12' })).status).toBe(200);
    expect(await agentOf(w, 'h1')).toBe('rack-2');
  });
});

describe('the place', () => {
  test('is where most memory is free', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    await anotherHost(w, 'rack-2', { limits: { ...offer.limits, memory: 4096 } });
    for (const [label, agent] of [
      ['h1', 'rack-2'],
      ['h2', 'rack-1'],
      ['h3', 'rack-2'],
    ] as const) {
      expect((await create(w, label)).status).toBe(200);
      if (label !== 'h2') expect(await agentOf(w, label), label).toBe(agent);
    }
  });

  test('is with an agent that is there, where there is one', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    await anotherHost(w, 'rack-2', { limits: { ...offer.limits, memory: 65536 } });
    await w.sql`update agents set last_seen_at = now() - interval '2 minutes' where label = 'rack-2'`;
    await create(w, 'h1');
    expect(await agentOf(w, 'h1')).toBe('rack-1');
    await w.sql`update agents set last_seen_at = null`;
    await create(w, 'h2');
    expect(await agentOf(w, 'h2')).toBe('rack-2');
  });

  test('is one with room for all of it', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    await anotherHost(w, 'rack-2', { limits: { memory: 65536, vcpus: 8, disk: 3 } });
    expect((await create(w, 'h1')).status).toBe(200);
    expect(await agentOf(w, 'h1')).toBe('rack-1');
  });

  test('is full when all its headnodes together would have more than its limits, whether they run or not', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    for (const label of ['h1', 'h2']) expect((await create(w, label)).status).toBe(200);
    expect(await create(w, 'h3', { memory: 1025, vcpus: 9, disk: 101 })).toMatchObject({
      status: 503,
      body: {
        type: 'AllocationError',
        msg: expect.stringMatching(/rack-1.*lacks 1 MiB of memory, 3 vcpus, 9 GiB of disk/),
      },
    });
    expect((await create(w, 'h3')).status).toBe(200);
    expect(await create(w, 'h4')).toMatchObject({ status: 503 });
    await w.arrange('DELETE', '/headnode/h1');
    expect((await create(w, 'h4')).status).toBe(200);
  });
});

describe('what cloud-init is told', () => {
  const userData = '#cloud-config\npassword: a-secret-of-ada\n';

  test('only the agent reads, for this virtual machine', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    const key = publicKey(' ada@example');
    expect((await create(w, 'h1', { ssh_keys: [`${key}\n`], user_data: userData })).status).toBe(200);
    const shown = await w.call('ada', 'GET', '/headnode/h1');
    expect(shown.text).not.toContain('a-secret-of-ada');
    expect(await w.fingerprint()).not.toContain('a-secret-of-ada');
    const [row] = await w.sql`select uuid, seed_sealed from headnodes`;
    expect(
      await unseal([keys.sealing], row?.['seed_sealed'], { device: 'headnode/h1', hostname: row?.['uuid'], port: 0 }),
    ).toEqual({
      ssh_keys: [key],
      user_data: userData,
    });
    await asked(w, 'POST', '/headnode/h1/start');
    expect(await headnodeOrders(w)).toMatchObject([{ parameters: { seed: row?.['seed_sealed'] } }]);
  });

  test.for([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['a key of another type than it says', publicKey().replace('ssh-ed25519', 'ssh-rsa')],
    ['a key that is cut off', publicKey().slice(0, -4)],
    ['a key whose base64 has something behind it', `${publicKey()}AAAA`],
    ['two keys in one', `${publicKey()}\n${publicKey()}`],
    ['options', `command="/bin/sh" ${publicKey()}`],
    ['a type and nothing else', `ssh-ed25519 ${sshString(Buffer.from('ssh-ed25519')).toString('base64')}`],
    ['a length that is no length', `ssh-ed25519 ${Buffer.from('ssh').toString('base64')}`],
    ['a comment with an escape sequence', publicKey(' \u001b[2J')],
    ['nothing', ''],
  ])('is no public key: %s', async ([, key], context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    expect(await create(w, 'h1', { ssh_keys: [publicKey(), key] })).toMatchObject({
      status: 400,
      body: { type: 'ValidationError', errors: [{ path: 'body.ssh_keys.1', msg: expect.stringContaining('public key') }] },
    });
  });

  test.for([
    '#cloud-config\npackages: [dnsmasq]\n',
    '#cloud-config',
    '#!/bin/sh\necho \u00e4\n',
    'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x--\n',
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x--\r\n',
  ])('is user data: %j', async (text, context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    const answer = await create(w, 'h1', { user_data: text });
    expect(answer.status, answer.text).toBe(200);
  });

  test.for([
    ['nothing', ''],
    ['text of no format', 'packages: [dnsmasq]'],
    ['a cloud-config after a blank', ' #cloud-config\n'],
    ['another format of cloud-init', '#cloud-config-archive\n'],
    ['addresses', '#include\nhttp://evil.test/\n'],
    ['half of the headers of a MIME message', 'Content-Type: multipart/mixed\n\n'],
    ['a script with NUL', '#!/bin/sh\n\0'],
    ['a script with an escape sequence', '#!/bin/sh\n\u001b'],
    ['a script with half a surrogate pair', '#!/bin/sh\n\ud800'],
    ['a script that is too long', `#!${'ä'.repeat(32 * 1024)}`],
  ])('is no user data: %s', async ([, text], context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    expect(await create(w, 'h1', { user_data: text })).toMatchObject({
      status: 400,
      body: { type: 'ValidationError', errors: [{ path: 'body.user_data' }] },
    });
  });

  test('fits into a command, even if it is as long as it may be', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    const blob = Buffer.concat([sshString(Buffer.from('ssh-rsa')), sshString(Buffer.alloc(2850))]);
    const ssh_keys = Array.from({ length: 10 }, () => `ssh-rsa ${blob.toString('base64')} ${'"'.repeat(255)}`);
    expect(ssh_keys[0]?.length).toBeGreaterThan(4050);
    const user_data = `#!${'"'.repeat(64 * 1024 - 2)}`;
    const answer = await create(w, 'h1', { ssh_keys, user_data });
    expect(answer.status, answer.text).toBe(200);
    await asked(w, 'POST', '/headnode/h1/start');
    const [order] = await headnodeOrders(w);
    expect(commandKinds['headnode.start'].parameters.safeParse(order?.parameters).error).toBeUndefined();
  });
});

describe('a name that was used before', () => {
  const remove = async (w: World) => {
    await ended(w, await asked(w, 'POST', '/headnode/h1/start'), 'done', { state: 'running', vncport: null });
    await ended(w, await asked(w, 'DELETE', '/headnode/h1'), 'done', { state: 'absent' });
  };

  test('may be used again, for another virtual machine, with another agent', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    const [before] = await w.sql`select uuid from headnodes`;
    await remove(w);
    await anotherHost(w, 'rack-2');
    expect((await create(w, 'h1', { agent: 'rack-2' })).status).toBe(200);
    const [after] =
      await w.sql`select h.uuid, a.label from headnodes h join devices d on d.label = 'headnode/h1' join agents a on a.id = d.agent_id`;
    expect(after).toEqual({ uuid: expect.not.stringMatching(String(before?.['uuid'])), label: 'rack-2' });
    expect((await w.call('ada', 'GET', '/headnode/h1')).body).toMatchObject({ hnics: [], frozen: false, state: 'absent' });
  });

  test('waits for what the former agent has yet to do, but not for ever', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await remove(w);
    await anotherHost(w, 'rack-2');
    await w.sql`update commands set status = 'queued', finished_at = null where kind = 'headnode.start'`;
    expect(await create(w, 'h1', { agent: 'rack-2' })).toMatchObject({ status: 409, body: { code: 'busy' } });
    expect((await create(w, 'h2', { agent: 'rack-2' })).status).toBe(200);
    await expire(w);
    expect((await create(w, 'h1', { agent: 'rack-2' })).status).toBe(200);
  });
});

describe('at once', () => {
  const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

  test('eight of one name make one headnode, on whichever host', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w);
    await anotherHost(w, 'rack-2');
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => create(w, 'h1', { agent: `rack-${(index % 2) + 1}` })),
      );
      expect(statuses(answers)).toEqual([200, ...Array(7).fill(409)]);
      const [row] = await w.sql`
        select h.agent_id = d.agent_id as "isOne" from headnodes h join devices d on d.label = 'headnode/h1'`;
      expect(row).toEqual({ isOne: true });
      await w.arrange('DELETE', '/headnode/h1');
    }
  });

  test('eight for whom there is room for exactly one leave the host full', async (context) => {
    const w = await makeWorld(context);
    await offerHeadnodes(w, { limits: { memory: 1024, vcpus: 8, disk: 100 } });
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => create(w, `h${index}`)));
      expect(statuses(answers)).toEqual([200, ...Array(7).fill(503)]);
      expect(await w.sql`select from headnodes`).toHaveLength(1);
      const [row] = await w.sql`select label from headnodes`;
      await w.arrange('DELETE', `/headnode/${row?.['label']}`);
    }
  });

  test('a deletion of the agent, or of the project, and a headnode of theirs: one succeeds', async (context) => {
    const w = await makeWorld(context);
    await anotherHost(w, 'rack-2');
    for (let round = 0; round < 6; round++) {
      await w.call('root', 'PUT', '/project/green');
      const path = round % 2 === 0 ? '/agent/rack-2' : '/project/green';
      const [deleted, created] = await Promise.all([
        w.call('root', 'DELETE', path),
        create(w, 'h1', { project: 'green' }, 'root'),
      ]);
      expect(
        [
          [200, 400],
          [200, 404],
          [409, 200],
        ],
        deleted.text + created.text,
      ).toContainEqual([deleted.status, created.status]);
      if (created.status === 200) await w.arrange('DELETE', '/headnode/h1');
      if (deleted.status === 200 && round % 2 === 0) await anotherHost(w, 'rack-2');
    }
  });
});
