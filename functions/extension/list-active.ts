import { z } from 'zod';
import { switchFamilies } from '../../db/devices/families.ts';
import { obmExtensions } from '../../db/devices/obm.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists what this installation can do, under the predecessor's names. */
export const listActiveExtensions = reading({
  id: 'list_active_extensions',
  summary: 'List the switch and BMC types, the allocator and the way to sign in that are in force',
  method: 'GET',
  path: '/active_extensions',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.array(
    z.string().meta({ description: 'Name of an extension, as the predecessor has it', examples: ['hil.ext.switches.nexus'] }),
  ),
  refusals: {},

  read: async ({ services }) =>
    [
      ...new Set(services.callers.backends.map(({ extension }) => extension)),
      'hil.ext.network_allocators.vlan_pool',
      ...switchFamilies.map(({ extension }) => extension),
      ...obmExtensions,
    ].sort(),
});
