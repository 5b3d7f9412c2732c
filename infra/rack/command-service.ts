import { setTimeout as delay } from 'node:timers/promises';
import { DeviceSession } from './device-session.ts';
import { GARBLE, type Misbehaviour } from './misbehaviour.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import type { RunningCommand } from './ssh-commands.ts';

/** What a command left behind. Text is one byte a character (latin1), lines end in `\n`. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** How a family of switches runs commands given over SSH without a shell. */
export interface CommandService<C> {
  /** Runs one command line; `session.lying` is seen to by changing through the session. */
  run(session: DeviceSession<C>, command: string): Promise<CommandResult> | CommandResult;
  /** What a command that fails leaves, for the fault `refuse`. */
  refusal(command: string): CommandResult;
  /** A warning that may stand before anything else in the standard error, without its end; for the fault `log`. */
  warning(device: SimulatedDevice<C>): string;
}

/** What running commands takes from the switch it happens on. */
export interface CommandSetting<C> {
  readonly commands: CommandService<C>;
  readonly device: SimulatedDevice<C>;
  readonly misbehaviour: Misbehaviour;
  readonly username: string;
  /** Told each command. */
  readonly onLine: (line: string) => void;
}

/** Runs one command and sends what it leaves, as far as the faults let it. */
export async function runCommand<C>(command: string, running: RunningCommand, setting: CommandSetting<C>): Promise<void> {
  const { misbehaviour, commands, device, username, onLine } = setting;
  onLine(command);
  const { lineDelay } = misbehaviour.faults;
  if (lineDelay) await delay(lineDelay, undefined, { ref: false });
  if (misbehaviour.hits('hang', command) || running.isGone()) return;
  const session = new DeviceSession(device, username);
  session.lying = misbehaviour.hits('lie', command);
  const refused = misbehaviour.hits('refuse', command);
  const { stdout, stderr, code } = refused ? commands.refusal(command) : await commands.run(session, command);
  if (misbehaviour.hits('drop', command)) return running.breakOff(stdout.slice(0, Math.floor(stdout.length / 2)));
  const garbled = misbehaviour.hits('garble', command);
  const { text, hangUp } = misbehaviour.alter(command, garbled ? `${GARBLE}\n` : stdout);
  if (hangUp) return running.breakOff(text);
  const warning = misbehaviour.hits('log', command) ? `${commands.warning(device)}\n` : '';
  running.finish({ stdout: text, stderr: warning + (garbled ? '' : stderr), code });
}
