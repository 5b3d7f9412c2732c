import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BootDevice, bootDevice, power } from '../../../db/devices/obm.ts';
import { fileName } from '../../file-name.ts';

/** What the file of a machine holds. */
const memory = z.strictObject({
  format: z.literal('mock-bmc-1'),
  power,
  boot: bootDevice,
  /** How many times it was started, and what it booted from last. */
  starts: z.int().min(0),
  booted: bootDevice,
});
export type MockState = Omit<z.output<typeof memory>, 'format'>;

const usualOrder: BootDevice = { device: 'none', persistent: false, uefi: false };

/** A machine that is none: a file of the agent's state folder. Several processes may read and change it. Without a file it is off. */
export class MockMachine {
  readonly file: string;

  /** The machine of this label. */
  constructor(stateDir: string, label: string) {
    const folder = join(stateDir, 'mock-bmcs');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = join(folder, `${fileName(label)}.json`);
  }

  /** What it is like now; undefined when the file is damaged. */
  read(): MockState | undefined {
    if (!existsSync(this.file)) return { power: 'off', boot: usualOrder, starts: 0, booted: usualOrder };
    try {
      const { format: _, ...state } = memory.parse(JSON.parse(readFileSync(this.file, 'utf8')));
      return state;
    } catch {
      return undefined;
    }
  }

  /** Makes it so. */
  write(state: MockState): void {
    // Written beside and renamed: an agent killed half way leaves the old state and never half a state.
    const beside = `${this.file}.${process.pid}`;
    const text = JSON.stringify({ format: 'mock-bmc-1', ...state } satisfies z.input<typeof memory>);
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, this.file);
  }
}

/** What becomes of a machine that is turned on: it boots from its boot device, which is forgotten unless it was for every boot. */
export function started(state: MockState): MockState {
  const boot = state.boot.persistent ? state.boot : { ...usualOrder, uefi: state.boot.uefi };
  return { power: 'on', boot, starts: state.starts + 1, booted: state.boot };
}
