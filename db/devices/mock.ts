import { z } from 'zod';
import { mockHostname } from './access.ts';
import type { SwitchFamily } from './family.ts';

const registration = z
  .strictObject({
    hostname: mockHostname.meta({
      description: 'Any text, for nothing is reached; by some words the switch is one that fails',
      examples: ['mock'],
    }),
    username: z
      .string()
      .optional()
      .meta({ description: 'Any text, for nobody logs in', examples: ['haas'] }),
    password: z
      .string()
      .optional()
      .meta({ description: 'Any text; it is kept sealed and never shown', examples: ['hunter2'] }),
  })
  .superRefine(({ username, password }, context) => {
    if ((username === undefined) === (password === undefined)) return;
    const path = [username === undefined ? 'username' : 'password'];
    context.addIssue({ code: 'custom', path, message: 'is needed with the other field of the login' });
  })
  .transform(({ hostname, username, password }) => ({
    hostname,
    port: 1,
    credentials: username === undefined || password === undefined ? undefined : { username, password },
    settings: {},
  }));

/**
 * A switch that is none: its ports live in the agent's state folder.
 * Its `hostname` may name a fault (`refuse`, `hang`, `drop`, `lie`, `garble`), so that error paths can be tried over HTTP.
 */
export const mock: SwitchFamily = {
  type: 'mock',
  extension: 'hil.ext.switches.mock',
  registration,
  settings: z.strictObject({}),
  canonicalPort: (label) => (/^(gi|te)\d{1,3}\/\d{1,3}(\/\d{1,3})?$/.test(label) ? label : null),
  portNames: 'gi1/0/5 or te1/2',
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
