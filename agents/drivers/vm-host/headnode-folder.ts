import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError } from '../../device-error.ts';
import { messageOf } from '../../scrub.ts';

/** Bytes of a socket's path, without the one that ends it (unix(7)). */
const longestSocketPath = 107;

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Everything of one headnode that is in the file system, all of it in one folder. */
export class HeadnodeFolder {
  readonly uuid: string;
  readonly path: string;

  constructor(parent: string, uuid: string) {
    // It becomes the name of a folder that is removed with all that is in it.
    if (!uuidPattern.test(uuid)) throw new DeviceError('refused', `${JSON.stringify(uuid)} is no UUID in lower case`);
    this.uuid = uuid;
    this.path = join(parent, uuid);
  }

  get disk(): string {
    return join(this.path, 'disk.qcow2');
  }

  /** What cloud-init reads. */
  get seed(): string {
    return join(this.path, 'seed.iso');
  }

  /** What libvirt was told. */
  get definition(): string {
    return join(this.path, 'domain.xml');
  }

  /** The socket of the serial port. */
  get console(): string {
    return join(this.path, 'console');
  }

  /** Makes it, empty and closed to everybody else. */
  make(): void {
    mkdirSync(this.path, { mode: 0o700 });
  }

  /** Lets QEMU's user reach what is in it by name; the files themselves are given to that user by libvirt. Throws DeviceError. */
  open(): void {
    try {
      chmodSync(this.path, 0o711);
    } catch (error) {
      throw new DeviceError('refused', `the folder ${this.path} cannot be opened to QEMU: ${messageOf(error)}`);
    }
  }

  /** Nothing in it is needed any more. */
  close(): void {
    if (existsSync(this.path)) chmodSync(this.path, 0o700);
  }

  /** Whether a machine may have run from it that was not removed: its disk may hold what is nowhere else. */
  get isInUse(): boolean {
    const isOpen = ((statSync(this.path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
    return isOpen && existsSync(this.disk);
  }

  /** Removes it with all that is in it; it is no error where there is none. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The UUIDs of which there are folders; whatever else is there is somebody else's. Throws DeviceError. */
export function headnodeFolders(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && uuidPattern.test(entry.name)).map(({ name }) => name);
  } catch (error) {
    throw new DeviceError('unreachable', `the folder ${parent} cannot be read: ${messageOf(error)}`);
  }
}

/** Why headnodes cannot be kept in a folder; undefined when they can. */
export function unfitFolder(parent: string): string | undefined {
  const { console } = new HeadnodeFolder(parent, '00000000-0000-0000-0000-000000000000');
  const excess = Buffer.byteLength(console) - longestSocketPath;
  if (excess > 0)
    return `the folder ${parent} has too long a name by ${excess} characters: the serial ports of headnodes are sockets in it`;
  try {
    const found = statSync(parent);
    if (!found.isDirectory()) return `${parent} is no folder`;
    // Whoever may write in it could put another disk, or another way to a console, in the place of a headnode's.
    if ((found.mode & 0o022) !== 0) return `others may write in the folder ${parent}: run "chmod go-w ${parent}"`;
    if (found.uid !== 0 && found.uid !== process.getuid?.())
      return `the folder ${parent} belongs to another user: it must be the agent's`;
    accessSync(parent, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `the folder ${parent} cannot be used: ${messageOf(error)}`;
  }
}

/** Bytes that may still be written where a folder is. */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
