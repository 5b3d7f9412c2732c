import { z } from 'zod';

/** A text, where YAML may have made a number, a date or a boolean of what was written without quotes. */
const text = z.string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be text: put it in quotes') });
/** A VLAN id. */
const vlan = z
  .int('must be a VLAN id, 1 to 4094')
  .min(1, 'must be a VLAN id, 1 to 4094')
  .max(4094, 'must be a VLAN id, 1 to 4094');
const atMost = z.int('must be a whole number, or null for no limit').min(0, 'must not be negative').nullable();

/** What nobody else may read: as it is, in a variable of the environment, or in a file, whose path is from the layout's folder. */
export const secret = z.union(
  [text, z.strictObject({ env: text }), z.strictObject({ file: text })],
  'must be text, or {env: NAME}, or {file: path}',
);
export type Secret = z.output<typeof secret>;

const idle = z.enum(['shut', 'up'], 'must be shut or up').optional();

const port = z.strictObject({ name: text, idle });

/** A switch. Besides these fields those of its registration, which depend on its type. */
const layoutSwitch = z.looseObject({
  name: text,
  type: text,
  agent: text.optional(),
  idle,
  /** Those that a NIC is cabled to need not be named here. */
  ports: z.array(port).optional(),
  username: text.optional(),
  password: secret.optional(),
  private_key: secret.optional(),
  enable_password: secret.optional(),
});

/** A network that a NIC is on: untagged, unless the channel says otherwise. */
const connection = z.strictObject({ network: text, channel: text.default('vlan/native') });

const nic = z
  .strictObject({
    name: text,
    mac: text,
    /** Where it is cabled: both or none; null: nowhere. */
    switch: text.nullable().optional(),
    port: text.nullable().optional(),
    networks: z.array(connection).optional(),
  })
  .refine((fields) => (fields.switch ?? null) === null || (fields.port ?? null) !== null, {
    path: ['port'],
    error: 'is missing: to which port of the switch is it cabled?',
  })
  .refine((fields) => (fields.port ?? null) === null || (fields.switch ?? null) !== null, {
    path: ['switch'],
    error: 'is missing: of which switch is the port?',
  });

const node = z.strictObject({
  name: text,
  /** Agent that reaches the BMC. */
  agent: text.optional(),
  /** How an agent reaches the BMC; this or `obmd`. Besides these fields the settings of its type. */
  obm: z
    .looseObject({ type: text, host: text, port: z.int().optional(), user: text.optional(), password: secret.optional() })
    .optional(),
  obmd: z.strictObject({ uri: text, admin_token: secret.optional() }).optional(),
  metadata: z.record(z.string(), z.json()).optional(),
  /** The project that has it; null: it is free. */
  project: text.nullable().optional(),
  nics: z.array(nic).optional(),
});

const project = z.strictObject({
  name: text,
  /** Names of users. */
  members: z.array(text).optional(),
  /** How many of each it may have; null: any number. What is not named stays. */
  quota: z.strictObject({ nodes: atMost.optional(), networks: atMost.optional(), headnodes: atMost.optional() }).optional(),
});

const user = z.strictObject({
  name: text,
  is_admin: z.boolean('must be true or false').optional(),
  /** Needed for whoever is not there yet: this, or the hash of one in the format of sha512-crypt (`$6$...`). */
  password: secret.optional(),
  password_hash: secret.optional(),
});

const network = z.strictObject({
  name: text,
  /** Null: the administrators. */
  owner: text.nullable(),
  /** The projects that may use it, or all. Its owner always may. */
  access: z.union([z.literal('public'), z.array(text)], 'must be public, or a list of projects'),
  /** Unless given, one from the pool. */
  vlan: vlan.optional(),
});

const headnode = z.strictObject({
  name: text,
  project: text,
  base_img: text,
  agent: text.optional(),
  /** MiB. */
  memory: z.int().optional(),
  vcpus: z.int().optional(),
  /** GiB. */
  disk: z.int().optional(),
  full_copy: z.boolean().optional(),
  ssh_keys: z.array(text).optional(),
  user_data: secret.optional(),
  hnics: z.array(z.strictObject({ name: text, network: text.nullable().optional() })).optional(),
});

/**
 * What a site is to be. Every part may be left out, and so may every field that is not needed: nothing is said of it then, and whatever
 * the site has stays as it is.
 */
export const siteLayout = z.strictObject({
  projects: z.array(project).optional(),
  users: z.array(user).optional(),
  switches: z.array(layoutSwitch).optional(),
  nodes: z.array(node).optional(),
  networks: z.array(network).optional(),
  headnodes: z.array(headnode).optional(),
});
export type SiteLayout = z.output<typeof siteLayout>;
export type LayoutSwitch = z.output<typeof layoutSwitch>;
export type LayoutNode = z.output<typeof node>;
export type LayoutNic = z.output<typeof nic>;
export type LayoutProject = z.output<typeof project>;
export type LayoutUser = z.output<typeof user>;
export type LayoutNetwork = z.output<typeof network>;
export type LayoutHeadnode = z.output<typeof headnode>;
