import { statSync } from 'node:fs';
import { headnodeSize } from '../../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../../db/devices/vm-host.ts';
import { DeviceError } from '../../device-error.ts';
import { childNamed, type Domain } from '../../reading/domain-xml.ts';
import type { TemplateConfig } from '../../vm-host-config.ts';
import type { QemuImg } from './qemu-img.ts';
import type { Virsh } from './virsh.ts';

/** A template that can be cloned now. */
export interface Template {
  readonly offered: OfferedTemplate;
  /** The file of its image, qcow2. */
  readonly image: string;
  /** Where it is a domain: its definition. */
  readonly like: Domain | undefined;
}

const gibibyte = 1024 ** 3;

/** How many images may stand behind an image. */
const deepest = 16;

/** Paths that mean the same to libvirt, to QEMU and to us. */
const plainPath = /^\/[A-Za-z0-9._/@+~ -]*$/;

/** Looks at a template, changing nothing. Throws DeviceError, `refused` with why it cannot be cloned where the fault is its own. */
export async function readTemplate(name: string, config: TemplateConfig, virsh: Virsh, qemuImg: QemuImg): Promise<Template> {
  const like = 'domain' in config ? await readDomain(name, config.domain, virsh) : undefined;
  const image = 'domain' in config ? imageOf(name, like) : config.file;
  const disk = Math.max(1, Math.ceil((await checkImage(name, image, qemuImg)) / gibibyte));
  const { memory, vcpus } = 'domain' in config ? (like ?? { memory: 0, vcpus: 0 }) : config;
  const size = headnodeSize.safeParse({ memory, vcpus, disk });
  if (!size.success) throw unusable(name, `no headnode can be as large as it: ${memory} MiB, ${vcpus} vCPUs, ${disk} GiB`);
  return { offered: { name, ...size.data }, image, like };
}

async function readDomain(name: string, domain: string, virsh: Virsh): Promise<Domain> {
  const task = `template ${name}`;
  const like = virsh.domain(await virsh.read(['dumpxml', '--inactive', domain], task), task);
  // virsh takes a number for the id of a domain that runs.
  if (like.name !== domain) throw unusable(name, `there is no domain that is called ${domain}`);
  if ((await virsh.activity(like.uuid, task)) !== 'off')
    throw unusable(name, `it is in use: the domain ${domain} runs; shut it down`);
  const loader = childNamed(childNamed(like.element, 'os'), 'loader')?.attributes;
  // Unless told otherwise, libvirt lets the guest write to firmware that is a flash chip.
  if (loader?.['type'] === 'pflash' && loader['readonly'] !== 'yes')
    throw unusable(name, `every clone would write to its firmware: say readonly='yes' of the loader of ${domain}`);
  return like;
}

function imageOf(name: string, like: Domain | undefined): string {
  const disks = like?.disks.filter(({ device }) => device === 'disk' || device === 'lun') ?? [];
  const [first, ...others] = disks;
  if (!first) throw unusable(name, 'its domain has no disk');
  if (others.length > 0) throw unusable(name, `its domain has ${disks.length} disks: only one can be cloned`);
  if (first.file === undefined || !plainPath.test(first.file)) throw unusable(name, 'the disk of its domain is no plain file');
  if (first.format !== 'qcow2')
    throw unusable(name, 'the disk of its domain is not qcow2: convert it with "qemu-img convert -O qcow2"');
  return first.file;
}

/** Looks at an image and all that stand behind it; answers how many bytes its guest sees. */
async function checkImage(name: string, image: string, qemuImg: QemuImg): Promise<number> {
  const { virtualSize, ...info } = await qemuImg.info(image, `template ${name}`);
  let at = { file: image, ...info };
  for (let depth = 0; ; depth += 1) {
    if (at.isEncrypted) throw unusable(name, `${at.file} is encrypted`);
    if (at.isCorrupt) throw unusable(name, `${at.file} is damaged: see "qemu-img check"`);
    if (at.dataFile !== null) demandFile(name, at.dataFile);
    if (at.backing === null) return virtualSize;
    const { file, format } = at.backing;
    demandFile(name, file);
    if (format === 'raw') return virtualSize;
    // Guessing what an image is lets whoever wrote its content choose.
    if (format !== 'qcow2')
      throw unusable(name, `${at.file} does not say that ${file} behind it is raw or qcow2: see "qemu-img rebase -u -F"`);
    if (depth === deepest) throw unusable(name, `more than ${deepest} images stand behind ${image}`);
    at = { file, ...(await qemuImg.info(file, `template ${name}`)) };
  }
}

function demandFile(name: string, file: string): void {
  if (!plainPath.test(file)) throw unusable(name, `a part of it is not in a plain file: ${file}`);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw unusable(name, `a part of it is missing: ${file}`);
}

function unusable(name: string, why: string): DeviceError {
  return new DeviceError('refused', `template ${name}: ${why}`);
}
