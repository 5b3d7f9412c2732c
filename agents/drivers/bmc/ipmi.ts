import type { BmcCheckup } from '../../../db/devices/bmc-report.ts';
import type { BootDevice, Power } from '../../../db/devices/obm.ts';
import {
  acknowledgesBoot,
  acknowledgesPower,
  type BootFlags,
  parseBootFlags,
  parseController,
  parsePayloadHolder,
  parsePower,
} from '../../reading/ipmitool.ts';
import { findingOf } from '../../reading/ipmitool-complaints.ts';
import type { ConsoleLine } from '../console-line.ts';
import type { NotUnderstood } from '../port-family.ts';
import type { Bmc, BmcDriver, OpenBmc } from './driver.ts';
import { Ipmitool, type IpmitoolOptions, type KnownBmc } from './ipmitool.ts';
import { SolLine } from './sol-line.ts';

/**
 * Keeps a boot device until it is used. BMCs forget one after 60 seconds without a command to the chassis unless they are told
 * not to (IPMI 2.0, table 28-14, parameter 3, bit 3), and people set a boot device long before they need it. `bootdev` of
 * ipmitool has no option for it, and `bootparam set bootflag` cannot tell UEFI and persistence.
 */
const keepBootDevice = ['raw', '0x00', '0x08', '0x03', '0x08'];

/** Get Payload Instance Info of the first instance of serial-over-LAN (IPMI 2.0, section 24.4). */
const payloadHolder = ['raw', '0x06', '0x4b', '0x01', '0x01'];
/** The session id of none. */
const NOBODY = '00 00 00 00';

/** How BMCs are spoken to with `ipmitool`, IPMI 2.0 over LAN. Another program and another time limit (ms) are for tests. */
export function ipmiDriver({ program = 'ipmitool', timeout = 10_000 }: Partial<IpmitoolOptions> = {}): BmcDriver {
  const addresses = new Map<string, KnownBmc>();
  return {
    type: 'ipmi',
    open(target) {
      const address = `${target.access.host} ${target.access.port}`;
      const known = addresses.get(address) ?? {};
      addresses.set(address, known);
      return new IpmiBmc(target, { program, timeout }, known);
    },
  };
}

/** The driver for BMCs of type `ipmi`. */
export const ipmi = ipmiDriver();

class IpmiBmc implements Bmc {
  readonly #target: OpenBmc;
  readonly #options: IpmitoolOptions;
  readonly #ipmitool: Ipmitool;

  constructor(target: OpenBmc, options: IpmitoolOptions, known: KnownBmc) {
    this.#target = target;
    this.#options = options;
    this.#ipmitool = new Ipmitool(target, options, known);
  }

  async readPower(): Promise<Power> {
    return this.#ask(['chassis', 'power', 'status'], 'the question for its power', parsePower);
  }

  async setPower(change: 'on' | 'off' | 'cycle' | 'soft'): Promise<void> {
    const task = `the power command "${change}"`;
    const said = await this.#ipmitool.call(['chassis', 'power', change], task, 'change');
    if (!acknowledgesPower(said.stdout, change)) throw this.#ipmitool.unclear(said, task);
  }

  async readBoot(): Promise<BootDevice> {
    const { valid, boot } = await this.#readFlags();
    return valid || this.#ipmitool.known.deniesBoot ? boot : { ...boot, device: 'none' };
  }

  async setBoot({ device, persistent, uefi }: BootDevice): Promise<void> {
    const task = `the boot device ${device}`;
    await this.#ipmitool.call(keepBootDevice, task, 'change', ['refused', 'privilege', 'hung']);
    const options = [...(persistent ? ['persistent'] : []), ...(uefi ? ['efiboot'] : [])];
    const words = ['chassis', 'bootdev', device, ...(options.length > 0 ? [`options=${options.join(',')}`] : [])];
    const said = await this.#ipmitool.call(words, task, 'change');
    // Where the BMC refuses, ipmitool says so and ends with 0.
    if (!acknowledgesBoot(said.stdout, device)) throw this.#ipmitool.unclear(said, task);
    if (device === 'none') return;
    const held = await this.#readFlags().catch(() => undefined);
    if (held?.boot.device === device) this.#ipmitool.known.deniesBoot = !held.valid;
  }

  async check(): Promise<BmcCheckup> {
    const controller = await this.#ask(['mc', 'info'], 'the question what it is', parseController);
    const power = await this.readPower();
    return { ...controller, power, cipher_suite: this.#ipmitool.known.suite ?? null };
  }

  async openConsole(onOutput: (data: Buffer) => void): Promise<ConsoleLine> {
    const { access, credentials, signal } = this.#target;
    const task = 'the serial console (serial-over-LAN must be enabled on it, and for its user)';
    // A client that was killed leaves its session to the BMC, which then takes no other.
    const deactivate = () => this.#ipmitool.call(['sol', 'deactivate'], task, 'read', ['idle']);
    for (let isLast = false; ; isLast = true) {
      await deactivate();
      const [suite = 17] = this.#ipmitool.suites();
      // Kept alive by a question for the BMC's own identity. An empty packet of the console would do as well by the standard, but there are
      // BMCs that do not count it, and end a session of which they hear nothing else.
      const args = this.#ipmitool.argv(suite, 'console', ['sol', 'activate']);
      const { program: file, timeout } = this.#options;
      const { environment } = this.#ipmitool;
      const secrets = [credentials.password];
      const program = { label: access.label, file, args, environment, secrets, signal, timeout, deactivate };
      const line = await SolLine.start(program, onOutput);
      if (line instanceof SolLine) return line;
      const isBusy = line.end === 'exited' && findingOf(line.stderr) === 'busy';
      if (isLast || !isBusy) throw this.#ipmitool.failed(line, task);
    }
  }

  async readConsoleHolder(): Promise<string | undefined> {
    const task = 'the question who holds its console';
    const said = await this.#ipmitool.call(payloadHolder, task, 'read', ['refused', 'privilege']);
    if (said.stdout === '') return undefined;
    const holder = parsePayloadHolder(said.stdout);
    if (typeof holder === 'object') throw this.#ipmitool.unclear(said, task, holder.problem);
    return holder === NOBODY ? undefined : holder;
  }

  #readFlags(): Promise<BootFlags> {
    return this.#ask(['chassis', 'bootparam', 'get', '5'], 'the question for its boot device', parseBootFlags);
  }

  async #ask<T extends object | string>(
    words: readonly string[],
    task: string,
    parse: (text: string) => T | NotUnderstood,
  ): Promise<T> {
    const said = await this.#ipmitool.call(words, task, 'read');
    const answer = parse(said.stdout);
    if (isNotUnderstood(answer)) throw this.#ipmitool.unclear(said, task, answer.problem);
    return answer;
  }
}

function isNotUnderstood<T extends object | string>(answer: T | NotUnderstood): answer is NotUnderstood {
  return typeof answer === 'object' && 'problem' in answer;
}
