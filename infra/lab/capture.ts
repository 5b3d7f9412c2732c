import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LabError } from './lab-error.ts';
import { until } from './wait.ts';

/** Frames that pass a network device, counted by who sent them. */
export interface Capture {
  /** How many frames of this MAC address have passed. */
  count(mac: string): number;
  stop(): Promise<void>;
}

/** Watches every frame that goes in or out at a device. Throws LabError. */
export async function startCapture(device: string): Promise<Capture> {
  const program = spawn('tcpdump', ['-i', device, '-n', '-e', '-t', '-l', '--immediate-mode'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(program, 'close');
  const counts = new Map<string, number>();
  let [rest, complaints] = ['', ''];
  program.stdout.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const sender = /^([0-9a-f:]{17}) > /.exec(line)?.[1];
      if (sender !== undefined) counts.set(sender, (counts.get(sender) ?? 0) + 1);
    }
  });
  program.stderr.on('data', (bytes: Buffer) => {
    complaints += bytes.toString();
  });
  await until(
    `tcpdump listens at ${device}`,
    () => {
      if (program.exitCode !== null) throw new LabError(`tcpdump at ${device}: ${complaints}`);
      return complaints.includes('listening on');
    },
    { limit: 10_000, every: 20, tail: () => complaints },
  );
  return {
    count: (mac) => counts.get(mac.toLowerCase()) ?? 0,
    async stop() {
      program.kill('SIGTERM');
      await ended;
    },
  };
}
