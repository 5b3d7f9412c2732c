import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TinyLinux } from './tiny-linux.ts';

/** How virtual machines run: on the processor itself, or emulated. */
export type Acceleration = 'kvm' | 'tcg';

/** Milliseconds in which a guest on a processor that really has KVM is up, several times over. */
const PATIENCE = 5_000;

/** Tells whether KVM is usable by starting a guest: there are machines that have it, and whose guests never start. */
export async function findAcceleration({ kernel, nodeInitrd }: Pick<TinyLinux, 'kernel' | 'nodeInitrd'>): Promise<Acceleration> {
  if (!existsSync('/dev/kvm')) return 'tcg';
  const machine = ['-accel', 'kvm', '-m', '128', '-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'];
  const linux = ['-kernel', kernel, '-initrd', nodeInitrd, '-append', 'console=ttyS0 quiet panic=-1'];
  const guest = spawn('qemu-system-x86_64', [...machine, ...linux], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  const isUp = await new Promise<boolean>((resolve) => {
    const impatient = setTimeout(() => resolve(false), PATIENCE);
    guest.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      if (said.includes('node#')) resolve(true);
    });
    guest.once('error', () => resolve(false));
    guest.once('close', () => {
      clearTimeout(impatient);
      resolve(false);
    });
  });
  guest.kill('SIGKILL');
  return isUp ? 'kvm' : 'tcg';
}
