import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { networkExists, suspectPortsOn } from '../../db/queries/networks.ts';
import { findProject } from '../../db/queries/projects.ts';
import { claimPooledVlan, lockVlans, networkOnVlan } from '../../db/queries/vlans.ts';
import { networkAccess, networks, vlans } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, projectLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { quotaRefusals, withinQuota } from '../rules/quota.ts';

/** The owner of networks that belong to no project. */
const ADMINISTRATOR = 'admin';

/** Creates a network, with a VLAN that no other network has: from the pool or, for an administrator's network, the one asked for. */
export const createNetwork = writing({
  id: 'network_create',
  summary: 'Create a network',
  method: 'PUT',
  path: '/network/{network}',
  access: 'user',
  params: z.strictObject({ network: networkLabel }),
  body: z
    .strictObject({
      owner: projectLabel.meta({
        description: 'Project that owns the network, or admin for the administrators',
        examples: ['blue'],
      }),
      access: z.union([
        projectLabel.meta({
          description: 'Project that may use the network; the owner where that is a project',
          examples: ['blue'],
        }),
        z.literal('').meta({ description: 'Every project may use the network, which the administrators own', examples: [''] }),
      ]),
      net_id: z.string().meta({
        description: 'VLAN of the network, 1 to 4094, for those of the administrators; empty: one from the pool',
        examples: [''],
      }),
      vlan: z
        .int()
        .min(1)
        .max(4094)
        .optional()
        .meta({
          description:
            'VLAN of the network, for administrators who set a site up again, whoever owns the network; not together with net_id',
          examples: [1207],
        }),
    })
    .refine((body) => body.vlan === undefined || body.net_id === '', {
      path: ['vlan'],
      error: 'give net_id or vlan, and not both',
    }),
  result: empty,
  refusals: {
    duplicate_network: ['DuplicateError', 'a network has this name already'],
    unknown_owner: ['NotFoundError', 'no project has the name of the owner'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the owner'],
    owner_without_access: ['BadArgumentError', "a project's network is for that project, to begin with"],
    id_not_yours_to_choose: ['BadArgumentError', "a project's network takes its VLAN from the pool"],
    unknown_project: ['NotFoundError', 'no project has the name given as access'],
    bad_id: ['BadArgumentError', 'the network id is not a VLAN id'],
    id_reserved: ['BlockedError', 'a switch keeps this VLAN for itself'],
    id_in_use: ['BlockedError', 'another network has this VLAN'],
    suspect_port: ['BlockedError', 'a port whose state could not be proven may be on the VLAN'],
    pool_exhausted: [
      'AllocationError',
      'every VLAN of the pool is in use, or a port whose state could not be proven may be on it',
    ],
    ...quotaRefusals,
  },

  async write({ tx, caller, refuse }, { params, body }) {
    const duplicate = () => refuse('duplicate_network', `there is a network ${params.network} already`);
    if (await networkExists(tx, params.network)) throw duplicate();
    const owner = body.owner === ADMINISTRATOR ? null : await findProject(tx, body.owner);
    if (owner === undefined) throw refuse('unknown_owner', `there is no project ${body.owner} to own the network`);
    if (!mayActFor(caller, owner?.id ?? null)) {
      throw refuse(
        'not_your_project',
        owner ? `you do not act for project ${body.owner}` : "only administrators create networks owned by 'admin'",
      );
    }
    if (owner && body.access !== body.owner) {
      throw refuse(
        'owner_without_access',
        `a network of project ${body.owner} must name ${body.owner} as access too: grant it to others when it is there`,
      );
    }
    if (owner && body.net_id !== '') {
      throw refuse(
        'id_not_yours_to_choose',
        'only administrators choose network ids, for networks owned by \'admin\': leave net_id ""',
      );
    }
    if (body.vlan !== undefined && !caller.isAdmin) {
      throw refuse('id_not_yours_to_choose', 'only administrators choose the VLAN of a network: leave vlan out');
    }
    const tenant = body.access === '' ? null : (owner ?? (await findProject(tx, body.access)));
    if (tenant === undefined) throw refuse('unknown_project', `there is no project ${body.access} to use the network`);
    const asked = body.net_id === '' ? (body.vlan ?? null) : vlanId(body.net_id);
    if (asked === undefined)
      throw refuse('bad_id', `net_id ${body.net_id} is no VLAN id: use 1 to 4094, or "" for one from the pool`);

    const [network] = await withinQuota(refuse, body.owner, 'networks', () =>
      tx
        .insert(networks)
        .values({ label: params.network, ownerId: owner?.id ?? null, isPublic: tenant === null })
        .onConflictDoNothing()
        .returning({ id: networks.id }),
    );
    if (!network) throw duplicate();
    if (tenant) await tx.insert(networkAccess).values({ networkId: network.id, projectId: tenant.id });
    if (asked === null) {
      if ((await claimPooledVlan(tx, network.id)) !== undefined) return undefined;
      throw refuse(
        'pool_exhausted',
        'every VLAN of the pool is in use, or may be on a port in doubt: delete a network, or have the administrator revert such ports or enlarge HAAS_VLANS',
      );
    }

    const [vlan] = await lockVlans(tx, [asked]);
    if (!vlan) throw new Error(`there is no row of VLAN ${asked}`);
    if (vlan.reserved) throw refuse('id_reserved', `a switch keeps VLAN ${asked} for itself: choose another`);
    const other = await networkOnVlan(tx, vlan);
    if (other !== undefined)
      throw refuse('id_in_use', `network ${other} has VLAN ${asked}: choose another, or delete that network`);
    const [suspect] = await suspectPortsOn(tx, asked);
    if (suspect !== undefined) {
      throw refuse(
        'suspect_port',
        `${suspect} may be on VLAN ${asked}: an action on the port, or an administrator's revert of it, must be DONE first`,
      );
    }
    await tx.update(vlans).set({ networkId: network.id }).where(eq(vlans.id, asked));
    return undefined;
  },
});

/** A VLAN id in canonical decimal, or undefined. */
function vlanId(text: string): number | undefined {
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 4094 ? Number(text) : undefined;
}
