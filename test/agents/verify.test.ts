import { CompactSign, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Trust } from '../../agents/trust.ts';
import { createVerifier } from '../../agents/verify.ts';
import type { CommandRow } from '../../db/commands/claim.ts';
import { ENVELOPE_TYPE, generateSigningKey, type SigningKey, verificationKey } from '../../db/commands/envelope.ts';
import type { RefusalReason } from '../../db/commands/outcome.ts';
import { refusalReasons } from '../../db/commands/outcome.ts';
import { startOrder } from '../support/mock-vm-host.ts';

const key = await generateSigningKey();
const otherKey = await generateSigningKey();
const now = 1_800_000_000;
const id = '7d3cf4b0-6b0e-4a52-8a53-0c8f5a0c9a11';
const trust: Trust = { issuer: 'site-1', keys: [verificationKey.parse(key)] };

const parameters = {
  switch: {
    label: 'sw-1',
    type: 'nexus',
    hostname: '10.1.0.7',
    port: 22,
    settings: { transport: 'ssh', dummy_vlan: 3000, legacy_ssh: false },
    sealed: 'x',
  },
  port: 'Ethernet1/3',
  want: { native: 100, tagged: [200, 300], enabled: true },
  before: { native: null, tagged: [], enabled: false },
};
const claims = {
  jti: id,
  iss: 'site-1',
  aud: 'rack-1',
  device: 'switch/sw-1',
  seq: 7,
  kind: 'port.set',
  version: 1,
  parameters,
  iat: now - 5,
  exp: now + 900,
};
const row: CommandRow = { id, agent: 'rack-1', seq: 7, kind: 'port.set', signed: '', attempt: 1 };

async function sign(payload: unknown, header: object = {}, by: SigningKey = key): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'EdDSA', typ: ENVELOPE_TYPE, kid: by.kid, ...header })
    .sign(await importJWK(by, 'EdDSA'));
}

function verify(signed: string, differing: Partial<CommandRow> = {}, device = 'switch/sw-1') {
  return createVerifier(
    () => trust,
    () => now * 1000,
  )({ ...row, ...differing, signed }, 'rack-1', device);
}

const check = {
  ...claims,
  kind: 'switch.check',
  parameters: { switch: parameters.switch, ports: ['Ethernet1/3', 'Ethernet1/4'] },
};
const withCheck = (changes: object) => ({
  claims: { ...check, parameters: { ...check.parameters, ...changes } },
  row: { kind: check.kind },
});
const start = {
  ...claims,
  device: 'headnode/head-1',
  kind: 'headnode.start',
  parameters: startOrder({ headnode: { label: 'head-1', uuid: id } }),
};
const withHeadnode = (changes: object, kind = 'headnode.start') => ({
  claims: {
    ...start,
    kind,
    parameters: { ...(kind === 'headnode.start' ? start.parameters : { headnode: start.parameters.headnode }), ...changes },
  },
  row: { kind },
  device: start.device,
});
const nic = { mac: '52:54:00:00:00:01', vlan: 100 };
const withParameters = (changes: object) => ({ ...claims, parameters: { ...parameters, ...changes } });
const withSwitch = (changes: object) => withParameters({ switch: { ...parameters.switch, ...changes } });
const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Case {
  readonly name: string;
  readonly reason: RefusalReason;
  readonly claims?: unknown;
  readonly header?: object;
  readonly by?: SigningKey;
  readonly row?: Partial<CommandRow>;
  readonly device?: string;
  readonly alter?: (signed: string) => string;
}

