import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { headnodeSize, templateName } from '../db/devices/headnode.ts';
import { MOST_TEMPLATES } from '../db/devices/vm-host.ts';
import { readJson } from './private-file.ts';

const path = z
  .string()
  .regex(/^\/[A-Za-z0-9._/-]*$/, 'must be an absolute path of letters, digits, ".", "_", "-" and "/"')
  .refine((text) => !text.split('/').includes('..'), 'must not contain ".."');

/** What libvirt and Linux call networks, bridges and interfaces; Linux takes 15 characters. */
const interfaceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, 'must be 1 to 15 letters, digits, ".", "_" and "-"');
const networkName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" and "-"');
/** What libvirt calls domains; blanks and "/" are left out. */
const domainName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+:@-]{0,127}$/, 'must be the name of a libvirt domain');

const fileTemplate = z.strictObject({
  /** A qcow2 image. */
  file: path,
  memory: headnodeSize.shape.memory.default(1024),
  vcpus: headnodeSize.shape.vcpus.default(1),
});
const domainTemplate = z.strictObject({
  /** A libvirt domain that is shut off; its first disk is the image. */
  domain: domainName,
});
const template = z.union([fileTemplate, domainTemplate], 'must be {"file", "memory", "vcpus"} or {"domain"}');
export type TemplateConfig = z.output<typeof template>;

/** Memory in MiB, disk in GiB. What is not limited is what the host has: that is for its administrator to know. */
const limits = z.strictObject({ memory: z.int().min(1), vcpus: z.int().min(1), disk: z.int().min(1) });
export type HostLimits = z.output<typeof limits>;

/** Whether headnodes reach each other by their uplinks, which are those of all projects. Only Linux bridges can keep them apart. */
const isolated = z.boolean().default(true);

const isReportable = (templates: object) => Object.keys(templates).length <= MOST_TEMPLATES;

const libvirtHost = z.strictObject({
  driver: z.literal('libvirt'),
  uri: z
    .string()
    .regex(/^[a-z+]+:\/\/[A-Za-z0-9./_?=&:@%-]*$/, 'must be a URI of libvirt, such as qemu:///system')
    .default('qemu:///system'),
  /** Where the disks of headnodes are, each headnode in a folder of its own. */
  folder: path,
  virtualization: z.enum(['kvm', 'tcg'], 'must be "kvm", or "tcg" where there is none').default('kvm'),
  networks: z.union(
    [z.strictObject({ openvswitch: interfaceName }), z.strictObject({ trunk: interfaceName })],
    'must be {"openvswitch": "<bridge>"} or {"trunk": "<interface>"}',
  ),
  uplink: z
    .union(
      [z.strictObject({ network: networkName, isolated }), z.strictObject({ bridge: interfaceName, isolated })],
      'must be {"network"} or {"bridge"}, each with "isolated" or without',
    )
    .optional(),
  limits,
  templates: z.record(templateName, template).refine(isReportable, `must be at most ${MOST_TEMPLATES}`),
});
export type LibvirtConfig = z.output<typeof libvirtHost>;

/** No virtual machines at all: to try HaaS without libvirt. */
const mockHost = z.strictObject({
  driver: z.literal('mock'),
  limits,
  templates: z.record(templateName, headnodeSize).refine(isReportable, `must be at most ${MOST_TEMPLATES}`),
});
export type MockConfig = z.output<typeof mockHost>;

const vmHostFile = z.discriminatedUnion('driver', [libvirtHost, mockHost], '"driver" must be "libvirt" or "mock"');
export type VmHostConfig = z.output<typeof vmHostFile>;

/** What `vm-host.json` in the agent's state folder says; null: there is none, and no headnodes. Throws ConfigError for one that is not understood whole. */
export function readVmHostConfig(stateDir: string): VmHostConfig | null {
  const file = join(stateDir, 'vm-host.json');
  return existsSync(file) ? readJson(file, vmHostFile) : null;
}
