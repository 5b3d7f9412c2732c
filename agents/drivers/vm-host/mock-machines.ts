import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { headnodeNic, headnodeSize } from '../../../db/devices/headnode.ts';
import { DeviceError } from '../../device-error.ts';

/** What the file of a machine holds. */
const memory = z.strictObject({
  format: z.literal('mock-vm-1'),
  title: z.string(),
  template: z.string(),
  size: headnodeSize,
  nics: z.array(headnodeNic),
  /** How many times it was started. */
  starts: z.int().min(0),
  /** The port of its screen; null: it does not run. */
  vncport: z.int().nullable(),
});
export type MockMachineState = Omit<z.output<typeof memory>, 'format'>;

/**
 * Virtual machines that are none: a folder for each in `mock-vm-host` of the agent's state folder, with a disk and, once the machine is
 * defined, `machine.json`. Several processes may read and change them.
 */
export class MockMachines {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'mock-vm-host');
  }

  /** The UUIDs of everything that has a folder, defined or not. */
  list(): string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder) : [];
  }

  /** A machine as it is now; undefined: it is not defined. Throws `unintelligible` for a damaged file. */
  read(uuid: string): MockMachineState | undefined {
    const file = this.file(uuid);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const { format: _, ...state } = memory.parse(JSON.parse(text));
      return state;
    } catch {
      throw new DeviceError('unintelligible', `${file} is damaged: remove its folder, and the machine is gone`);
    }
  }

  /** Makes a machine's disk. */
  copyDisk(uuid: string, template: string): void {
    mkdirSync(join(this.#folder, uuid), { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, uuid, 'disk'), `a clone of ${template}\n`, { mode: 0o600 });
  }

  /** Makes it so; a machine that was not defined is from now on. */
  write(uuid: string, state: MockMachineState): void {
    // Written beside and renamed: an agent killed half way leaves the old state and never half a state.
    const beside = `${this.file(uuid)}.${process.pid}`;
    const text = JSON.stringify({ format: 'mock-vm-1', ...state } satisfies z.input<typeof memory>);
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, this.file(uuid));
  }

  /** Removes everything of a machine, first what defines it. */
  remove(uuid: string): void {
    rmSync(this.file(uuid), { force: true });
    rmSync(join(this.#folder, uuid), { recursive: true, force: true });
  }

  /** What no other machine has. */
  file(uuid: string): string {
    return join(this.#folder, uuid, 'machine.json');
  }
}
