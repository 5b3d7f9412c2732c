import { z } from 'zod';
import { bootDevice } from '../../db/devices/obm.ts';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, Redirect } from '../http/operation.ts';
import { endingRefusals, nothingIfDone, order } from '../rules/node-action.ts';
import { obmdRefusals, obmRefusals, reachBmc, refuseForObmd } from '../rules/obm-access.ts';

/** Sets what a machine boots from: the next time, or from now on (`persistent`). `none` leaves it to the machine. */
export const setBootDevice = commanding({
  id: 'node_set_bootdev',
  summary: 'Set what a node boots from',
  method: 'PUT',
  path: '/node/{node}/boot_device',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  // Whatever it is, obmd judges it.
  body: z.strictObject({
    bootdev: z.string().meta({
      description:
        'pxe, disk, cdrom, bios (its setup), or none, which leaves it to the machine; obmd may know others for the nodes that it drives',
      examples: ['pxe'],
    }),
    persistent: z
      .boolean()
      .optional()
      .meta({
        description: 'From now on and not for the next boot only; false unless given, not for none, not with obmd',
        examples: [false],
      }),
    uefi: z
      .boolean()
      .optional()
      .meta({
        description: 'By UEFI and not as the legacy BIOS does; false unless given, not for none, not with obmd',
        examples: [true],
      }),
  }),
  result: empty,
  refusals: {
    ...obmRefusals,
    ...obmdRefusals,
    unknown_boot_device: ['BadArgumentError', 'machines boot from no such device'],
    options_of_none: ['BadArgumentError', 'the machine is to follow its own order, and options of a boot device are given'],
    ...endingRefusals,
  },

  async write({ tx, caller, services, refuse }, { params, body: { bootdev, ...options } }) {
    const node = await reachBmc({ tx, caller, services, refuse }, params.node, 'boot_device');
    if (node instanceof Redirect) {
      refuseForObmd(refuse, params.node, options);
      return node;
    }
    const device = bootDevice.shape.device.safeParse(bootdev);
    if (!device.success) {
      const [issue] = device.error.issues;
      const msg = issue?.message ?? 'is no boot device';
      throw refuse('unknown_boot_device', `bootdev ${msg}`, [{ path: 'body.bootdev', msg }]);
    }
    const given = (['persistent', 'uefi'] as const).filter((name) => options[name] === true);
    if (device.data === 'none' && given.length > 0) {
      throw refuse(
        'options_of_none',
        `bootdev none leaves it to the machine, and takes no ${given.join(', ')}`,
        given.map((name) => ({ path: `body.${name}`, msg: 'is not for bootdev "none"' })),
      );
    }
    const boot = { device: device.data, persistent: options.persistent ?? false, uefi: options.uefi ?? false };
    return order(tx, services, node, 'boot_device', 'boot-device.set', { bmc: node.bmc, boot });
  },

  answer: nothingIfDone,
});
