import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DeviceError } from '../../device-error.ts';
import type { ConsoleLine } from '../console-line.ts';
import { NOT_RUNNING } from './driver.ts';

/** The serial port of a running machine: a socket at which QEMU listens, for one at a time. */
export class HeadnodeSerial implements ConsoleLine {
  readonly ended: Promise<string>;
  readonly #label: string;
  readonly #socket: Socket;
  #over: string | undefined;
  #isClosing = false;

  /** Connects. Throws `unreachable` where nobody listens. `onOutput` is called as `openConsole` of `VmHost` says. */
  static async open(label: string, path: string, signal: AbortSignal, onOutput: (data: Buffer) => void): Promise<HeadnodeSerial> {
    const socket = connect({ path });
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      if (isAbsent(error)) throw new DeviceError('unreachable', NOT_RUNNING);
      throw new DeviceError('unreachable', `${label}: the serial console does not open: ${why(error, path)}`);
    }
    return new HeadnodeSerial(label, socket, signal, onOutput);
  }

  private constructor(label: string, socket: Socket, signal: AbortSignal, onOutput: (data: Buffer) => void) {
    this.#label = label;
    this.#socket = socket;
    let failure: string | undefined;
    socket.on('data', (data: Buffer) => {
      if (this.#over === undefined) onOutput(data);
    });
    socket.on('error', ({ message }) => {
      failure = message;
    });
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        signal.removeEventListener('abort', abort);
        this.#over = this.#isClosing
          ? 'it was closed from here'
          : signal.aborted
            ? 'it was called off'
            : `the machine stopped, or was started anew${failure === undefined ? '' : ` (${failure})`}`;
        resolve(this.#over);
      });
    });
    if (signal.aborted) abort();
  }

  write(data: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined || this.#isClosing || this.#socket.destroyed) reject(this.#lost());
      else this.#socket.write(data, (error) => (error ? reject(this.#lost()) : resolve()));
    });
  }

  async sendBreak(): Promise<void> {
    if (this.#over !== undefined || this.#isClosing) throw this.#lost();
    throw new DeviceError('refused', `${this.#label}: no break was sent: the serial port of a virtual machine takes none`);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#socket.destroy();
    await this.ended;
  }

  #lost(): DeviceError {
    return new DeviceError('lost', `${this.#label}: the console is closed: ${this.#over ?? 'it is being closed'}`);
  }
}

/** Whether nobody listens: a machine that was ended the hard way leaves its socket behind. */
function isAbsent(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ECONNREFUSED';
}

function why(error: unknown, path: string): string {
  const code = codeOf(error);
  if (code === 'ABORT_ERR') return 'it was called off';
  if (code === 'EACCES' || code === 'EPERM')
    return `the agent's user may not open ${path}: it must be root, or in the group of QEMU's user (libvirt-qemu on Debian, qemu on RHEL)`;
  return error instanceof Error ? error.message : 'no reason given';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
