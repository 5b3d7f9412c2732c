import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type HeadnodeSize, headnodeSize } from '../db/devices/headnode.ts';
import { DeviceError } from './device-error.ts';
import type { HostLimits } from './vm-host-config.ts';

/** The machine is larger than what its host has left; nothing was done. */
export class NoRoom extends DeviceError {
  constructor(message: string) {
    super('refused', message);
    this.name = 'NoRoom';
  }
}

const units = { memory: 'MiB of memory', vcpus: 'vCPUs', disk: 'GiB of disk' } as const;

/** Throws NoRoom, which says of what there is too little, when one more machine would take more than the host's limits. */
export function demandRoom(limits: HostLimits, taken: readonly HeadnodeSize[], wanted: HeadnodeSize): void {
  const short = (['memory', 'vcpus', 'disk'] as const).flatMap((what) => {
    const left = Math.max(0, limits[what] - taken.reduce((sum, size) => sum + size[what], 0));
    return wanted[what] <= left ? [] : [`${wanted[what]} ${units[what]} are wanted, and ${left} of ${limits[what]} are left`];
  });
  if (short.length > 0) throw new NoRoom(`the host has no room for it: ${short.join('; ')}`);
}

const making = z.strictObject({ command: z.string(), size: headnodeSize });

/** A machine that a command makes, or has made without having proven that it runs. */
type Making = z.output<typeof making>;

/**
 * What is known of machines on their way, a file for each in the agent's state folder: other processes of the agent count them before
 * the host lists them, and whoever goes on after a crash knows that the machine it finds is the work of the same command.
 */
export class MachinesInMaking {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'headnodes');
  }

  /** The command that makes a machine; undefined: none does. */
  of(uuid: string): Making | undefined {
    try {
      return making.parse(JSON.parse(readFileSync(this.#file(uuid), 'utf8')));
    } catch {
      // Lost or damaged, it only makes us careful: a machine that nobody owns up to is not removed.
      return undefined;
    }
  }

  /** Every machine of which something is known. */
  list(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  }

  begin(uuid: string, known: Making): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const beside = `${this.#file(uuid)}.${process.pid}`;
    writeFileSync(beside, JSON.stringify(known satisfies Making), { mode: 0o600 });
    renameSync(beside, this.#file(uuid));
  }

  forget(uuid: string): void {
    rmSync(this.#file(uuid), { force: true });
  }

  #file(uuid: string): string {
    return join(this.#folder, `${uuid}.json`);
  }
}
