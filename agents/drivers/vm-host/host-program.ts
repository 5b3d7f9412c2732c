import { DeviceError } from '../../device-error.ts';
import { runProgram } from '../../sessions/program.ts';

/** The programs that a host of virtual machines is worked with, and what to install for each on Debian. */
const packages = {
  virsh: 'libvirt-clients',
  'qemu-img': 'qemu-utils',
  'ovs-vsctl': 'openvswitch-switch',
  ip: 'iproute2',
  bridge: 'iproute2',
  xorriso: 'xorriso',
  genisoimage: 'genisoimage',
} as const;

/** One call of a program on this host. */
export interface HostCall {
  readonly program: keyof typeof packages;
  /** Each a constant, or checked before by what it must be. */
  readonly args: readonly string[];
  /** What it is for, as the beginning of a sentence: it is what an error begins with. */
  readonly task: string;
  /** What was cut short in the middle of a change may have happened; of what only reads nothing has. */
  readonly effect: 'reads' | 'changes';
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** What a program that came to its end has said. */
export interface HostAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Throws DeviceError when the program is not there, or did not come to its end. */
export async function runOnHost({ program, args, task, effect, timeout, signal }: HostCall): Promise<HostAnswer> {
  const end = await runProgram(program, args, { timeout, signal });
  if (end.end === 'exited') return end;
  if (end.end === 'missing') throw new ProgramMissing(`${task}: there is no ${program} here: install ${packages[program]}`);
  const fault = end.by === 'size' ? 'unintelligible' : effect === 'reads' ? 'unreachable' : 'lost';
  throw new DeviceError(fault, `${task}: ${program}: ${end.why}`, { said: end.stderr });
}

/** A program is not installed on this host. */
export class ProgramMissing extends DeviceError {
  constructor(message: string) {
    super('unreachable', message);
    this.name = 'ProgramMissing';
  }
}
