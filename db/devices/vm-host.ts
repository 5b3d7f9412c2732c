import { z } from 'zod';
import { headnodeSize, templateName } from './headnode.ts';

/** A template as an agent offers it: the size of a clone for which nothing else is asked. Its disk cannot be smaller. */
const offeredTemplate = headnodeSize.extend({
  name: templateName.meta({ description: 'Name of a base image', examples: ['debian-12'] }),
});
export type OfferedTemplate = z.output<typeof offeredTemplate>;

/** The most templates that one agent offers. */
export const MOST_TEMPLATES = 1000;

/**
 * What an agent's host offers for headnodes. `limits`: all headnodes there together get no more, whether they run or not.
 * `problems`: templates that are configured and cannot be used, or why there are none, as sentences.
 */
export const vmHostReport = z.strictObject({
  templates: z
    .array(offeredTemplate)
    .max(MOST_TEMPLATES)
    .meta({ description: 'Base images, each with the size of a headnode for which nothing else is asked' }),
  limits: z
    .strictObject({
      memory: z
        .int()
        .min(0)
        .meta({ description: 'Memory in MiB', examples: [65_536] }),
      vcpus: z
        .int()
        .min(0)
        .meta({ description: 'Number of virtual CPUs', examples: [32] }),
      disk: z
        .int()
        .min(0)
        .meta({ description: 'Disk space in GiB', examples: [1000] }),
    })
    .meta({ description: 'What all headnodes of the host together may have' }),
  problems: z
    .array(z.string().meta({ description: 'What is wrong', examples: ['image debian-13: there is no such file'] }))
    .max(MOST_TEMPLATES + 1)
    .meta({ description: 'What is wrong with the images that are configured, for the administrator of the host' }),
});
export type VmHostReport = z.output<typeof vmHostReport>;
