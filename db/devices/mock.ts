import { z } from 'zod';
import { mockHostname } from './access.ts';
import type { SwitchFamily } from './family.ts';

const registration = z
  .strictObject({
    hostname: mockHostname,
    username: z.string(),
    password: z.string(),
  })
  .transform(({ hostname, username, password }) => ({ hostname, port: 1, username, password, settings: {} }));

/**
 * A switch that is none: its ports live in the memory of the agent.
 * Its `hostname` may name a fault (`refuse`, `hang`, `drop`, `lie`, `garble`), so that error paths can be tried over HTTP.
 */
export const mock: SwitchFamily = {
  type: 'mock',
  extension: 'hil.ext.switches.mock',
  registration,
  canonicalPort: (label) => (/^(gi|te)\d{1,3}\/\d{1,3}(\/\d{1,3})?$/.test(label) ? label : null),
  portNames: 'gi1/0/5 or te1/2',
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
