import type { HeadnodeNic, HeadnodeState } from '../../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../../db/devices/vm-host.ts';
import { DeviceError } from '../../device-error.ts';
import type { MockConfig } from '../../vm-host-config.ts';
import type { ConsoleLine } from '../console-line.ts';
import { MockLine, type MockTerminal } from '../mock-line.ts';
import { type Machine, type MachineUse, NOT_RUNNING, NotIsolated, type OpenVmHost, type VmHost } from './driver.ts';
import { type MockMachineState, MockMachines } from './mock-machines.ts';

/** The TCP port of the first screen, as with VNC. */
const FIRST_SCREEN = 5900;

/** Of which start each console has shown the greeting, by the machine's file. */
const greeted = new Map<string, number>();

/** A host of virtual machines that is none: the machines are files in the agent's state folder, and start and stop at once. */
export class MockVmHost implements VmHost {
  readonly #config: MockConfig;
  readonly #machines: MockMachines;
  readonly #signal: AbortSignal;

  constructor({ config, stateDir, signal }: OpenVmHost<MockConfig>) {
    this.#config = config;
    this.#machines = new MockMachines(stateDir);
    this.#signal = signal;
  }

  async readTemplates(): Promise<{ templates: OfferedTemplate[]; problems: string[] }> {
    this.#mustGoOn();
    return { templates: Object.entries(this.#config.templates).map(([name, size]) => ({ name, ...size })), problems: [] };
  }

  async readUse(): Promise<MachineUse[]> {
    this.#mustGoOn();
    return this.#defined().map(([uuid, { size }]) => ({ uuid, ...size }));
  }

  async read(uuid: string): Promise<HeadnodeState> {
    this.#mustGoOn();
    const machine = this.#machines.read(uuid);
    if (!machine) return { state: 'absent' };
    const { vncport } = machine;
    return vncport === null ? { state: 'stopped' } : { state: 'running', vncport };
  }

  async create({ uuid, title, template, size, nics }: Machine): Promise<void> {
    this.#mustGoOn();
    if (!Object.hasOwn(this.#config.templates, template))
      throw new DeviceError('refused', `there is no template ${template} on this host`);
    if (this.#machines.read(uuid)) throw new DeviceError('refused', `the machine ${uuid} is there already`);
    this.#machines.remove(uuid);
    this.#machines.copyDisk(uuid, template);
    this.#machines.write(uuid, { title, template, size, nics: [...nics], starts: 0, vncport: null });
  }

  async start(uuid: string, nics: readonly HeadnodeNic[]): Promise<void> {
    const machine = this.#demand(uuid);
    if (machine.vncport !== null) throw new DeviceError('refused', `the machine ${uuid} runs already`);
    const vlans = new Map(machine.nics.map(({ mac, vlan }) => [mac, vlan]));
    const wrong = nics.find(({ mac, vlan }) => vlans.get(mac) !== vlan);
    if (wrong || nics.length !== vlans.size) throw new NotIsolated(`the machine ${uuid} has other interfaces than it should`);
    const taken = new Set(this.#defined().map(([, { vncport }]) => vncport));
    let vncport = FIRST_SCREEN;
    while (taken.has(vncport)) vncport += 1;
    this.#machines.write(uuid, { ...machine, starts: machine.starts + 1, vncport });
  }

  async stop(uuid: string): Promise<void> {
    const machine = this.#demand(uuid);
    if (machine.vncport !== null) this.#machines.write(uuid, { ...machine, vncport: null });
  }

  async remove(uuid: string): Promise<string[]> {
    this.#mustGoOn();
    this.#machines.remove(uuid);
    return [];
  }

  async sweep(isBusy: (uuid: string) => boolean): Promise<string[]> {
    this.#mustGoOn();
    const half = this.#machines.list().filter((uuid) => !isBusy(uuid) && !this.#machines.read(uuid));
    for (const uuid of half) this.#machines.remove(uuid);
    return half.map((uuid) => `removed the disk of the machine ${uuid}, which was never defined`);
  }

  async openConsole(uuid: string, onOutput: (data: Buffer) => void): Promise<ConsoleLine> {
    this.#mustGoOn();
    const machine = this.#machines.read(uuid);
    if (!machine || machine.vncport === null) throw new DeviceError('unreachable', NOT_RUNNING);
    const { title, starts } = machine;
    const terminal = this.#terminal(uuid, title);
    // What it printed before anybody looked waits in the line, as it does in a socket.
    return new MockLine(terminal, greeted.get(terminal.key) ?? starts - 1, this.#signal, onOutput);
  }

  #terminal(uuid: string, name: string): MockTerminal {
    const key = this.#machines.file(uuid);
    return {
      name,
      key,
      hasBreaks: false,
      look: () => {
        const machine = readable(() => this.#machines.read(uuid));
        if (!machine || machine.vncport === null) return 'gone';
        greeted.set(key, machine.starts);
        return { starts: machine.starts, greeting: [`${name}: a machine that is none`, `Booting ${machine.template} ...`] };
      },
    };
  }

  #defined(): (readonly [string, MockMachineState])[] {
    return this.#machines.list().flatMap((uuid) => {
      const machine = this.#machines.read(uuid);
      return machine ? [[uuid, machine] as const] : [];
    });
  }

  #demand(uuid: string): MockMachineState {
    this.#mustGoOn();
    const machine = this.#machines.read(uuid);
    if (!machine) throw new DeviceError('refused', `there is no machine ${uuid} on this host`);
    return machine;
  }

  #mustGoOn(): void {
    if (this.#signal.aborted) throw new DeviceError('lost', 'it was called off');
  }
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // A line is watched by a timer, and nobody would catch it there.
    return undefined;
  }
}
