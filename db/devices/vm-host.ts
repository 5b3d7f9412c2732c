import { z } from 'zod';
import { headnodeSize, templateName } from './headnode.ts';

/** A template as an agent offers it: the size of a clone for which nothing else is asked. Its disk cannot be smaller. */
const offeredTemplate = headnodeSize.extend({ name: templateName });
export type OfferedTemplate = z.output<typeof offeredTemplate>;

/** The most templates that one agent offers. */
export const MOST_TEMPLATES = 1000;

/**
 * What an agent's host offers for headnodes. `limits`: all headnodes there together get no more, whether they run or not.
 * `problems`: templates that are configured and cannot be used, or why there are none, as sentences.
 */
export const vmHostReport = z.strictObject({
  templates: z.array(offeredTemplate).max(MOST_TEMPLATES),
  limits: z.strictObject({ memory: z.int().min(0), vcpus: z.int().min(0), disk: z.int().min(0) }),
  problems: z.array(z.string()).max(MOST_TEMPLATES + 1),
});
export type VmHostReport = z.output<typeof vmHostReport>;
