import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { TlsIdentity } from './http-server.ts';
import { createTlsIdentity } from './self-signed-certificate.ts';
import type { SimulatedPort } from './simulated-switch.ts';
import { createHostKey } from './ssh-host-key.ts';

/** What a family of switches keeps in its configuration, and what that means to frames. Pure functions. */
export interface ConfigurationModel<C> {
  /** Written into state files, so that no family takes those of another: `nexus-1`. */
  readonly format: string;
  readonly schema: z.ZodType<C>;
  /** Whether changes outlive a reboot without being saved. */
  readonly savedAtOnce?: boolean;
  /** The configuration of a switch nobody has touched. */
  fresh(ports: readonly string[]): C;
  /** The same configuration for exactly these ports: new ones fresh, missing ones dropped, in the order given. */
  fitToPorts(configuration: C, ports: readonly string[]): C;
  /** What frames of a port would meet; null for a port that is not there. */
  port(configuration: C, name: string): SimulatedPort | null;
  /** VLANs that exist, ascending. */
  vlans(configuration: C): number[];
}

interface State<C> {
  readonly format: string;
  running: C;
  startup: C;
  /** Private keys in PEM; a switch keeps both when it changes between legacy and current SSH. */
  readonly hostKeys: { legacy?: string | undefined; current?: string | undefined };
  tls?: TlsIdentity | undefined;
}

/** What is special about one switch of a family. */
export interface DeviceOptions {
  readonly hostname: string;
  readonly ports: readonly string[];
  readonly saveDelay: number;
  readonly file: string | undefined;
  readonly legacySsh: boolean;
  readonly onChange: (() => void) | undefined;
}

/** The memory of one simulated switch: running and startup configuration and host key, kept in a file if there is one. */
export class SimulatedDevice<C> {
  readonly model: ConfigurationModel<C>;
  readonly hostname: string;
  readonly ports: readonly string[];
  /** Milliseconds between the order to save and the configuration being on disk. */
  readonly saveDelay: number;
  readonly hostKey: string;
  readonly started = new Date();

  #state: State<C>;
  readonly #file: string | undefined;
  readonly #onChange: (() => void) | undefined;
  #saving = false;
  #boots = 0;
  #stopped = false;

  /** Reads the state file if it exists. Throws if it does not hold the state of such a switch. */
  constructor(model: ConfigurationModel<C>, options: DeviceOptions) {
    this.model = model;
    this.hostname = options.hostname;
    this.ports = options.ports;
    this.saveDelay = options.saveDelay;
    this.#file = options.file;
    this.#onChange = options.onChange;
    this.#state = readState(model, options);
    const kind = options.legacySsh ? 'legacy' : 'current';
    this.hostKey = this.#state.hostKeys[kind] ?? createHostKey(options.legacySsh);
    this.#state.hostKeys[kind] = this.hostKey;
    this.#write();
  }

  /** What the switch shows over HTTPS, made the first time it is asked for. */
  get tlsIdentity(): TlsIdentity {
    if (this.#state.tls === undefined) {
      this.#state.tls = createTlsIdentity(this.hostname);
      this.#write();
    }
    return this.#state.tls;
  }

  /** The running configuration; change it only through `change`. */
  get running(): C {
    return this.#state.running;
  }

  /** What the switch would run after a reboot. */
  get startup(): C {
    return this.#state.startup;
  }

  /** Whether the running configuration would be lost in a reboot. */
  get unsaved(): boolean {
    return !isDeepStrictEqual(this.#state.running, this.#state.startup);
  }

  /** Whether a save is under way. */
  get saving(): boolean {
    return this.#saving;
  }

  /** Changes the running configuration, and has it on disk before it returns. */
  change(edit: (running: C) => void): void {
    edit(this.#state.running);
    if (this.model.savedAtOnce) this.#state.startup = structuredClone(this.#state.running);
    this.#write();
    this.#onChange?.();
  }

  /** Starts again from the startup configuration. A save under way is lost. */
  reboot(): void {
    this.#boots += 1;
    this.#saving = false;
    this.#state.running = structuredClone(this.#state.startup);
    this.#write();
    this.#onChange?.();
  }

  /** Abandons a save under way and writes nothing any more: another process may take the state file over. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Copies the configuration of this moment to the startup configuration, which takes `saveDelay`. Goes on when the session
   * that asked ends; a reboot in between loses it. Null if another copy is going on: the switch runs one at a time.
   */
  save(): Promise<void> | null {
    if (this.#saving) return null;
    this.#saving = true;
    return this.#save(structuredClone(this.#state.running), this.#boots);
  }

  async #save(copy: C, boots: number): Promise<void> {
    await delay(this.saveDelay, undefined, { ref: false });
    if (this.#stopped || boots !== this.#boots) return;
    this.#saving = false;
    this.#state.startup = copy;
    this.#write();
  }

  #write(): void {
    if (this.#file === undefined || this.#stopped) return;
    // Written beside and renamed, so that a simulator killed half way leaves the old state and never half a state.
    const beside = `${this.#file}.new`;
    writeFileSync(beside, JSON.stringify(this.#state, null, 1), { mode: 0o600 });
    chmodSync(beside, 0o600);
    renameSync(beside, this.#file);
  }
}

function readState<C>(model: ConfigurationModel<C>, { file, ports }: DeviceOptions): State<C> {
  if (file === undefined || !existsSync(file)) {
    return { format: model.format, running: model.fresh(ports), startup: model.fresh(ports), hostKeys: {} };
  }
  const schema = z.strictObject({
    format: z.literal(model.format),
    running: model.schema,
    startup: model.schema,
    hostKeys: z.strictObject({ legacy: z.string().optional(), current: z.string().optional() }),
    tls: z.strictObject({ key: z.string(), certificate: z.string() }).optional(),
  });
  const { running, startup, ...rest } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { ...rest, running: model.fitToPorts(running, ports), startup: model.fitToPorts(startup, ports) };
}
