import { expect, test } from 'vitest';
import { unseal } from '../../../db/commands/seal.ts';
import { registerNode } from '../../../functions/node/register.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { logged } from '../../support/logged.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const OBM_URL = 'http://schema.massopencloud.org/haas/v0/obm/';
const obmd = { uri: 'http://obmd.test', admin_token: 'token' };
const ipmi = { type: 'ipmi', host: '10.0.0.7', user: 'operator', password: 'a-secret-of-the-bmc' };

const columns = async (w: World) => {
  const [row] = await w.sql`select * from nodes n left join agents a on a.id = n.agent_id where n.label = 'n1'`;
  return row;
};
const anotherAgent = (w: World) =>
  w.sql`insert into agents (label, login, public_key) select 'rack-2', 'haas_agent_rack_2', public_key from agents`;

describeOperation(registerNode, {
  request: { params: { node: 'n1' }, input: { obmd } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/nodes/free')).body).toEqual(['n1']);
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ name: 'n1', project: null, nics: [], metadata: {} });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    duplicate_node: { arrange: (w) => w.arrange('PUT', '/node/n1', { obmd }) },
    address_taken: { arrange: (w) => w.arrange('PUT', '/node/n2', { obm: ipmi }), input: { obm: ipmi } },
    no_agent: { input: { obm: ipmi, agent: 'rack-9' } },
  },
  malformed: {
    'an obmd URI with a password in it': { input: { obmd: { uri: 'http://root:hunter2@obmd.test', admin_token: '' } } },
    'an obmd URI with a user in it': { input: { obmd: { uri: 'HTTPS:root@obmd.test', admin_token: '' } } },
    'neither obmd nor obm': { input: {} },
    'both obmd and obm': { input: { obmd, obm: ipmi } },
    'obmd that is null': { input: { obmd: null } },
    'obmd that is text': { input: { obmd: 'http://obmd.test' } },
    'obmd without a token': { input: { obmd: { uri: 'http://obmd.test' } } },
    'obmd without a uri': { input: { obmd: { admin_token: 'token' } } },
    'obmd with an extra key': { input: { obmd: { ...obmd, extra: 1 } } },
    'an obmd uri of another scheme': { input: { obmd: { ...obmd, uri: 'ftp://obmd.test' } } },
    'an obmd token that is a number': { input: { obmd: { ...obmd, admin_token: 5 } } },
    'metadata that is a list': { input: { obmd, metadata: [] } },
    'metadata that is text': { input: { obmd, metadata: 'x' } },
    'metadata that is null': { input: { obmd, metadata: null } },
    'metadata with an empty label': { input: { obmd, metadata: { '': 1 } } },
    'obm of an unknown type': { input: { obm: { ...ipmi, type: 'redfish' } } },
    'obm without a type': { input: { obm: { host: 'h', user: 'u', password: 'p' } } },
    'obm without a password': { input: { obm: { type: 'ipmi', host: 'h', user: 'u' } } },
    'obm with an extra key': { input: { obm: { ...ipmi, extra: 1 } } },
    'a BMC host that a program would read as an option': { input: { obm: { ...ipmi, host: '-oProxyCommand=x' } } },
    'a BMC host with a space': { input: { obm: { ...ipmi, host: 'a b' } } },
    'a BMC port that is none': { input: { obm: { ...ipmi, port: 65536 } } },
    'a BMC password longer than IPMI takes': { input: { obm: { ...ipmi, password: 'x'.repeat(21) } } },
    'a BMC user that a program would read as an option': { input: { obm: { ...ipmi, user: '-f/etc/shadow' } } },
    'a BMC user longer than IPMI takes': { input: { obm: { ...ipmi, user: 'u'.repeat(17) } } },
    'a BMC user with a blank': { input: { obm: { ...ipmi, user: 'a b' } } },
    'a BMC password with a line break': { input: { obm: { ...ipmi, password: 'a\nb' } } },
    'a cipher suite that encrypts nothing': { input: { obm: { ...ipmi, cipher_suite: 0 } } },
    'a cipher suite that is text': { input: { obm: { ...ipmi, cipher_suite: '17' } } },
    'a cipher suite that is null': { input: { obm: { ...ipmi, cipher_suite: null } } },
    'a privilege level that may not switch power': { input: { obm: { ...ipmi, privilege_level: 'user' } } },
    'a cipher suite of what is no BMC': { input: { obm: { ...ipmi, type: 'mock', cipher_suite: 17 } } },
    'an agent that is a number': { input: { obm: ipmi, agent: 5 } },
    'an agent of an impossible name': { input: { obm: ipmi, agent: 'Rack 1' } },
  },
});

for (const uri of ['http:', 'HTTPS://obmd.test/x', 'http://obmd.test:8080/node/1']) {
  test(`N07: obmd may be at ${uri}, with an empty token`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/node/n1', { obmd: { uri, admin_token: '' } });
    const row = await columns(w);
    expect(row).toMatchObject({ obmd_uri: uri, obm_type: null, agent_id: null });
    expect(await w.services.secrets.decrypt(String(row?.['obmd_token']))).toBe('');
  });
}

test('the obmd token is encrypted with the key of the API host', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: 'http://obmd.test', admin_token: 'a-secret-of-obmd' } });
  const row = await columns(w);
  expect(JSON.stringify(row)).not.toContain('a-secret-of-obmd');
  expect(await w.services.secrets.decrypt(String(row?.['obmd_token']))).toBe('a-secret-of-obmd');
});

