import { setTimeout as sleep } from 'node:timers/promises';
import { type PortState, samePortState } from '../../db/commands/kinds.ts';
import type { SwitchSettings } from '../../db/devices/family.ts';
import { DeviceError } from '../device-error.ts';
import type { Timeouts } from '../sessions/timeouts.ts';
import { defaultTimeouts } from '../sessions/timeouts.ts';
import { checkedPort, checkedState } from './checked-port.ts';
import type { OpenSwitch, SwitchSession } from './driver.ts';
import type { Exchange, NotUnderstood, PortFamily } from './port-family.ts';

/** How long (ms) to wait before saving again when the switch is saving for somebody else. */
const saveAgainAfter = 1_000;

/** The settings of a switch as its family knows them. Throws `refused` for others, before anything is sent. */
export function settingsOf<Settings extends SwitchSettings, Step>(
  family: PortFamily<Settings, Step>,
  target: OpenSwitch,
): Settings {
  const settings = family.settings.safeParse(target.access.settings);
  if (settings.success) return settings.data;
  const problem = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  const { type } = family.family;
  throw new DeviceError(
    'refused',
    `${target.access.label}: its settings are not those of a ${type} (${problem}); correct them with PATCH /v0/switch`,
  );
}

/** The patience for a switch: the usual, the family's, and what the caller says. */
export function timeoutsOf<Settings extends SwitchSettings, Step>(
  family: PortFamily<Settings, Step>,
  target: OpenSwitch,
): Timeouts {
  return { ...defaultTimeouts, ...family.patience, ...target.timeouts };
}

const faultOf = ({ refused }: NotUnderstood) => (refused ? 'refused' : 'unintelligible');

/** What a session is made of. */
export interface PortSessionMeans<Settings extends SwitchSettings, Step> {
  readonly family: PortFamily<Settings, Step>;
  readonly settings: Settings;
  readonly exchange: Exchange<Step>;
  readonly target: OpenSwitch;
}

/** A session with any switch: what a family knows of ports, over what carries its steps. */
export class PortSession<Settings extends SwitchSettings, Step> implements SwitchSession {
  readonly #family: PortFamily<Settings, Step>;
  readonly #settings: Settings;
  readonly #exchange: Exchange<Step>;
  readonly #label: string;
  readonly #timeouts: Timeouts;
  readonly #signal: AbortSignal;

  constructor({ family, settings, exchange, target }: PortSessionMeans<Settings, Step>) {
    this.#family = family;
    this.#settings = settings;
    this.#exchange = exchange;
    this.#label = target.access.label;
    this.#timeouts = timeoutsOf(family, target);
    this.#signal = target.signal;
  }

  async readVersion(): Promise<string> {
    const { step, pattern } = this.#family.version;
    const said = await this.#exchange.ask(step);
    const version = pattern.exec(said)?.[1];
    if (version !== undefined) return version;
    throw this.#exchange.error('unintelligible', 'does not tell its version', said);
  }

  async readPort(port: string): Promise<PortState> {
    const name = this.#checkedPort(port);
    const pending = this.#family.transaction?.pending;
    if (pending) {
      const said = await this.#exchange.ask(pending.step);
      if (pending.pattern.test(said))
        throw this.#exchange.error('unintelligible', 'has a change that waits to be confirmed or taken back', said);
    }
    return await this.#read(name);
  }

  async setPort(port: string, want: PortState): Promise<void> {
    const name = this.#checkedPort(port);
    const wanted = checkedState(this.#family.family, this.#settings, `${this.#label} ${name}`, want);
    const prior = await this.#askAll(this.#family.prior?.(name, wanted, this.#settings) ?? []);
    const steps = this.#family.change(name, wanted, this.#settings, prior);
    if ('problem' in steps)
      throw this.#exchange.error(faultOf(steps), `${name} cannot be changed: ${steps.problem}`, prior.join('\n'));
    await this.#shutFirst(name, wanted, prior);
    await this.#exchange.configure(steps);
    const { transaction } = this.#family;
    if (!wanted.enabled && !transaction) return;
    const held = await this.#read(name).catch(async (error: unknown) => {
      if (transaction) await this.#exchange.configure(transaction.settle);
      throw error;
    });
    const asWanted = samePortState(held, { ...wanted, enabled: false });
    if (transaction) {
      await this.#exchange.configure(asWanted ? transaction.confirm(name, wanted, this.#settings) : transaction.settle);
    } else if (asWanted) {
      // A port that did not take its VLANs stays shut; whoever reads it next sees what it holds.
      await this.#exchange.configure(this.#family.enable(name, this.#settings, wanted));
    }
  }

  async shutPort(port: string): Promise<void> {
    await this.#exchange.configure(this.#family.shut(this.#checkedPort(port), this.#settings));
  }

  async save(): Promise<void> {
    if (!this.#family.save) return;
    const { step, done, busy } = this.#family.save;
    const deadline = performance.now() + this.#timeouts.save;
    for (;;) {
      const text = await this.#exchange.ask(step, deadline - performance.now()).catch((error: unknown) => {
        // Some word it as a refusal; it is none.
        if (error instanceof DeviceError && error.fault === 'refused' && busy && error.says(busy)) return undefined;
        throw error;
      });
      if (text === undefined || busy?.test(text)) {
        if (performance.now() + saveAgainAfter >= deadline)
          throw this.#exchange.error('refused', 'is saving for somebody else', text ?? '');
        // Nothing tells when the other one is ready.
        await sleep(saveAgainAfter, undefined, { signal: this.#signal }).catch(() => {});
      } else if (done.test(text)) {
        return;
      } else {
        throw this.#exchange.error('unintelligible', 'did not say that it saved its configuration', text);
      }
    }
  }

  async close(): Promise<void> {
    await this.#exchange.close();
  }

  /** Shuts a port that must not be open while it is changed, and sees that it is. */
  async #shutFirst(name: string, want: PortState, prior: readonly string[]): Promise<void> {
    const { isShut = () => true } = this.#family;
    if (isShut(prior)) return;
    await this.shutPort(name);
    const now = await this.#askAll(this.#family.prior?.(name, want, this.#settings) ?? []);
    if (!isShut(now)) throw this.#exchange.error('unintelligible', `says nothing, and did not shut ${name}`, now.join('\n'));
  }

  #checkedPort(port: string): string {
    return checkedPort(this.#family.family, this.#settings, this.#label, port);
  }

  async #read(name: string): Promise<PortState> {
    const answers = await this.#askAll(this.#family.read(name, this.#settings));
    const state = this.#family.parse(name, answers, this.#settings);
    if (!('problem' in state)) return state;
    throw this.#exchange.error(faultOf(state), `${name} cannot be read: ${state.problem}`, answers.join('\n'));
  }

  async #askAll(steps: readonly Step[]): Promise<string[]> {
    const answers: string[] = [];
    for (const step of steps) answers.push(await this.#exchange.ask(step));
    return answers;
  }
}
