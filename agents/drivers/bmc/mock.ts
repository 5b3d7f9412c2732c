import { setTimeout as sleep } from 'node:timers/promises';
import type { BmcCheckup, BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import type { BootDevice, Power } from '../../../db/devices/obm.ts';
import type { ConsoleLine } from '../console-line.ts';
import { MockLine, type MockTerminal } from '../mock-line.ts';
import { BmcError } from './bmc-error.ts';
import { explain } from './bmc-words.ts';
import type { Bmc, BmcDriver, OpenBmc } from './driver.ts';
import { MockMachine, type MockState, started } from './mock-machine.ts';

/** Milliseconds that a BMC that hangs is waited for. */
const patience = 3_000;

/**
 * BMCs that are none: the machines live in the agent's state folder, in `mock-bmcs`, a file for each label, off at first, and start and
 * shut down at once. Any user and password are taken. The host may name a fault:
 *
 * - `unreachable`: nothing answers.
 * - `wrong-password`: the BMC takes no password.
 * - `hang`: every call waits a few seconds, or for the signal, and is `hung`; nothing happens.
 * - `refuse`: every change, and the console, is `refused`; reading works.
 * - `lie`: changes are accepted and nothing happens; reading works, and tells so.
 * - `deaf`: the operating system does not listen when it is asked to shut down; all else works.
 * - `garble`: every reading is `unrecognised`; changes and the console work.
 */
export const mock: BmcDriver = {
  type: 'mock',
  open(target) {
    return new MockBmc(target, new MockMachine(target.stateDir, target.access.label));
  },
};

class MockBmc implements Bmc {
  readonly #target: OpenBmc;
  readonly #machine: MockMachine;
  readonly #fault: string;

  constructor(target: OpenBmc, machine: MockMachine) {
    this.#target = target;
    this.#machine = machine;
    this.#fault = target.access.host;
  }

  async readPower(): Promise<Power> {
    return (await this.#read('the question for its power')).power;
  }

  async setPower(change: 'on' | 'off' | 'cycle' | 'soft'): Promise<void> {
    if (this.#fault === 'deaf' && change === 'soft') return this.#line('the power command "soft"');
    await this.#change(`the power command "${change}"`, (state) => {
      if (change === 'off' || change === 'soft') return { ...state, power: 'off' };
      return change === 'on' && state.power === 'on' ? state : started(state);
    });
  }

  async readBoot(): Promise<BootDevice> {
    return (await this.#read('the question for its boot device')).boot;
  }

  async setBoot({ device, persistent, uefi }: BootDevice): Promise<void> {
    await this.#change(`the boot device ${device}`, (state) => ({ ...state, boot: { device, persistent, uefi } }));
  }

  async check(): Promise<BmcCheckup> {
    const { power } = await this.#read('the question what it is');
    return { power, manufacturer: 'HaaS', product: 'mock', firmware: '1', cipher_suite: null };
  }

  async openConsole(onOutput: (data: Buffer) => void): Promise<ConsoleLine> {
    const task = 'the serial console';
    await this.#line(task);
    if (this.#fault === 'refuse') throw this.#error('refused', task);
    const { starts } = this.#held(task);
    return new MockLine(terminalOf(this.#target.access.label, this.#machine), starts, this.#target.signal, onOutput);
  }

  async readConsoleHolder(): Promise<string | undefined> {
    await this.#line('the question who holds its console');
    // Whoever takes a mock's console away says so to its line.
    return undefined;
  }

  async #read(task: string): Promise<MockState> {
    await this.#line(task);
    if (this.#fault === 'garble') throw this.#error('unrecognised', task);
    return this.#held(task);
  }

  async #change(task: string, change: (state: MockState) => MockState): Promise<void> {
    await this.#line(task);
    if (this.#fault === 'refuse') throw this.#error('refused', task);
    if (this.#fault !== 'lie') this.#machine.write(change(this.#held(task)));
  }

  /** What every call begins with: the BMC must be there, know us, and answer. */
  async #line(task: string): Promise<void> {
    const { access, signal } = this.#target;
    if (this.#fault === 'hang') await sleep(patience, undefined, { signal }).catch(() => {});
    if (signal.aborted) throw new BmcError('hung', `${access.label}: ${task} was called off`);
    if (this.#fault === 'hang') throw this.#error('hung', task);
    if (this.#fault === 'unreachable') throw this.#error('no-answer', task);
    if (this.#fault === 'wrong-password') throw this.#error('wrong-password', task);
  }

  #held(task: string): MockState {
    const state = this.#machine.read();
    if (state) return state;
    const { file } = this.#machine;
    const message = `${explain('unrecognised', this.#target.access, task)}: ${file} is damaged: remove it for a new machine`;
    throw new BmcError('unrecognised', message);
  }

  #error(diagnosis: BmcDiagnosis, task: string): BmcError {
    return new BmcError(diagnosis, explain(diagnosis, this.#target.access, task));
  }
}

function terminalOf(label: string, machine: MockMachine): MockTerminal {
  return {
    name: label,
    key: machine.file,
    hasBreaks: true,
    look() {
      const state = machine.read();
      if (!state) return undefined;
      const { device, uefi } = state.booted;
      const greeting = [
        `${label}: ${uefi ? 'UEFI' : 'BIOS'} of a machine that is none`,
        `Booting from ${device === 'none' ? 'the first device in order' : device} ...`,
      ];
      return { starts: state.starts, greeting };
    },
  };
}
