import { setTimeout as sleep } from 'node:timers/promises';
import { DeviceError } from '../../agents/device-error.ts';
import type { Machine, VmHost } from '../../agents/drivers/vm-host/driver.ts';
import type { OfferedHost } from '../../agents/headnode-link.ts';
import type { HeadnodeNic } from '../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../db/devices/vm-host.ts';
import { mockVmHost } from './mock-vm-host.ts';

/** One call of a host, as a test sees it. */
export interface VmHostCall {
  readonly what: keyof VmHost;
  /** The machine that it is about; none where it is about the host. */
  readonly uuid?: string;
  readonly machine?: Machine;
  readonly nics?: readonly HeadnodeNic[];
}

/** A host whose machines are in memory, at the interface where drivers stand: tests of what is above it interfere at will. */
export class MemoryVmHost {
  /** Every call, in order. */
  readonly calls: VmHostCall[] = [];
  /** May throw, wait, or answer `'ignored'`: then the call changes nothing. */
  interfere: (call: VmHostCall, signal: AbortSignal) => Promise<unknown> | unknown = () => {};
  /** Every machine that is defined, and whether it runs. */
  readonly machines = new Map<string, { readonly machine: Machine; runs: boolean }>();
  /** What is left of machines that were never defined; `remove` and `sweep` take it away. */
  readonly halfMade = new Set<string>();
  templates: OfferedTemplate[] = [{ name: 'base-headnode', memory: 512, vcpus: 1, disk: 10 }];
  problems: string[] = [];
  /** What cannot be removed, as sentences. */
  stuck: string[] = [];
  limits: OfferedHost['limits'] = mockVmHost.limits;
  /** The most calls that were under way for one machine at once. */
  mostAtOnce = 0;
  readonly #underWay = new Map<string, number>();

  /** What `startAgent` takes. */
  get offered(): OfferedHost {
    return { limits: this.limits, open: (signal) => this.#open(signal) };
  }

  /** How often something was called. */
  count(what: VmHostCall['what']): number {
    return this.calls.filter((call) => call.what === what).length;
  }

  #open(signal: AbortSignal): VmHost {
    const call = async (made: VmHostCall): Promise<boolean> => {
      if (signal.aborted) throw new DeviceError('lost', 'it was called off');
      this.calls.push(made);
      const key = made.uuid ?? '';
      const underWay = (this.#underWay.get(key) ?? 0) + 1;
      this.#underWay.set(key, underWay);
      if (made.uuid !== undefined) this.mostAtOnce = Math.max(this.mostAtOnce, underWay);
      try {
        // As every host: nothing is done at once.
        await sleep(1);
        return (await this.interfere(made, signal)) !== 'ignored';
      } finally {
        this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
      }
    };
    return {
      readTemplates: async () => {
        await call({ what: 'readTemplates' });
        return { templates: this.templates, problems: this.problems };
      },
      readUse: async () => {
        await call({ what: 'readUse' });
        return [...this.machines].map(([uuid, { machine }]) => ({ uuid, ...machine.size }));
      },
      read: async (uuid) => {
        await call({ what: 'read', uuid });
        const known = this.machines.get(uuid);
        if (!known) return { state: 'absent' };
        return known.runs ? { state: 'running', vncport: 5900 } : { state: 'stopped' };
      },
      create: async (machine) => {
        const { uuid } = machine;
        this.halfMade.add(uuid);
        const isDone = await call({ what: 'create', uuid, machine });
        this.halfMade.delete(uuid);
        if (isDone) this.machines.set(uuid, { machine, runs: false });
      },
      start: async (uuid, nics) => {
        const isDone = await call({ what: 'start', uuid, nics });
        const known = this.machines.get(uuid);
        if (known && isDone) known.runs = true;
      },
      stop: async (uuid) => {
        const isDone = await call({ what: 'stop', uuid });
        const known = this.machines.get(uuid);
        if (known && isDone) known.runs = false;
      },
      remove: async (uuid) => {
        if (await call({ what: 'remove', uuid })) {
          this.machines.delete(uuid);
          this.halfMade.delete(uuid);
        }
        return this.stuck;
      },
      sweep: async (isBusy) => {
        await call({ what: 'sweep' });
        const left = [...this.halfMade].filter((uuid) => !isBusy(uuid));
        for (const uuid of left) this.halfMade.delete(uuid);
        return left.map((uuid) => `removed what was left of ${uuid}`);
      },
      openConsole: async (uuid) => {
        await call({ what: 'openConsole', uuid });
        throw new DeviceError('refused', `${uuid} has no console`);
      },
    };
  }
}
