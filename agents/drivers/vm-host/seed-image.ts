import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../../device-error.ts';
import { quote } from '../../sessions/screen.ts';
import type { Machine } from './driver.ts';
import type { HeadnodeFolder } from './headnode-folder.ts';
import { type HostAnswer, type HostCall, ProgramMissing, runOnHost } from './host-program.ts';

/** Milliseconds. */
const patience = 30_000;

/**
 * Writes the image in which cloud-init finds what it is told: data source NoCloud, a file system with the label `cidata`
 * (cloudinit.readthedocs.io, NoCloud, "Source 2: drive with labeled filesystem"). What it is told may be a secret, and is in files of the
 * agent's user alone.
 */
export async function writeSeed(
  { userData, metaData }: NonNullable<Machine['seed']>,
  folder: HeadnodeFolder,
  task: string,
  signal: AbortSignal,
): Promise<void> {
  const source = join(folder.path, 'seed');
  mkdirSync(source, { mode: 0o700 });
  try {
    writeFileSync(join(source, 'user-data'), userData, { mode: 0o600 });
    writeFileSync(join(source, 'meta-data'), metaData, { mode: 0o600 });
    writeFileSync(folder.seed, '', { mode: 0o600 });
    const options = ['-quiet', '-output', folder.seed, '-volid', 'cidata', '-joliet', '-rock', source];
    const call = { task, effect: 'changes', timeout: patience, signal } as const;
    const { program, code, stderr } = await withEither(call, options);
    if (code !== 0) throw new DeviceError('refused', `${task}: ${program}: ${quote(stderr, [userData, metaData])}`);
    chmodSync(folder.seed, 0o600);
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

/** Distributions have one of them or the other. */
async function withEither(
  call: Omit<HostCall, 'program' | 'args'>,
  options: readonly string[],
): Promise<HostAnswer & { readonly program: string }> {
  try {
    return {
      program: 'xorriso',
      ...(await runOnHost({ ...call, program: 'xorriso', args: ['-as', 'genisoimage', ...options] })),
    };
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error;
    return { program: 'genisoimage', ...(await runOnHost({ ...call, program: 'genisoimage', args: options })) };
  }
}
