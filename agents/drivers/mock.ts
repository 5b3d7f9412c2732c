import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type PortState, portState } from '../../db/commands/kinds.ts';
import { mock as family } from '../../db/devices/mock.ts';
import { DeviceError } from '../device-error.ts';
import { fileName } from '../file-name.ts';
import { defaultTimeouts } from '../sessions/timeouts.ts';
import { checkedPort, checkedState } from './checked-port.ts';
import type { OpenSwitch, SwitchDriver, SwitchSession } from './driver.ts';

/** What the file of a switch holds. */
const memory = z.strictObject({ format: z.literal('mock-1'), ports: z.record(z.string(), portState) });
type Ports = z.output<typeof memory>['ports'];

/**
 * Switches that are none: ports live in the agent's state folder, in `mock-switches`, a file for each label, shut and in no VLAN at
 * first; every port name of the family is there. Any name and password are taken. The hostname may name a fault:
 *
 * - `refuse`: every change and save is `refused`; reading works.
 * - `hang`: the login works, then every call waits for the line's timeout or the signal and is `lost`.
 * - `drop`: a change shuts the port and sets the native VLAN but not the tagged ones, then the session is `lost`;
 *   reading, shutting and saving work.
 * - `lie`: changes and saves are accepted and nothing happens; reading works, and tells so.
 * - `garble`: every reading is `unintelligible`; changes, shutting and saving work.
 */
export const mock: SwitchDriver = {
  type: family.type,
  async open(target) {
    const { label } = target.access;
    if (target.signal.aborted) throw new DeviceError('unreachable', `${label}: called off`);
    const folder = join(target.stateDir, 'mock-switches');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new MockSession(target, join(folder, `${fileName(label)}.json`));
  },
};

class MockSession implements SwitchSession {
  readonly #target: OpenSwitch;
  readonly #file: string;
  readonly #fault: string;
  #over = false;

  constructor(target: OpenSwitch, file: string) {
    this.#target = target;
    this.#file = file;
    this.#fault = target.access.hostname;
  }

  async readVersion(): Promise<string> {
    await this.#line();
    if (this.#fault === 'garble') throw this.#error('unintelligible', 'does not tell its version');
    return 'mock';
  }

  async readPort(port: string): Promise<PortState> {
    const name = checkedPort(family, {}, this.#target.access.label, port);
    await this.#line();
    if (this.#fault === 'garble') throw this.#error('unintelligible', `${name} cannot be read`);
    return this.#held(name);
  }

  async setPort(port: string, want: PortState): Promise<void> {
    const { label, settings } = this.#target.access;
    const name = checkedPort(family, {}, label, port);
    const wanted = checkedState(family, settings, label, want);
    await this.#line();
    this.#refuse();
    if (this.#fault === 'lie') return;
    if (this.#fault !== 'drop') {
      this.#hold(name, wanted);
      return;
    }
    const tagged = this.#held(name).tagged.filter((vlan) => vlan !== wanted.native);
    this.#hold(name, { native: wanted.native, tagged, enabled: false });
    this.#over = true;
    throw this.#error('lost', `ended the session in the middle of changing ${name}`);
  }

  async shutPort(port: string): Promise<void> {
    const name = checkedPort(family, {}, this.#target.access.label, port);
    await this.#line();
    this.#refuse();
    if (this.#fault !== 'lie') this.#hold(name, { ...this.#held(name), enabled: false });
  }

  async save(): Promise<void> {
    await this.#line();
    this.#refuse();
  }

  async close(): Promise<void> {
    this.#over = true;
  }

  /** What every call begins with: the session must live, and the switch must answer. */
  async #line(): Promise<void> {
    const { signal, timeouts } = this.#target;
    if (this.#fault === 'hang' && !this.#over) {
      this.#over = true;
      await sleep(timeouts?.line ?? defaultTimeouts.line, undefined, { signal }).catch(() => {});
      throw this.#error('lost', signal.aborted ? 'was called off' : 'gave no answer in time');
    }
    if (this.#over || signal.aborted) throw this.#error('lost', 'has no session: it is over');
  }

  #refuse(): void {
    if (this.#fault === 'refuse') throw this.#error('refused', 'refuses every change');
  }

  #held(port: string): PortState {
    return this.#ports()[port] ?? { native: null, tagged: [], enabled: false };
  }

  #hold(port: string, state: PortState): void {
    const ports = { ...this.#ports(), [port]: state };
    // Written beside and renamed: an agent killed half way leaves the old state and never half a state.
    const beside = `${this.#file}.${process.pid}`;
    writeFileSync(beside, JSON.stringify({ format: 'mock-1', ports } satisfies z.input<typeof memory>), { mode: 0o600 });
    renameSync(beside, this.#file);
  }

  #ports(): Ports {
    if (!existsSync(this.#file)) return {};
    try {
      return memory.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).ports;
    } catch {
      throw this.#error('unintelligible', `is kept in ${this.#file}, which is damaged: remove that file for a new switch`);
    }
  }

  #error(fault: DeviceError['fault'], problem: string): DeviceError {
    return new DeviceError(fault, `${this.#target.access.label} ${problem}`);
  }
}
