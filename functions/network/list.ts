import { z } from 'zod';
import { listNetworks as readNetworks } from '../../db/queries/show-network.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists networks: all for an administrator; for others the public ones, and those that a project of theirs may use. */
export const listNetworks = reading({
  id: 'list_networks',
  summary: 'List the networks that the caller may know of',
  method: 'GET',
  path: '/networks',
  access: 'user',
  params: nothing,
  query: nothing,
  result: z.record(
    z.string(),
    z.strictObject({ network_id: z.string(), projects: z.array(z.string()).nullable(), public: z.boolean() }),
  ),
  refusals: {},

  async read({ sql, caller }) {
    const networks = await readNetworks(sql, caller.isAdmin ? null : [...caller.projects]);
    return Object.fromEntries(
      networks.map(({ label, vlan, isPublic, projects }) => [
        label,
        { network_id: String(vlan), projects: isPublic ? null : projects, public: isPublic },
      ]),
    );
  },
});
