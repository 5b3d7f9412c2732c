import { BmcError } from '../../agents/drivers/bmc/bmc-error.ts';
import type { Bmc, BmcDriver, OpenBmc } from '../../agents/drivers/bmc/driver.ts';
import type { BootDevice, Power } from '../../db/devices/obm.ts';

/** One call of a BMC, as a test sees it. */
export interface BmcCall {
  readonly label: string;
  readonly what: 'readPower' | 'setPower' | 'readBoot' | 'setBoot' | 'check' | 'openConsole';
  readonly wanted?: 'on' | 'off' | 'cycle' | 'soft' | BootDevice;
}

/** A machine behind a BMC. */
export interface MemoryMachine {
  power: Power;
  boot: BootDevice;
  /** Whether its operating system shuts down when it is asked to. */
  obeys: boolean;
}

/** A driver whose machines are in memory, at the interface where drivers stand: tests of what is above it interfere at will. */
export class MemoryBmcs {
  /** Every call, in order. */
  readonly calls: BmcCall[] = [];
  /** May throw, wait, or answer `'ignored'`: then the call changes nothing. */
  interfere: (call: BmcCall, signal: AbortSignal) => Promise<unknown> | unknown = () => {};
  /** The most calls that were under way to one BMC at once. */
  mostAtOnce = 0;
  readonly #machines = new Map<string, MemoryMachine>();
  readonly #underWay = new Map<string, number>();

  readonly driver: BmcDriver = { type: 'mock', open: (target) => this.#open(target) };

  /** What `startAgent` takes. */
  readonly findBmcDriver = (): BmcDriver => this.driver;

  /** A node's machine; off at first. */
  machine(label: string): MemoryMachine {
    const known = this.#machines.get(label);
    if (known) return known;
    const made: MemoryMachine = { power: 'off', boot: { device: 'none', persistent: false, uefi: false }, obeys: true };
    this.#machines.set(label, made);
    return made;
  }

  /** How often something was called, with `wanted` if given. */
  count(what: BmcCall['what'], wanted?: string): number {
    return this.calls.filter((call) => call.what === what && (wanted === undefined || call.wanted === wanted)).length;
  }

  #open({ access: { label }, signal }: OpenBmc): Bmc {
    const call = async (what: BmcCall['what'], wanted?: BmcCall['wanted']): Promise<boolean> => {
      const made: BmcCall = { label, what, ...(wanted === undefined ? {} : { wanted }) };
      this.calls.push(made);
      const underWay = (this.#underWay.get(label) ?? 0) + 1;
      this.#underWay.set(label, underWay);
      this.mostAtOnce = Math.max(this.mostAtOnce, underWay);
      try {
        return (await this.interfere(made, signal)) !== 'ignored';
      } finally {
        this.#underWay.set(label, (this.#underWay.get(label) ?? 1) - 1);
      }
    };
    const machine = this.machine(label);
    return {
      async readPower() {
        await call('readPower');
        return machine.power;
      },
      async setPower(change) {
        if (!(await call('setPower', change))) return;
        if (change !== 'soft') machine.power = change === 'off' ? 'off' : 'on';
        else if (machine.obeys) machine.power = 'off';
      },
      async readBoot() {
        await call('readBoot');
        return machine.boot;
      },
      async setBoot(wanted) {
        if (await call('setBoot', wanted)) machine.boot = wanted;
      },
      async check() {
        await call('check');
        return { power: machine.power, manufacturer: 'Memory', product: '1', firmware: '1.0', cipher_suite: null };
      },
      async readConsoleHolder() {
        return undefined;
      },
      async openConsole() {
        await call('openConsole');
        throw new BmcError('refused', `${label} has no serial console`);
      },
    };
  }
}
