import type { SwitchSettings } from '../../db/devices/family.ts';
import { DeviceError } from '../device-error.ts';
import { RestClient, type RestRequest } from '../sessions/rest.ts';
import { quote } from '../sessions/screen.ts';
import type { Timeouts } from '../sessions/timeouts.ts';
import type { SwitchDriver } from './driver.ts';
import type { Exchange, NotUnderstood, PortFamily } from './port-family.ts';
import { PortSession, settingsOf, timeoutsOf } from './port-session.ts';

/** A request, and which answers are none of the usual but all right. */
export interface RestStep extends RestRequest {
  /** Statuses that say, in place of an answer, that there is nothing, or nothing left to do. The answer is empty then. */
  readonly also?: readonly number[];
  /** Whatever it says is an answer like any other. */
  readonly mayFail?: true;
  /** What the answer to a step of a change must be. Without it nothing but chatter is understood. */
  readonly expected?: RegExp;
}

/** What the settings of every switch with a REST server hold. */
export type RestSwitchSettings = SwitchSettings & { readonly tls: boolean };

/** One family of switches with a REST server. */
export interface RestFamily<Settings extends RestSwitchSettings> extends PortFamily<Settings, RestStep> {
  /** A request that changes nothing and needs a login: it proves both. */
  readonly probe: RestRequest;
  /** Takes what the switch said out of what it is wrapped in. Without it the body of an answer is what was said. */
  readonly unwrap?: (body: string) => string | NotUnderstood;
  /** What tells a refusal in spite of a status of success; anywhere in what was said. */
  readonly refusal?: RegExp;
  /** A line of what was said to a changing request that means nothing. Any other line is taken as not understood. */
  readonly chatter?: RegExp;
}

const success = [200, 201, 204];

/** Makes a driver of a family's data. */
export function restSwitch<Settings extends RestSwitchSettings>(family: RestFamily<Settings>): SwitchDriver {
  return {
    type: family.family.type,
    async open(target) {
      const settings = settingsOf(family, target);
      const timeouts = timeoutsOf(family, target);
      const { access, credentials, hostKeys, signal } = target;
      const { label, hostname, port } = access;
      const client = new RestClient({
        label,
        hostname,
        port,
        tls: settings.tls,
        credentials,
        timeouts,
        signal,
        checkCertificate: (address, fingerprint) => hostKeys.check(address, fingerprint),
      });
      try {
        await client.logIn(family.probe);
      } catch (error) {
        client.close();
        throw error;
      }
      const exchange = new RestExchange(client, family, timeouts, label);
      return new PortSession({ family, settings, target, exchange });
    },
  };
}

/** Steps sent as requests. */
class RestExchange<Settings extends RestSwitchSettings> implements Exchange<RestStep> {
  readonly #client: RestClient;
  readonly #family: RestFamily<Settings>;
  readonly #timeouts: Timeouts;
  readonly #label: string;

  constructor(client: RestClient, family: RestFamily<Settings>, timeouts: Timeouts, label: string) {
    this.#client = client;
    this.#family = family;
    this.#timeouts = timeouts;
    this.#label = label;
  }

  async ask(step: RestStep, timeout = this.#timeouts.line): Promise<string> {
    const { method, path, body, also = [], mayFail = false } = step;
    const request = { method, path, ...(body === undefined ? {} : { body }) };
    const { status, text } = await this.#client.request(request, timeout);
    if (also.includes(status)) return '';
    const accepted = success.includes(status);
    if (!accepted && !mayFail) throw this.error('refused', `refused ${named(step)} (HTTP ${status})`, text);
    const said = accepted && this.#family.unwrap ? this.#family.unwrap(text) : text;
    if (typeof said !== 'string') throw this.error('unintelligible', `answered ${named(step)} with ${said.problem}`, text);
    if (!mayFail && this.#family.refusal?.test(said)) throw this.error('refused', `refused ${named(step)}`, said);
    return said;
  }

  async configure(steps: readonly RestStep[]): Promise<void> {
    for (const step of steps) {
      const said = await this.ask(step);
      if (step.mayFail) continue;
      const understood = step.expected
        ? step.expected.test(said)
        : said.split('\n').every((line) => line.trim() === '' || this.#family.chatter?.test(line));
      if (!understood) throw this.error('unintelligible', `answered ${named(step)} with something unknown`, said);
    }
  }

  error(fault: 'refused' | 'unintelligible', problem: string, said: string): DeviceError {
    return new DeviceError(fault, `${this.#label} ${problem}; it said: ${quote(said, this.#client.secrets)}`, { said });
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

/** How much of a request's body an error shows, in characters. */
const shownBody = 200;

function named({ method, path, body = '' }: RestStep): string {
  const start = body.length > shownBody ? `${body.slice(0, shownBody)}...` : body;
  return start === '' ? `${method} ${path}` : `${method} ${path} ${JSON.stringify(start)}`;
}
