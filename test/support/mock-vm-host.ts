import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandParameters } from '../../db/commands/kinds.ts';

/** A `vm-host.json` with virtual machines that are none, and room for four small ones. */
export const mockVmHost = {
  driver: 'mock',
  limits: { memory: 2048, vcpus: 8, disk: 40 },
  templates: { 'base-headnode': { memory: 512, vcpus: 1, disk: 10 }, img1: { memory: 1024, vcpus: 2, disk: 4 } },
} as const;

/** Writes the file into an agent's state folder. */
export function writeVmHost(stateDir: string, config: unknown = mockVmHost): void {
  writeFileSync(join(stateDir, 'vm-host.json'), JSON.stringify(config), { mode: 0o600 });
}

/** What an order to start a headnode says; another headnode each time unless told otherwise. */
export function startOrder(changes: Partial<CommandParameters<'headnode.start'>> = {}): CommandParameters<'headnode.start'> {
  return {
    headnode: { label: 'head-1', uuid: randomUUID() },
    template: 'base-headnode',
    size: { memory: 512, vcpus: 1, disk: 10 },
    full_copy: false,
    nics: [{ mac: '52:54:00:00:00:01', vlan: 100 }],
    seed: null,
    ...changes,
  };
}
