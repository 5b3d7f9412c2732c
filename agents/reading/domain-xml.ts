import { z } from 'zod';
import { macAddress } from '../../db/devices/headnode.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { childrenNamed, parseXml, type XmlElement } from './xml.ts';

const natural = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** `device` is what it is called on the host, which only a running domain is sure to have. */
const networkInterface = z.object({ mac: macAddress, device: z.string().optional() });

const disk = z.object({
  /** What the guest has it for. */
  device: z.string(),
  format: z.string().optional(),
  /** Where it is, if it is a file. */
  file: z.string().optional(),
});

const domain = z.object({
  name: z.string().min(1),
  uuid: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  /** MiB. */
  memory: z.int().min(1),
  vcpus: z.int().min(1),
  /** GiB, as HaaS noted it; undefined where HaaS did not make it. */
  notedDisk: natural.optional(),
  interfaces: z.array(networkInterface),
  disks: z.array(disk),
  /** How many devices of the host it is given as they are. */
  hostDevices: z.int(),
  /** Of its screen, while it runs. */
  vncPort: z.int().min(1).max(65535).nullable(),
});

/** What HaaS needs to know of a domain of libvirt. */
export interface Domain extends z.output<typeof domain> {
  /** Its definition. */
  readonly element: XmlElement;
}

/** What `virsh dumpxml` prints (libvirt.org/formatdomain.html). */
export function parseDomain(text: string): Domain | NotUnderstood {
  const element = parseXml(text);
  if (element?.name !== 'domain') return { problem: 'that is no definition of a domain' };
  const devices = childNamed(element, 'devices');
  const read = domain.safeParse({
    name: textOf(element, 'name'),
    uuid: textOf(element, 'uuid'),
    memory: memoryOf(childNamed(element, 'memory')),
    vcpus: Number(textOf(element, 'vcpu')),
    notedDisk: notedDisk(element),
    interfaces: childrenOf(devices, 'interface').map((one) => ({
      mac: childNamed(one, 'mac')?.attributes['address']?.toLowerCase(),
      device: childNamed(one, 'target')?.attributes['dev'],
    })),
    disks: childrenOf(devices, 'disk').map((one) => ({
      device: one.attributes['device'] ?? 'disk',
      format: childNamed(one, 'driver')?.attributes['type'],
      file: childNamed(one, 'source')?.attributes['file'],
    })),
    hostDevices: childrenOf(devices, 'hostdev').length,
    vncPort: vncPort(devices),
  });
  if (read.success) return { ...read.data, element };
  const issue = read.error.issues[0];
  return { problem: `the definition of the domain has no ${issue?.path.join('.')} that could be understood` };
}

/** The first child of an element that has a name. */
export function childNamed(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element === undefined ? [] : childrenNamed(element, name);
}

function textOf(element: XmlElement, name: string): string | undefined {
  return childNamed(element, name)?.text.trim();
}

/** libvirt itself always prints KiB. */
function memoryOf(element: XmlElement | undefined): number | undefined {
  const kibibytes = natural.safeParse(element?.text.trim());
  return kibibytes.success && element?.attributes['unit'] === 'KiB' ? Math.ceil(kibibytes.data / 1024) : undefined;
}

function notedDisk(element: XmlElement): string | undefined {
  return childNamed(childNamed(element, 'metadata'), 'headnode')?.attributes['disk'];
}

/** A port of a screen that is not there yet is -1. */
function vncPort(devices: XmlElement | undefined): number | null {
  const screen = childrenOf(devices, 'graphics').find(({ attributes }) => attributes['type'] === 'vnc');
  const port = Number(screen?.attributes['port'] ?? -1);
  return port > 0 ? port : null;
}
