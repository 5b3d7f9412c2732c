import { setTimeout as delay } from 'node:timers/promises';
import { DeviceSession } from './device-session.ts';
import type { HttpAnswer, HttpReply, HttpRequest } from './http-server.ts';
import { GARBLE, type Misbehaviour } from './misbehaviour.ts';
import type { SimulatedDevice } from './simulated-device.ts';

/** How a family of switches answers HTTP requests. The fault `log` has no place here. */
export interface HttpService<C> {
  /** Stands in the demand for a password. */
  readonly realm: string;
  /** Whether it speaks HTTPS, with a certificate it signed itself. */
  readonly tls: boolean;
  /** Answers one request; `session.lying` is seen to by changing through the session. */
  answer(session: DeviceSession<C>, request: HttpRequest): Promise<HttpAnswer> | HttpAnswer;
  /** How a request is refused, for the fault `refuse`. */
  refusal(request: HttpRequest): HttpAnswer;
}

/** What answering requests takes from the switch it happens on. */
export interface HttpSetting<C> {
  readonly http: HttpService<C>;
  readonly device: SimulatedDevice<C>;
  readonly misbehaviour: Misbehaviour;
  readonly username: string;
  /** Told each request as `METHOD path body`. */
  readonly onLine: (line: string) => void;
}

/** Answers one request, as far as the faults let it. */
export async function answerRequest<C>(request: HttpRequest, reply: HttpReply, setting: HttpSetting<C>): Promise<void> {
  const { misbehaviour, http, device, username, onLine } = setting;
  const line = `${request.method} ${request.path} ${request.body}`.trimEnd();
  onLine(line);
  // There is no session that begins once: every request brings the password, and waits behind it.
  const { lineDelay = 0, loginDelay = 0 } = misbehaviour.faults;
  if (lineDelay + loginDelay > 0) await delay(lineDelay + loginDelay, undefined, { ref: false });
  if (misbehaviour.hits('hang', line) || reply.isGone()) return;
  const session = new DeviceSession(device, username);
  session.lying = misbehaviour.hits('lie', line);
  const answer = misbehaviour.hits('refuse', line) ? http.refusal(request) : await http.answer(session, request);
  const body = misbehaviour.hits('garble', line) ? GARBLE : answer.body;
  if (misbehaviour.hits('drop', line)) {
    reply.breakOff({ ...answer, body: body.slice(0, Math.floor(body.length / 2)) }, body.length);
    return;
  }
  const { text, hangUp } = misbehaviour.alter(line, body);
  // An answer without content cannot have any.
  const status = answer.status === 204 && text !== '' ? 200 : answer.status;
  if (hangUp) reply.breakOff({ ...answer, status, body: text }, Math.max(body.length, text.length));
  else reply.send({ ...answer, status, body: text });
}
