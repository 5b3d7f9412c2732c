import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChassisFaults } from './bmc-faults.ts';

const script = fileURLToPath(new URL('chassis.sh', import.meta.url));

/** What ipmi_sim is to run for its chassis, in the folder of the chassis. */
export const CHASSIS_COMMAND = 'sh ./chassis.sh';

/** What the chassis does when asked: its faults, and how the operating system takes a request to shut down. */
type Behaviour = ChassisFaults & { softShutdown: number | 'never' };

/**
 * The machine behind a BMC, as files of a folder, which `chassis.sh` reads and writes as well: `power` (1 or 0, and behind a 1 the time
 * in milliseconds since 1970 at which an operating system that is shutting down will have done so), `boot`, `calls` (one a line), and
 * `behaviour`, which only this class writes.
 */
export class Chassis {
  readonly #folder: string;
  readonly #behaviour: Behaviour;

  /** Finds the machine of the folder, or puts one there. */
  constructor(folder: string, power: 'on' | 'off', softShutdown: number | 'never') {
    this.#folder = folder;
    this.#behaviour = { refusePower: false, ignorePower: false, ignoreBoot: false, refuseBoot: false, slow: 0, softShutdown };
    mkdirSync(folder, { recursive: true });
    copyFileSync(script, join(folder, 'chassis.sh'));
    writeFileSync(join(folder, 'calls'), '');
    if (!existsSync(join(folder, 'power'))) this.setPower(power);
    if (!existsSync(join(folder, 'boot'))) this.#keep('boot', 'none');
    this.#tell();
  }

  power(): 'on' | 'off' {
    const [power, until] = this.#read('power').split(' ');
    return power === '1' && (until === undefined || Date.now() < Number(until)) ? 'on' : 'off';
  }

  setPower(power: 'on' | 'off'): void {
    this.#keep('power', power === 'on' ? '1' : '0');
  }

  boot(): string {
    return this.#read('boot');
  }

  calls(): readonly string[] {
    const calls = this.#read('calls');
    return calls === '' ? [] : calls.split('\n');
  }

  get behaviour(): Readonly<Behaviour> {
    return this.#behaviour;
  }

  /** Changes its behaviour from the next order on. */
  behave(change: Partial<Behaviour>): void {
    Object.assign(this.#behaviour, change);
    this.#tell();
  }

  #tell(): void {
    const { slow, softShutdown, ...faults } = this.#behaviour;
    const flag = (on: boolean) => (on ? 'yes' : '');
    this.#keep(
      'behaviour',
      [
        `slow=${slow / 1000}`,
        `soft_shutdown=${softShutdown}`,
        `refuse_power=${flag(faults.refusePower)}`,
        `ignore_power=${flag(faults.ignorePower)}`,
        `ignore_boot=${flag(faults.ignoreBoot)}`,
        `refuse_boot=${flag(faults.refuseBoot)}`,
      ].join('\n'),
    );
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8').trimEnd();
  }

  #keep(name: string, content: string): void {
    const file = join(this.#folder, name);
    writeFileSync(`${file}.new`, `${content}\n`);
    renameSync(`${file}.new`, file);
  }
}
