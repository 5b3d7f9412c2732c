import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the processor's clock in a second, which Linux has fixed at 100 for everything that /proc tells. */
const TICKS = 100;
const MIB = 1024 * 1024;

/** What processes have used: seconds of a processor since they began, and memory now (resident, in MiB). */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}

/** A process as /proc tells of it. */
interface ProcessState extends Usage {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Sums up what the processes have used whose command line contains a text, and that descend from this one. */
export function usageOf(text: string): Usage {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => stateOf(Number(pid)) ?? []);
  const ours = new Set([process.pid]);
  // Children may have smaller numbers than their parents, so that one pass may not find all.
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  const meant = all.filter(({ pid, command }) => pid !== process.pid && ours.has(pid) && command.includes(text));
  return {
    cpu: meant.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: meant.reduce((sum, { memory }) => sum + memory, 0),
  };
}

function stateOf(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes before, in brackets, and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const [parent, user, system, pages] = [fields[1], fields[11], fields[12], fields[21]].map(Number);
    return {
      pid,
      parent: parent ?? 0,
      command,
      cpu: ((user ?? 0) + (system ?? 0)) / TICKS,
      memory: ((pages ?? 0) * 4096) / MIB,
    };
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}