for (const type of ['ipmi', `${OBM_URL}ipmi`, 'mock', `${OBM_URL}mock`]) {
  test(`a BMC of type ${type} is registered with its agent, and its password sealed to that one`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/node/n1', { obm: { ...ipmi, type } });
    const row = await columns(w);
    expect(row).toMatchObject({
      obm_type: type.replace(OBM_URL, ''),
      obm_host: '10.0.0.7',
      obm_port: 623,
      obmd_uri: null,
      obmd_token: null,
      label: 'rack-1',
    });
    expect(JSON.stringify(row)).not.toContain('a-secret-of-the-bmc');
    const target = { device: 'bmc/n1', hostname: '10.0.0.7', port: 623 };
    expect(await unseal([keys.sealing], String(row?.['obm_sealed']), target)).toEqual({
      user: 'operator',
      password: 'a-secret-of-the-bmc',
    });
    await expect(unseal([keys.sealing], String(row?.['obm_sealed']), { ...target, device: 'bmc/n2' })).rejects.toThrow();
  });
}

test('what is set of a BMC is kept, and nothing else is', async (context) => {
  const w = await makeWorld(context);
  const settings = { cipher_suite: 17, privilege_level: 'operator' };
  await w.arrange('PUT', '/node/n1', { obm: { ...ipmi, ...settings } });
  expect(await columns(w)).toMatchObject({ obm_settings: settings, obm_enabled: false });
  await w.arrange('PUT', '/node/n2', { obm: { ...ipmi, port: 624 } });
  expect(await w.sql`select obm_settings from nodes where label = 'n2'`).toEqual([{ obm_settings: {} }]);
});

test('what is wrong with a BMC is named', async (context) => {
  const w = await makeWorld(context);
  const wrong = async (obm: object) => (await w.call('root', 'PUT', '/node/n1', { obm })).body;
  expect(await wrong({ ...ipmi, cipher_suite: 1 })).toMatchObject({ errors: [{ path: 'body.obm.cipher_suite' }] });
  expect(await wrong({ ...ipmi, type: 'redfish' })).toMatchObject({ errors: [{ path: 'body.obm.type' }] });
});

test('what was known of a BMC is forgotten when another is registered by its name', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/node/n1', { obm: ipmi });
  await w.arrange('PUT', '/node/n1/obm', { enabled: true });
  await w.call('root', 'GET', '/node/n1/power_status', undefined, { prefer: 'respond-async' });
  await w.sql`update devices set last_contact_at = now()`;
  await w.arrange('DELETE', '/node/n1');
  await w.arrange('PUT', '/node/n1', { obm: ipmi });
  expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ obm: { last_contact_at: null } });
  expect(await w.sql`select moved_seq = last_seq as forgotten from devices`).toEqual([{ forgotten: true }]);
});

test('a BMC may be at another port', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/node/n1', { obm: { ...ipmi, host: 'fe80::7', port: 6230 } });
  const sealed = String((await columns(w))?.['obm_sealed']);
  expect(await unseal([keys.sealing], sealed, { device: 'bmc/n1', hostname: 'fe80::7', port: 6230 })).toMatchObject({
    user: 'operator',
  });
});

test('N06: metadata is stored as JSON text, whatever the values are', async (context) => {
  const w = await makeWorld(context);
  const metadata = { text: 'pk', none: null, list: [1, 'two'], nested: { a: { b: true } }, 'rack row': 3 };
  await w.arrange('PUT', '/node/n1', { obmd, metadata });
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({
    metadata: { text: '"pk"', none: 'null', list: '[1,"two"]', nested: '{"a":{"b":true}}', 'rack row': '3' },
  });
});

test('an obmd node may name an agent, and needs none', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/node/n1', { obmd, agent: 'rack-1' });
  expect(await columns(w)).toMatchObject({ label: 'rack-1' });
  await w.sql`delete from nodes`;
  await w.sql`delete from agents`;
  await w.arrange('PUT', '/node/n1', { obmd });
  expect(await columns(w)).toMatchObject({ agent_id: null });
});

test('while no agent is enrolled, a BMC that needs one is refused, saying how to enrol one', async (context) => {
  const w = await makeWorld(context);
  await w.sql`delete from agents`;
  const answer = await w.call('root', 'PUT', '/node/n1', { obm: ipmi });
  expect(answer.body).toMatchObject({
    type: 'BadArgumentError',
    code: 'no_agent',
    msg: expect.stringContaining('PUT /v0/agent/'),
  });
  expect(await columns(w)).toBeUndefined();
});

test('among several agents one must be named', async (context) => {
  const w = await makeWorld(context);
  await anotherAgent(w);
  const answer = await w.call('root', 'PUT', '/node/n1', { obm: ipmi });
  expect(answer.body).toMatchObject({ code: 'no_agent', msg: expect.stringContaining('several') });
  await w.arrange('PUT', '/node/n1', { obm: ipmi, agent: 'rack-2' });
  expect(await columns(w)).toMatchObject({ label: 'rack-2' });
});

test('Y03: of simultaneous requests for one name one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 4 }, () => w.call('root', 'PUT', '/node/n1', { obm: ipmi })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
});

test('no secret is logged, not even of a request that is refused', async (context) => {
  const api = logged(await makeWorld(context));
  const answers = [
    await api.call('PUT', '/node/n1', { obm: ipmi }),
    await api.call('PUT', '/node/n1', { obm: ipmi }),
    await api.call('PUT', '/node/n1', { obm: { ...ipmi, port: 0 } }),
    await api.call('PUT', '/node/n1', { obm: { ...ipmi, password: ['a-secret-of-the-bmc'] } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 400, 400]);
  expect(api.entries()).toHaveLength(4);
  expect(JSON.stringify([api.entries(), answers])).not.toContain('a-secret-of-the-bmc');
});
