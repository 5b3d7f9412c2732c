import { DeviceError } from '../../agents/device-error.ts';
import type { OpenSwitch, SwitchDriver, SwitchSession } from '../../agents/drivers/driver.ts';
import type { PortState } from '../../db/commands/kinds.ts';

/** One call of a session, as a test sees it. */
export interface Call {
  readonly session: number;
  readonly label: string;
  readonly what: 'open' | 'version' | 'read' | 'set' | 'shut' | 'save' | 'close';
  readonly port?: string;
  readonly state?: PortState;
}

/** May throw, wait, or answer `'ignored'`: then the call changes nothing. */
export type Interference = (call: Call, signal: AbortSignal) => Promise<unknown> | unknown;

/** A driver whose switches are ports in memory, at the interface where drivers stand: tests of what is above it interfere at will. */
export class MemorySwitches {
  /** Every call, in order. */
  readonly calls: Call[] = [];
  /** Ports by switch label, a space, and port. */
  readonly ports = new Map<string, PortState>();
  /** What every switch says of its software. */
  version = 'memory 1.0';
  /** The most sessions that one switch ever had at once. */
  mostSessions = 0;
  interfere: Interference = () => {};
  readonly #open = new Map<string, number>();
  #sessions = 0;

  readonly driver: SwitchDriver = { type: 'mock', open: (target) => this.#login(target) };

  /** What `startAgent` takes. */
  readonly findDriver = (): SwitchDriver => this.driver;

  /** The port as it is, shut and empty at first. */
  port(label: string, port: string): PortState {
    return this.ports.get(`${label} ${port}`) ?? { native: null, tagged: [], enabled: false };
  }

  /** How often something was called. */
  count(what: Call['what'], label?: string): number {
    return this.calls.filter((call) => call.what === what && (label === undefined || call.label === label)).length;
  }

  /** Sessions that are open now. */
  get sessions(): number {
    return [...this.#open.values()].reduce((sum, count) => sum + count, 0);
  }

  async #login({ access: { label }, signal }: OpenSwitch): Promise<SwitchSession> {
    this.#sessions += 1;
    const session = this.#sessions;
    const call = async (what: Call['what'], port?: string, state?: PortState): Promise<unknown> => {
      const made: Call = {
        session,
        label,
        what,
        ...(port === undefined ? {} : { port }),
        ...(state === undefined ? {} : { state }),
      };
      this.calls.push(made);
      if (signal.aborted) throw new DeviceError('lost', `${label}: the session was ended`);
      const answer = await this.interfere(made, signal);
      if (signal.aborted) throw new DeviceError('lost', `${label}: the session was ended`);
      return answer;
    };
    await call('open');
    this.#count(label, 1);
    let isOpen = true;
    return {
      readVersion: async () => {
        await call('version');
        return this.version;
      },
      readPort: async (port) => {
        await call('read', port);
        return structuredClone(this.port(label, port));
      },
      setPort: async (port, want) => {
        if ((await call('set', port, want)) !== 'ignored') this.ports.set(`${label} ${port}`, structuredClone(want));
      },
      shutPort: async (port) => {
        if ((await call('shut', port)) !== 'ignored')
          this.ports.set(`${label} ${port}`, { ...this.port(label, port), enabled: false });
      },
      save: async () => {
        await call('save');
      },
      close: async () => {
        this.calls.push({ session, label, what: 'close' });
        if (isOpen) this.#count(label, -1);
        isOpen = false;
      },
    };
  }

  #count(label: string, change: number): void {
    const sessions = (this.#open.get(label) ?? 0) + change;
    this.#open.set(label, sessions);
    this.mostSessions = Math.max(this.mostSessions, sessions);
  }
}

/** Waits as a device that does not answer: until the session is ended. */
export function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(new DeviceError('lost', 'the session was ended'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
}
