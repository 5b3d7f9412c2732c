import { z } from 'zod';

/** A headnode wherever it is named to an agent: its label in HaaS, and the UUID that is its own on the host, whoever had the label before. */
export const headnodeIdentity = z.strictObject({
  label: z.string().min(1).max(255),
  uuid: z
    .uuid()
    .meta({ description: 'UUID of the virtual machine on its host', examples: ['6f0c1d3a-9b42-4e57-8c1e-5a7d20f4b913'] }),
});
export type HeadnodeIdentity = z.output<typeof headnodeIdentity>;

/** What a template is called in the agent's configuration and by users: a file name's worth of harmless characters. */
export const templateName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit',
  );

/** How large a headnode is: memory in MiB, disk in GiB. */
export const headnodeSize = z.strictObject({
  memory: z
    .int()
    .min(16)
    .max(4_194_304)
    .meta({ description: 'Memory in MiB', examples: [4096] }),
  vcpus: z
    .int()
    .min(1)
    .max(512)
    .meta({ description: 'Number of virtual CPUs', examples: [2] }),
  disk: z
    .int()
    .min(1)
    .max(65_536)
    .meta({ description: 'Size of the disk in GiB', examples: [20] }),
});
export type HeadnodeSize = z.output<typeof headnodeSize>;

/** A MAC address, lower case with colons. */
export const macAddress = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);

/** A network interface of a headnode: untagged in one VLAN. */
export const headnodeNic = z.strictObject({ mac: macAddress, vlan: z.int().min(1).max(4094) });
export type HeadnodeNic = z.output<typeof headnodeNic>;

/** The TCP port of a headnode's screen on the loopback interface of the management node; null where it has none. */
export const vncPort = z
  .int()
  .min(1)
  .max(65535)
  .nullable()
  .meta({
    description: "TCP port of its screen (VNC) on the loopback interface of its agent's host; null if there is none now",
    examples: [5901],
  });

/** What the virtual machine of a headnode does. `absent`: there is none. That nobody can tell is no state. */
export const headnodeState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('absent') }),
  z.strictObject({ state: z.literal('stopped') }),
  z.strictObject({ state: z.literal('running'), vncport: vncPort }),
]);
export type HeadnodeState = z.output<typeof headnodeState>;

/** What a headnode's `sealed` seed opens to: what cloud-init is told at its first start. Either may be a secret. */
export const headnodeSeed = z.strictObject({ ssh_keys: z.array(z.string()), user_data: z.string().nullable() });
export type HeadnodeSeed = z.output<typeof headnodeSeed>;
