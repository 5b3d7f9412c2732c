import type { NotUnderstood } from '../drivers/port-family.ts';

/** What a domain does: its guest runs, or there is a process with a guest that does not (`halted`), or there is none (`off`). */
export type DomainActivity = 'running' | 'halted' | 'off';

/** The states of virsh (`virshDomainStateTypeToString`). A guest that is asleep, or shutting down, is one that runs. */
const activities = new Map<string, DomainActivity>([
  ['running', 'running'],
  ['idle', 'running'],
  ['in shutdown', 'running'],
  ['pmsuspended', 'running'],
  ['paused', 'halted'],
  ['crashed', 'halted'],
  ['shut off', 'off'],
]);

/** What `virsh -q domstate` prints. */
export function parseDomainState(text: string): DomainActivity | NotUnderstood {
  return activities.get(text.trim()) ?? { problem: 'it does not tell the state of the domain' };
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What `virsh -q list --uuid` prints: a line for each domain. */
export function parseUuids(text: string): Set<string> | NotUnderstood {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.every((line) => uuid.test(line)) ? new Set(lines) : { problem: 'it does not list UUIDs' };
}
