import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { RackError } from '../rack-error.ts';
import { CHASSIS_COMMAND } from './chassis.ts';

/** Milliseconds that a simulator may take to answer for the first time; 200 that start at once keep each other waiting. */
const START_LIMIT = 20_000;

/** Characters of ipmi_sim's complaints that are kept, for an error. */
const COMPLAINTS = 2_000;

/** What a simulator process needs. */
export interface SimulatorOptions {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  /** Where its chassis is; it keeps its own files there too. */
  readonly folder: string;
  /** The UDP port that its clients know. */
  readonly port: number;
  /** The TCP port of 127.0.0.1 where its serial port is. */
  readonly serialPort: number;
}

/** A running ipmi_sim. */
export interface SimulatorProcess {
  /** Where it listens, at the port that it was given. */
  readonly host: string;
  /** Ends it at once, whatever it is doing, and what it runs. */
  kill(): Promise<void>;
}

/**
 * Where simulators listen. The relay is at 127.0.0.1, and they at the same port: ipmitool has no console of a BMC that names another one.
 * The relay has the port for itself, and with it the simulator.
 */
const HOST = '127.0.0.2';

/** Starts ipmi_sim and waits until it answers. Rejects with RackError. */
export async function startSimulator(options: SimulatorOptions): Promise<SimulatorProcess> {
  const { name, folder, port } = options;
  mkdirSync(join(folder, 'state'), { recursive: true });
  // Of the BMC's own password nobody else needs to know.
  writeFileSync(join(folder, 'lan.conf'), configuration(options), { mode: 0o600 });
  writeFileSync(join(folder, 'commands'), COMMANDS);

  const child = execa('ipmi_sim', ['-c', 'lan.conf', '-f', 'commands', '-s', 'state'], {
    cwd: folder,
    extendEnv: false,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    // It reads commands from its input, and ends when that does: so it does when this process is gone, however it went.
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
    // In a group of its own, so that what it runs can be killed with it.
    detached: true,
  });
  child.stdin.on('error', () => {});
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-COMPLAINTS);
  });
  let ended = false;
  const end = child.then((result) => {
    ended = true;
    return result;
  });
  const kill = async () => {
    if (!ended && child.pid !== undefined) killGroup(child.pid);
    await end;
  };

  const started = await answers(port, () => ended);
  if (started) return { host: HOST, kill };
  await kill();
  const { code, shortMessage = 'it does not answer' } = await end;
  const why =
    code === 'ENOENT' ? 'there is no ipmi_sim on this machine: apt-get install openipmi' : complaints.trim() || shortMessage;
  throw new RackError(`the BMC ${name} does not start: ${why}`);
}

/** The machine's management controller, and its log of events. */
const COMMANDS = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x20 1 0 0x9f 0x0 0x1 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
`;

function configuration({ name, user, password, port, serialPort }: SimulatorOptions): string {
  // Without one it knows no RMCP+; a machine keeps its own.
  const guid = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `name "${name}"
set_working_mc 0x20
  startlan 1
    addr ${HOST} ${port}
    priv_limit admin
    allowed_auths_admin md5
    guid ${guid}
  endlan
  chassis_control "${CHASSIS_COMMAND}"
  user 2 true "${user}" "${password}" admin 10 md5
  sol "telnet:127.0.0.1:${serialPort}" 115200
`;
}

/** A question of IPMI 1.5 that any BMC answers to anybody: Get Channel Authentication Capabilities (IPMI 2.0, section 22.13). */
const QUESTION = Buffer.from('0600ff07000000000000000000092018c88100380e0435', 'hex');

/** Asks until there is an answer, or none to be expected any more. */
async function answers(port: number, isOver: () => boolean): Promise<boolean> {
  const socket = createSocket('udp4');
  let answered = false;
  socket.on('message', () => {
    answered = true;
  });
  // Until the port is open, asking is an error.
  socket.on('error', () => {});
  try {
    for (const deadline = Date.now() + START_LIMIT; !answered && !isOver() && Date.now() < deadline; await delay(10)) {
      socket.send(QUESTION, port, HOST);
    }
    return answered;
  } finally {
    socket.close();
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // It may have ended by itself, with nobody told yet.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
