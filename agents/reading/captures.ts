import type { Captures } from './capture.ts';
import { nexusCaptures } from './nexus-captures.ts';

/** What can be read of captured output, by the type of the switch. */
export const captures: Readonly<Record<string, Captures>> = {
  nexus: nexusCaptures,
};
