import { describe } from 'vitest';
import { conformanceBench, type Family } from './conformance-bench.ts';
import { faultsConformance } from './conformance-faults.ts';
import { mutationsConformance } from './conformance-mutations.ts';
import { sessionsConformance } from './conformance-sessions.ts';
import { statesConformance } from './conformance-states.ts';

/** Runs the promises of `SwitchDriver` against a simulator of the family, over each transport. */
export function switchConformance(name: string, family: Family): void {
  describe.each(family.transports)(`${name} over %s`, (transport) => {
    const bench = conformanceBench(family, transport);
    statesConformance(bench);
    faultsConformance(bench);
    sessionsConformance(bench);
    // What is answered is the same over each transport.
    if (transport === family.transports[0]) mutationsConformance(bench);
  });
}
