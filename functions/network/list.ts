import { z } from 'zod';
import { listNetworks as readNetworks } from '../../db/queries/show-network.ts';
import { networkLabel, projectLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOf, paging } from '../http/paging.ts';

/** Lists networks: all for an administrator; for others the public ones, and those that a project of theirs may use. */
export const listNetworks = reading({
  id: 'list_networks',
  summary: 'List the networks that the caller may know of',
  method: 'GET',
  path: '/networks',
  access: 'user',
  params: nothing,
  query: paging,
  result: z.record(
    networkLabel,
    z.strictObject({
      network_id: z.string().meta({ description: 'VLAN of the network', examples: ['100'] }),
      projects: z.array(projectLabel).nullable().meta({ description: 'Projects that may use the network; null where all may' }),
      public: z.boolean().meta({ description: 'Whether every project may use the network', examples: [false] }),
    }),
  ),
  refusals: {},

  async read({ sql, caller }, { query }) {
    return pageOf(
      await readNetworks(sql, caller.isAdmin ? null : [...caller.projects], query),
      query,
      (networks) =>
        Object.fromEntries(
          networks.map(({ label, vlan, isPublic, projects }) => [
            label,
            { network_id: String(vlan), projects: isPublic ? null : projects, public: isPublic },
          ]),
        ),
      ({ label }) => label,
    );
  },
});
