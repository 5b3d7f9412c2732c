import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Configuration, configurationSchema, fitToPorts, freshConfiguration } from './nexus-config.ts';
import { createHostKey } from './ssh-server.ts';

const stateSchema = z.strictObject({
  format: z.literal('nexus-1'),
  running: configurationSchema,
  startup: configurationSchema,
  /** Private keys in PEM; a switch keeps both when it changes between legacy and current SSH. */
  hostKeys: z.strictObject({ legacy: z.string().optional(), current: z.string().optional() }),
});

/** The memory of one simulated Nexus: running and startup configuration and host key, kept in a file if there is one. */
export class NexusDevice {
  readonly hostname: string;
  readonly ports: readonly string[];
  /** Milliseconds between the end of the progress bar and the configuration being on disk. */
  readonly saveDelay: number;
  readonly hostKey: string;
  readonly started = new Date();

  #state: z.infer<typeof stateSchema>;
  readonly #file: string | undefined;
  #saving = false;
  #boots = 0;
  #stopped = false;

  /** Reads the state file if it exists. Throws if it does not hold the state of a Nexus. */
  constructor(options: {
    hostname: string;
    ports: readonly string[];
    saveDelay: number;
    file: string | undefined;
    legacySsh: boolean;
  }) {
    this.hostname = options.hostname;
    this.ports = options.ports;
    this.saveDelay = options.saveDelay;
    this.#file = options.file;
    const fresh = freshConfiguration(options.ports);
    this.#state = { format: 'nexus-1', running: fresh, startup: structuredClone(fresh), hostKeys: {} };
    if (options.file !== undefined && existsSync(options.file)) {
      this.#state = stateSchema.parse(JSON.parse(readFileSync(options.file, 'utf8')));
      this.#state.running = fitToPorts(this.#state.running, options.ports);
      this.#state.startup = fitToPorts(this.#state.startup, options.ports);
    }
    const kind = options.legacySsh ? 'legacy' : 'current';
    this.hostKey = this.#state.hostKeys[kind] ?? createHostKey(options.legacySsh);
    this.#state.hostKeys[kind] = this.hostKey;
    this.#write();
  }

  /** The running configuration; change it only through `change`. */
  get running(): Configuration {
    return this.#state.running;
  }

  /** Whether the running configuration would be lost in a reboot. */
  get unsaved(): boolean {
    return !isDeepStrictEqual(this.#state.running, this.#state.startup);
  }

  /** Changes the running configuration, and has it on disk before it returns. */
  change(edit: (running: Configuration) => void): void {
    edit(this.#state.running);
    this.#write();
  }

  /** Starts again from the startup configuration. A save under way is lost. */
  reboot(): void {
    this.#boots += 1;
    this.#saving = false;
    this.#state.running = structuredClone(this.#state.startup);
    this.#write();
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

  async #save(copy: Configuration, boots: number): Promise<void> {
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
