import { setTimeout as sleep } from 'node:timers/promises';
import { type PortState, samePortState } from '../../db/commands/kinds.ts';
import { DeviceError } from '../device-error.ts';
import type { Console } from '../sessions/console.ts';
import { logIn } from '../sessions/login.ts';
import { openSsh } from '../sessions/ssh.ts';
import { openTelnet } from '../sessions/telnet.ts';
import { defaultTimeouts, type Timeouts } from '../sessions/timeouts.ts';
import { dial, type Wire } from '../sessions/wire.ts';
import { checkedPort, checkedState } from './checked-port.ts';
import type { ConsoleFamily, ConsoleSettings } from './console-family.ts';
import type { OpenSwitch, SwitchDriver, SwitchSession } from './driver.ts';

/** How long (ms) to wait before saving again when the switch is saving for somebody else. */
const saveAgainAfter = 1_000;

/** Makes a driver of a family's data. Everything that sessions, refusals and checks have in common is here. */
export function consoleSwitch<Settings extends ConsoleSettings>(family: ConsoleFamily<Settings>): SwitchDriver {
  return {
    type: family.family.type,
    async open(target) {
      const { label } = target.access;
      const settings = family.settings.safeParse(target.access.settings);
      if (!settings.success) {
        const problem = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
        throw new DeviceError(
          'refused',
          `${label}: its settings are not those of a ${family.family.type} (${problem}); register it again`,
        );
      }
      const timeouts = { ...defaultTimeouts, ...target.timeouts };
      const wire = await openWire(target, settings.data, timeouts);
      const options = { label, secrets: [target.credentials.password], timeouts, signal: target.signal };
      const console = await logIn(wire, family.dialect, options, target.credentials);
      return new ConsoleSwitchSession(console, family, settings.data, label, timeouts, target.signal);
    },
  };
}

async function openWire(target: OpenSwitch, settings: ConsoleSettings, timeouts: Timeouts): Promise<Wire> {
  const { access, credentials, hostKeys, signal } = target;
  const { label, hostname, port } = access;
  const socket = await dial({ label, hostname, port, timeout: timeouts.connect, signal });
  if (settings.transport === 'telnet') return openTelnet(socket);
  return await openSsh(socket, {
    label,
    address: `${hostname}:${port}`,
    credentials,
    legacy: settings.legacy_ssh,
    timeout: timeouts.login,
    signal,
    checkHostKey: (address, fingerprint) => hostKeys.check(address, fingerprint),
  });
}

class ConsoleSwitchSession<Settings extends ConsoleSettings> implements SwitchSession {
  readonly #console: Console;
  readonly #family: ConsoleFamily<Settings>;
  readonly #settings: Settings;
  readonly #label: string;
  readonly #timeouts: Timeouts;
  readonly #signal: AbortSignal;

  constructor(
    console: Console,
    family: ConsoleFamily<Settings>,
    settings: Settings,
    label: string,
    timeouts: Timeouts,
    signal: AbortSignal,
  ) {
    this.#console = console;
    this.#family = family;
    this.#settings = settings;
    this.#label = label;
    this.#timeouts = timeouts;
    this.#signal = signal;
  }

  async readPort(port: string): Promise<PortState> {
    const name = checkedPort(this.#family.family, this.#label, port);
    const answers: string[] = [];
    for (const line of this.#family.read(name)) answers.push(await this.#ask(line));
    const state = this.#family.parse(name, answers, this.#settings);
    if (!('problem' in state)) return state;
    throw this.#console.error('unintelligible', `${name} cannot be read: ${state.problem}`, answers.join('\n'));
  }

  async setPort(port: string, want: PortState): Promise<void> {
    const name = checkedPort(this.#family.family, this.#label, port);
    const wanted = checkedState(this.#family.family, this.#settings, `${this.#label} ${name}`, want);
    await this.#configure(this.#family.change(name, wanted, this.#settings));
    if (!wanted.enabled) return;
    const held = await this.readPort(name);
    // A port that did not take its VLANs stays shut; whoever reads it next sees what it holds.
    if (samePortState(held, { ...wanted, enabled: false })) await this.#configure(this.#family.enable(name));
  }

  async shutPort(port: string): Promise<void> {
    await this.#configure(this.#family.shut(checkedPort(this.#family.family, this.#label, port)));
  }

  async save(): Promise<void> {
    const { line, done, busy } = this.#family.save;
    const deadline = performance.now() + this.#timeouts.save;
    for (;;) {
      const { text } = await this.#console.line(line, deadline - performance.now());
      if (busy.test(text)) {
        if (performance.now() + saveAgainAfter >= deadline)
          throw this.#console.error('refused', 'is saving for somebody else', text);
        // Nothing tells when the other one is ready.
        await sleep(saveAgainAfter, undefined, { signal: this.#signal }).catch(() => {});
      } else if (this.#family.refusal.test(text)) {
        throw this.#console.error('refused', 'did not save its configuration', text);
      } else if (done.test(text)) {
        return;
      } else {
        throw this.#console.error('unintelligible', 'did not say that it saved its configuration', text);
      }
    }
  }

  async close(): Promise<void> {
    await this.#console.close();
  }

  /** Types one line; a refusal is an error. */
  async #ask(line: string): Promise<string> {
    const { text } = await this.#console.line(line);
    if (this.#family.refusal.test(text)) throw this.#console.error('refused', `refused ${JSON.stringify(line)}`, text);
    return text;
  }

  /** Types configuration lines, each of which must be taken in silence, and leaves the configuration mode whatever happens. */
  async #configure(lines: readonly string[]): Promise<void> {
    try {
      for (const line of lines) {
        const text = await this.#ask(line);
        const strange = text.split('\n').some((each) => each.trim() !== '' && !this.#family.chatter.test(each));
        if (strange) throw this.#console.error('unintelligible', `answered ${JSON.stringify(line)} with something unknown`, text);
      }
    } finally {
      // The next port must find the session as the first one did. If this fails too, the session is over and says so when used.
      if (this.#console.open && this.#console.mode !== '') await this.#console.line(this.#family.dialect.leave).catch(() => {});
    }
  }
}
