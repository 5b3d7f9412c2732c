import { expect, test } from 'vitest';
import { setBootDevice } from '../../../functions/node/set-boot-device.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const boot = (w: World, body: object, node = 'n1') => w.call('ada', 'PUT', `/node/${node}/boot_device`, body);

async function reserved(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await bmcAgent(w);
}

async function withObmd(w: World): Promise<void> {
  await bareNode(w, 'n2');
  await reserve(w, 'n2', 'blue');
  await withToken(w, 'n2', 'token');
}

describeOperation(setBootDevice, {
  arrange: reserved,
  request: { params: { node: 'n1' }, input: { bootdev: 'pxe', persistent: true, uefi: true } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toMatchObject([
      { device: 'bmc/n1', kind: 'boot-device.set', parameters: { boot: { device: 'pxe', persistent: true, uefi: true } } },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...obmRefusalCases,
    only_without_obmd: { arrange: withObmd, params: { node: 'n2' } },
    unknown_boot_device: { input: { bootdev: 'floppy' } },
    options_of_none: { input: { bootdev: 'none', uefi: true } },
    ...endingCases,
  },
  malformed: {
    'no boot device': { input: {} },
    'a boot device that is null': { input: { bootdev: null } },
    'persistent that is a number': { input: { bootdev: 'pxe', persistent: 1 } },
    'uefi that is text': { input: { bootdev: 'pxe', uefi: 'true' } },
  },
});

test.for(['pxe', 'disk', 'none', 'bios', 'cdrom'])(
  '%s is for the next boot only, unless told otherwise',
  async (bootdev, context) => {
    const w = await makeWorld(context);
    await reserved(w);
    expect((await boot(w, { bootdev })).status).toBe(200);
    expect(await ordersOf(w)).toMatchObject([{ parameters: { boot: { device: bootdev, persistent: false, uefi: false } } }]);
  },
);

test('a device that no machine boots from is refused, naming those there are, once it is known that the node is enabled', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  expect(await boot(w, { bootdev: '-x; reboot' })).toMatchObject({
    status: 400,
    body: {
      type: 'BadArgumentError',
      msg: 'bootdev must be "pxe", "disk", "none", "bios" or "cdrom"',
      errors: [{ path: 'body.bootdev' }],
    },
  });
  await w.arrange('PUT', '/node/n1/obm', { enabled: false });
  expect((await boot(w, { bootdev: 'floppy' })).body).toMatchObject({ code: 'obm_disabled' });
});

test('options of no boot device are refused before they are ordered', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  for (const option of ['persistent', 'uefi']) {
    expect(await boot(w, { bootdev: 'none', [option]: true })).toMatchObject({
      status: 400,
      body: { code: 'options_of_none', errors: [{ path: `body.${option}` }] },
    });
  }
  expect(await ordersOf(w)).toEqual([]);
  expect((await boot(w, { bootdev: 'none', persistent: false, uefi: false })).status).toBe(200);
});

test('B10: obmd judges itself what it boots from', async (context) => {
  const w = await makeWorld(context);
  await withObmd(w);
  for (const bootdev of ['A', 'pxe', '']) {
    const answer = await boot(w, { bootdev }, 'n2');
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe('http://obmd.test/boot_device?token=token');
  }
});
