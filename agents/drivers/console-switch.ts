import { setTimeout as sleep } from 'node:timers/promises';
import { secretsOf } from '../../db/devices/access.ts';
import type { DeviceError } from '../device-error.ts';
import type { Console } from '../sessions/console.ts';
import { logIn } from '../sessions/login.ts';
import { openShell } from '../sessions/ssh.ts';
import { openTelnet } from '../sessions/telnet.ts';
import type { Timeouts } from '../sessions/timeouts.ts';
import { dial, type Wire } from '../sessions/wire.ts';
import type { ConsoleFamily, ConsoleSettings, ConsoleStep } from './console-family.ts';
import type { OpenSwitch, SwitchDriver } from './driver.ts';
import type { Exchange } from './port-family.ts';
import { PortSession, settingsOf, timeoutsOf } from './port-session.ts';

/** How long (ms) to wait before a line is typed again while somebody else is changing the configuration. */
const busyAgainAfter = 500;

/** Makes a driver of a family's data. Everything that consoles have in common is here and in `agents/sessions`. */
export function consoleSwitch<Settings extends ConsoleSettings>(family: ConsoleFamily<Settings>): SwitchDriver {
  return {
    type: family.family.type,
    async open(target) {
      const settings = settingsOf(family, target);
      const timeouts = timeoutsOf(family, target);
      const { access, credentials, signal } = target;
      const wire = await openWire(target, settings, timeouts);
      const options = { label: access.label, secrets: secretsOf(credentials), timeouts, signal };
      const console = await logIn(wire, family.dialect, options, credentials);
      return new PortSession({ family, settings, target, exchange: new ConsoleExchange(console, family, timeouts, signal) });
    },
  };
}

async function openWire(target: OpenSwitch, settings: ConsoleSettings, timeouts: Timeouts): Promise<Wire> {
  const { access, credentials, hostKeys, signal } = target;
  const { label, hostname, port } = access;
  const socket = await dial({ label, hostname, port, timeout: timeouts.connect, signal });
  if (settings.transport === 'telnet') return openTelnet(socket);
  return await openShell(socket, {
    label,
    address: `${hostname}:${port}`,
    credentials,
    legacy: settings.legacy_ssh,
    timeout: timeouts.login,
    signal,
    checkHostKey: (address, fingerprint) => hostKeys.check(address, fingerprint),
  });
}

/** Steps typed at a console. */
class ConsoleExchange<Settings extends ConsoleSettings> implements Exchange<ConsoleStep> {
  readonly #console: Console;
  readonly #family: ConsoleFamily<Settings>;
  readonly #timeouts: Timeouts;
  readonly #signal: AbortSignal;

  constructor(console: Console, family: ConsoleFamily<Settings>, timeouts: Timeouts, signal: AbortSignal) {
    this.#console = console;
    this.#family = family;
    this.#timeouts = timeouts;
    this.#signal = signal;
  }

  async ask(step: ConsoleStep, timeout?: number): Promise<string> {
    const { line, questions = [], mayFail = false } = typeof step === 'string' ? { line: step } : step;
    const { busy, refusal } = this.#family;
    const deadline = performance.now() + this.#timeouts.save;
    for (;;) {
      const { text } = await this.#console.line(line, timeout, questions);
      if (busy?.test(text) && performance.now() + busyAgainAfter < deadline) {
        // Nothing tells when the other one is ready.
        await sleep(busyAgainAfter, undefined, { signal: this.#signal }).catch(() => {});
        continue;
      }
      if (!mayFail && (refusal.test(text) || busy?.test(text)))
        throw this.error('refused', `refused ${JSON.stringify(line)}`, text);
      return text;
    }
  }

  async configure(steps: readonly ConsoleStep[]): Promise<void> {
    const { chatter, dialect } = this.#family;
    try {
      for (const step of steps) {
        const text = await this.ask(step);
        if (typeof step !== 'string' && step.mayFail) continue;
        const strange = text.split('\n').some((each) => each.trim() !== '' && !chatter.test(each));
        if (!strange) continue;
        const line = typeof step === 'string' ? step : step.line;
        throw this.error('unintelligible', `answered ${JSON.stringify(line)} with something unknown`, text);
      }
    } finally {
      // The next port must find the session as the first one did. If this fails too, the session is over and says so when used.
      for (const line of dialect.leave) {
        if (this.#console.open && this.#console.mode !== '') await this.#console.line(line).catch(() => {});
      }
    }
  }

  error(fault: 'refused' | 'unintelligible', problem: string, said: string): DeviceError {
    return this.#console.error(fault, problem, said);
  }

  async close(): Promise<void> {
    await this.#console.close();
  }
}
