import { isDeepStrictEqual } from 'node:util';
import { type Credentials, type SwitchAccess, secretsOf } from '../db/devices/access.ts';
import type { Checkpoint } from './checkpoint.ts';
import { DeviceError } from './device-error.ts';
import type { HostKeys, SwitchDriver, SwitchSession } from './drivers/driver.ts';
import type { Lease } from './lease.ts';
import { scrub } from './scrub.ts';
import { asDeviceError } from './tasks/set-port.ts';

/** Where a session goes, and with which name and password. */
export interface SwitchTarget {
  readonly access: SwitchAccess;
  readonly credentials: Credentials;
}

/** Whether two targets are one place, entered in the same way. The same secret sealed twice is the same secret. */
export function sameTarget(a: SwitchTarget, b: SwitchTarget): boolean {
  return isDeepStrictEqual({ ...a, access: { ...a.access, sealed: '' } }, { ...b, access: { ...b.access, sealed: '' } });
}

/** What links to switches need of their surroundings. */
export interface LinkMeans {
  readonly findDriver: (type: string) => SwitchDriver | undefined;
  readonly hostKeys: HostKeys;
  /** The agent's state folder. */
  readonly stateDir: string;
  readonly checkpoint: Checkpoint;
}

/** The one session that the holder of a device has with it, kept while there is work. Never used after the lease is over. */
export class SwitchLink {
  readonly #means: LinkMeans;
  readonly #lease: Lease;
  #open: { readonly target: SwitchTarget; readonly session: SwitchSession } | undefined;

  constructor(means: LinkMeans, lease: Lease) {
    this.#means = means;
    this.#lease = lease;
  }

  /** Whether there is a session. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The open session with this target, or a new one. Throws DeviceError. */
  async session(target: SwitchTarget): Promise<SwitchSession> {
    // A switch that was given another address or password is another target, although it has the same name.
    if (this.#open && sameTarget(this.#open.target, target)) return this.#open.session;
    await this.close();
    const { access, credentials } = target;
    const driver = this.#means.findDriver(access.type);
    if (!driver) throw new DeviceError('unreachable', `this agent has no driver for switches of type ${access.type}`);
    const { hostKeys, stateDir, checkpoint } = this.#means;
    const session = await this.#guarded(target, () =>
      driver.open({ access, credentials, hostKeys, stateDir, signal: this.#lease.signal }),
    );
    this.#open = { target, session: this.#guard(target, session) };
    checkpoint('connected');
    return this.#open.session;
  }

  /** Ends the session, if there is one. Never throws. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.session.close();
  }

  #guard(target: SwitchTarget, session: SwitchSession): SwitchSession {
    return {
      readVersion: async () => scrub(await this.#guarded(target, () => session.readVersion()), secretsOf(target.credentials)),
      readPort: (port) => this.#guarded(target, () => session.readPort(port)),
      setPort: (port, want) => this.#guarded(target, () => session.setPort(port, want)),
      shutPort: (port) => this.#guarded(target, () => session.shutPort(port)),
      save: () => this.#guarded(target, () => session.save()),
      close: () => session.close(),
    };
  }

  /** Runs one call while the device is ours, and takes secrets out of what it throws. */
  async #guarded<T>({ access, credentials }: SwitchTarget, call: () => Promise<T>): Promise<T> {
    if (!this.#lease.held()) throw new DeviceError('lost', `${access.label} is not ours any more`);
    try {
      return await call();
    } catch (thrown) {
      const error = asDeviceError(thrown);
      // The cause is left behind: nobody has looked through it for secrets.
      throw new DeviceError(error.fault, scrub(error.message, secretsOf(credentials)));
    }
  }
}
