import { z } from 'zod';

/** Keys are integers before 2017, and from then on bigints, which come as text. */
const id = z.coerce.number().pipe(z.int());
const text = z.string();

const labelled = { id, label: text };
const login = { id, hostname: text, username: text, password: text };
const bmc = { id, host: text, user: text, password: text };

/** What is read of the tables that every HIL has. */
export const coreRows = {
  project: z.object(labelled),
  network: z.object({ ...labelled, owner_id: id.nullable(), allocated: z.boolean().nullable(), network_id: text }),
  network_projects: z.object({ project_id: id.nullable(), network_id: id.nullable() }),
  switch: z.object({ ...labelled, type: text }),
  port: z.object({ ...labelled, owner_id: id }),
  node: z.object({
    ...labelled,
    project_id: id.nullable(),
    // Until 2018 a BMC is a row of its own; from then on it is at an obmd.
    obm_id: id.optional(),
    obmd_uri: text.optional(),
    obmd_admin_token: text.optional(),
    obmd_node_token: text.nullable().optional(),
  }),
  nic: z.object({ ...labelled, owner_id: id, mac_addr: text.nullable(), port_id: id.nullable() }),
  metadata: z.object({ ...labelled, value: text.nullable(), owner_id: id }),
  network_attachment: z.object({ id, nic_id: id, network_id: id, channel: text }),
  networking_action: z.object({
    id,
    type: text,
    nic_id: id,
    new_network_id: id.nullable(),
    channel: text,
    // Without this column a row goes when the action has ended.
    status: text.default('PENDING'),
  }),
  headnode: z.object({ ...labelled, project_id: id, dirty: z.boolean(), base_img: text }),
  hnic: z.object({ ...labelled, owner_id: id, network_id: id.nullable() }),
};

/** What is read of the tables of extensions: a site has those that it had loaded. */
export const extensionRows = {
  user: z.object({ ...labelled, is_admin: z.boolean(), hashed_password: text.nullable() }),
  user_projects: z.object({ user_id: id.nullable(), project_id: id.nullable() }),
  vlan: z.object({ id, vlan_no: z.int(), available: z.boolean() }),
  obm: z.object({ id, type: text }),
  ipmi: z.object(bmc),
  mock_obm: z.object(bmc),
  nexus: z.object({ ...login, dummy_vlan: text }),
  power_connect55xx: z.object(login),
  dell_n3000: z.object({ ...login, dummy_vlan: text }),
  brocade: z.object({ ...login, interface_type: text }),
  dellnos9: z.object({ ...login, interface_type: text }),
  mock_switch: z.object(login),
  ovs: z.object({ id, ovs_bridge: text }),
};

type RowsOf<Tables extends Record<string, z.ZodType>> = { readonly [Name in keyof Tables]: readonly z.output<Tables[Name]>[] };

/** What stands in a HIL database. A table that the site does not have is empty. */
export type HilRows = RowsOf<typeof coreRows> & RowsOf<typeof extensionRows>;
export type HilRow<Name extends keyof HilRows> = HilRows[Name][number];