const cases: Case[] = [
  { name: 'a text that is no JWS', reason: 'malformed', alter: () => 'port.set please' },
  { name: 'an empty text', reason: 'malformed', alter: () => '' },
  { name: 'a signed text of another type', reason: 'malformed', header: { typ: 'JWT' } },
  { name: 'a header with something unknown in it', reason: 'malformed', header: { x: 1 } },
  {
    name: 'alg none',
    reason: 'malformed',
    alter: (signed) => [text({ alg: 'none', typ: ENVELOPE_TYPE, kid: key.kid }), signed.split('.')[1], ''].join('.'),
  },
  {
    name: 'an HMAC with the public key',
    reason: 'malformed',
    alter: (signed) => [text({ alg: 'HS256', typ: ENVELOPE_TYPE, kid: key.kid }), signed.split('.')[1], 'AAAA'].join('.'),
  },
  { name: 'a payload that is no JSON', reason: 'malformed', claims: 'to whom it may concern' },
  { name: 'an unknown claim', reason: 'malformed', claims: { ...claims, force: true } },
  { name: 'a missing claim', reason: 'malformed', claims: { ...claims, exp: undefined } },
  { name: 'a key that is not trusted', reason: 'unknown-key', by: otherKey },
  { name: 'another key under a trusted name', reason: 'bad-signature', by: otherKey, header: { kid: key.kid } },
  {
    name: 'another payload under a good signature',
    reason: 'bad-signature',
    alter: (signed) =>
      signed
        .split('.')
        .with(1, text({ ...claims, seq: 8 }))
        .join('.'),
  },
  { name: 'another deployment', reason: 'wrong-issuer', claims: { ...claims, iss: 'site-2' } },
  { name: 'a text that was signed for another row', reason: 'altered-row', row: { id: 'c1b6a5ba-57bc-4c1b-a5a3-2f3c0f4c0d22' } },
  { name: 'a row of another kind', reason: 'altered-row', row: { kind: 'port.read' } },
  { name: 'a text that was signed for another agent', reason: 'wrong-agent', claims: { ...claims, aud: 'rack-2' } },
  { name: 'a row of another agent', reason: 'wrong-agent', row: { agent: 'rack-2' } },
  { name: 'another device than the signed one', reason: 'wrong-device', device: 'switch/sw-2' },
  { name: 'another place in the order', reason: 'wrong-seq', row: { seq: 8 } },
  { name: 'a command of the future', reason: 'not-yet-valid', claims: { ...claims, iat: now + 31 } },
  { name: 'a command that is too late', reason: 'expired', claims: { ...claims, iat: now - 900, exp: now - 31 } },
  { name: 'an unknown kind', reason: 'unknown-kind', claims: { ...claims, kind: 'port.melt' }, row: { kind: 'port.melt' } },
  {
    name: 'a kind with a name that every object has',
    reason: 'unknown-kind',
    claims: { ...claims, kind: 'toString' },
    row: { kind: 'toString' },
  },
  { name: 'another version of the kind', reason: 'unknown-version', claims: { ...claims, version: 2 } },
  { name: 'parameters that lack something', reason: 'bad-parameters', claims: withParameters({ before: undefined }) },
  { name: 'parameters with something unknown', reason: 'bad-parameters', claims: withParameters({ force: true }) },
  { name: 'the switch of another device', reason: 'bad-parameters', claims: withSwitch({ label: 'sw-2' }) },
  { name: 'an unknown family', reason: 'bad-parameters', claims: withSwitch({ type: 'abacus' }) },
  {
    name: 'a host name that reads as an option',
    reason: 'bad-parameters',
    claims: withSwitch({ hostname: '-oProxyCommand=id' }),
  },
  { name: 'settings of another family', reason: 'bad-parameters', claims: withSwitch({ settings: {} }) },
  { name: 'a port in another spelling', reason: 'bad-parameters', claims: withParameters({ port: 'eth1/3' }) },
  { name: 'a port with a second line', reason: 'bad-parameters', claims: withParameters({ port: 'Ethernet1/3\nreload' }) },
  {
    name: 'a reserved VLAN',
    reason: 'bad-parameters',
    claims: withParameters({ want: { native: 4000, tagged: [], enabled: true } }),
  },
  {
    name: 'the dummy VLAN in the state of before',
    reason: 'bad-parameters',
    claims: withParameters({ before: { native: null, tagged: [3000], enabled: true } }),
  },
  {
    name: 'a native VLAN that is tagged too',
    reason: 'bad-parameters',
    claims: withParameters({ want: { native: 100, tagged: [100], enabled: true } }),
  },
  {
    name: 'tagged VLANs out of order',
    reason: 'bad-parameters',
    claims: withParameters({ want: { native: null, tagged: [300, 200], enabled: true } }),
  },
  {
    name: 'a tagged VLAN twice',
    reason: 'bad-parameters',
    claims: withParameters({ want: { native: null, tagged: [200, 200], enabled: true } }),
  },
  {
    name: 'a port that is up without a native VLAN where none can be',
    reason: 'bad-parameters',
    claims: withParameters({
      switch: { ...parameters.switch, type: 'brocade', settings: { tls: false, interface_type: 'TenGigabitEthernet' } },
      port: '104/0/10',
      want: { native: null, tagged: [200], enabled: true },
    }),
  },
  {
    name: 'settings on which the names of ports depend, and which are not there',
    reason: 'bad-parameters',
    claims: withParameters({ switch: { ...parameters.switch, type: 'brocade', settings: {} }, port: '104/0/10' }),
  },
  {
    name: 'a headnode of another device',
    reason: 'bad-parameters',
    ...withHeadnode({ headnode: { label: 'head-2', uuid: id } }),
  },
  {
    name: 'a deletion of the headnode of another device',
    reason: 'bad-parameters',
    ...withHeadnode({ headnode: { label: 'head-2', uuid: id } }, 'headnode.delete'),
  },
  {
    name: 'a headnode whose UUID is a path',
    reason: 'bad-parameters',
    ...withHeadnode({ headnode: { label: 'head-1', uuid: '../../etc' } }),
  },
  { name: 'a template that is a path', reason: 'bad-parameters', ...withHeadnode({ template: '../secret' }) },
  { name: 'a template that reads as an option', reason: 'bad-parameters', ...withHeadnode({ template: '-o' }) },
  { name: 'a headnode on no VLAN', reason: 'bad-parameters', ...withHeadnode({ nics: [{ ...nic, vlan: 0 }] }) },
  { name: 'a headnode on a VLAN that is none', reason: 'bad-parameters', ...withHeadnode({ nics: [{ ...nic, vlan: 4095 }] }) },
  {
    name: 'a MAC address in another spelling',
    reason: 'bad-parameters',
    ...withHeadnode({ nics: [{ ...nic, mac: '52-54-00-00-00-01' }] }),
  },
  {
    name: 'the MAC address of a group',
    reason: 'bad-parameters',
    ...withHeadnode({ nics: [{ ...nic, mac: '01:00:5e:00:00:01' }] }),
  },
  { name: 'a MAC address twice', reason: 'bad-parameters', ...withHeadnode({ nics: [nic, { ...nic, vlan: 101 }] }) },
  {
    name: 'a headnode of no size',
    reason: 'bad-parameters',
    ...withHeadnode({ size: { memory: 512, vcpus: 0, disk: 10 } }),
  },
  { name: 'a headnode with something unknown', reason: 'bad-parameters', ...withHeadnode({ script: 'id' }) },
  {
    name: 'a stop with the parameters of a start',
    reason: 'bad-parameters',
    ...withHeadnode({ template: 'img1' }, 'headnode.stop'),
  },
  { name: 'a check with the parameters of a change', reason: 'bad-parameters', ...withCheck(parameters) },
  {
    name: 'a check of another device',
    reason: 'bad-parameters',
    ...withCheck({ switch: { ...parameters.switch, label: 'sw-2' } }),
  },
  { name: 'a check of a port in another spelling', reason: 'bad-parameters', ...withCheck({ ports: ['eth1/3'] }) },
  { name: 'a check of a port twice', reason: 'bad-parameters', ...withCheck({ ports: ['Ethernet1/3', 'Ethernet1/3'] }) },
  {
    name: 'a check of more ports than fit into one result',
    reason: 'bad-parameters',
    ...withCheck({
      ports: Array.from({ length: 513 }, (_, index) => `Ethernet${Math.floor(index / 100) + 1}/${(index % 100) + 1}`),
    }),
  },
];

