import { chmodSync } from 'node:fs';
import { DeviceError } from '../../device-error.ts';
import type { Machine } from './driver.ts';
import { freeSpace, type HeadnodeFolder } from './headnode-folder.ts';
import type { QemuImg } from './qemu-img.ts';
import type { Template } from './templates.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Bytes that must be free beyond what a full copy takes, so that it is not the copy that fills the disk. */
const reserve = 64 * mebibyte;

/** Makes a machine's disk of its template's, and reads that it is as wanted. The template's files are only read. Throws DeviceError. */
export async function makeDisk(
  { size, fullCopy }: Machine,
  { image }: Template,
  folder: HeadnodeFolder,
  qemuImg: QemuImg,
  task: string,
): Promise<void> {
  if (fullCopy) {
    const needed = (await qemuImg.measure(image, task)) + reserve;
    const free = freeSpace(folder.path);
    if (free < needed) {
      const inMebibytes = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MiB`;
      throw new DeviceError(
        'refused',
        `${task}: a full copy needs ${inMebibytes(needed)} where headnodes are, and ${inMebibytes(free)} are free: make room, or make no full copy`,
      );
    }
    await qemuImg.copy(image, folder.disk, size.disk, task);
  } else await qemuImg.overlay(image, folder.disk, size.disk, task);
  chmodSync(folder.disk, 0o600);
  // libvirt defines a machine without looking at its disk.
  const { virtualSize, backing } = await qemuImg.info(folder.disk, task);
  if (virtualSize !== size.disk * gibibyte || (backing?.file ?? null) !== (fullCopy ? null : image))
    throw new DeviceError('unintelligible', `${task}: its disk is not what was asked of qemu-img`);
}