describe('createVerifier', () => {
  test('takes an order that is signed, whole, for us, for this device, in time', async () => {
    expect(await verify(await sign(claims))).toEqual({
      kind: 'order',
      order: {
        kind: 'port.set',
        id,
        issuer: 'site-1',
        device: 'switch/sw-1',
        seq: 7,
        issuedAt: now - 5,
        notAfter: now + 900,
        parameters,
      },
    });
  });

  test('takes a check', async () => {
    expect(await verify(await sign(check), { kind: check.kind })).toMatchObject({
      kind: 'order',
      order: { kind: 'switch.check', parameters: check.parameters },
    });
  });

  test.for(['headnode.start', 'headnode.stop', 'headnode.read', 'headnode.delete'])('takes a %s', async (kind) => {
    const { claims, row, device } = withHeadnode({}, kind);
    expect(await verify(await sign(claims), row, device)).toMatchObject({
      kind: 'order',
      order: { kind, device, parameters: claims.parameters },
    });
  });

  test.for(cases)('refuses $name: $reason', async ({ reason, alter = (signed) => signed, ...given }) => {
    const signed = await sign(given.claims ?? claims, given.header, given.by);
    expect(await verify(alter(signed), given.row, given.device)).toMatchObject({ kind: 'refusal', reason });
  });

  test('knows every reason that a row can give', () => {
    const elsewhere = ['replayed', 'out-of-order', 'bad-credentials', 'policy'];
    const tested = new Set<string>(cases.map(({ reason }) => reason));
    expect(Object.keys(refusalReasons).filter((reason) => !tested.has(reason))).toEqual(elsewhere);
  });

  test('bears clocks that differ by half a minute', async () => {
    expect(await verify(await sign({ ...claims, iat: now + 29 }))).toMatchObject({ kind: 'order' });
    expect(await verify(await sign({ ...claims, exp: now - 29 }))).toMatchObject({ kind: 'order' });
  });

  test('takes a new key, and no longer a withdrawn one, without being made anew', async () => {
    const next = await generateSigningKey();
    let keys = [verificationKey.parse(key)];
    const verifyNow = createVerifier(
      () => ({ issuer: 'site-1', keys }),
      () => now * 1000,
    );
    const [byOld, byNew] = [await sign(claims), await sign(claims, {}, next)];
    const judge = async (signed: string) => (await verifyNow({ ...row, signed }, 'rack-1', 'switch/sw-1')).kind;
    expect([await judge(byOld), await judge(byNew)]).toEqual(['order', 'refusal']);
    keys = [verificationKey.parse(next), ...keys];
    expect([await judge(byOld), await judge(byNew)]).toEqual(['order', 'order']);
    keys = [verificationKey.parse(next)];
    expect([await judge(byOld), await judge(byNew)]).toEqual(['refusal', 'order']);
  });
});
