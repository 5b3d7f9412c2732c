import { XMLBuilder } from 'fast-xml-parser';
import { childNamed, type Domain } from '../../reading/domain-xml.ts';
import type { XmlElement } from '../../reading/xml.ts';
import type { LibvirtConfig } from '../../vm-host-config.ts';
import type { Machine } from './driver.ts';
import type { HeadnodeFolder } from './headnode-folder.ts';
import { interfaceName, uplinkName } from './interface-names.ts';
import type { VmNetworks } from './networks.ts';

const builder = new XMLBuilder({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', format: true });

/** An element with its content: other elements, or text. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly (XmlElement | string)[]
): XmlElement {
  const isText = (part: XmlElement | string) => typeof part === 'string';
  return {
    name,
    attributes,
    text: content.filter(isText).join(''),
    children: content.filter((part): part is XmlElement => !isText(part)),
  };
}

/** Writes an element as a document. */
function formatXml(root: XmlElement): string {
  return builder.build([nodeOf(root)]);
}

function nodeOf({ name, attributes, text, children }: XmlElement): object {
  return { [name]: [...(text.trim() === '' ? [] : [{ '#text': text }]), ...children.map(nodeOf)], ':@': attributes };
}

/** What a domain of HaaS is made from. */
export interface DomainPlan {
  readonly machine: Machine;
  readonly folder: HeadnodeFolder;
  readonly config: LibvirtConfig;
  readonly networks: VmNetworks;
  /** The template, where it is a domain. */
  readonly like: Domain | undefined;
  /** The template's image, where the disk is written beside it; undefined: the disk is a copy. */
  readonly backing: string | undefined;
}

/** What libvirt calls the domain of a headnode. */
export const domainName = (uuid: string) => `headnode-${uuid}`;

/** The UUID of the headnode whose domain has that name; undefined for every other domain. */
export function headnodeOf(name: string): string | undefined {
  return /^headnode-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(name)?.[1];
}

/** What is taken over of a template's firmware and kernel; an order of booting is not, for it may name what is not cloned. */
const partsOfOs = new Set(['type', 'loader', 'nvram', 'kernel', 'initrd', 'cmdline', 'firmware', 'bios', 'dtb']);

/** The definition of a headnode's domain (libvirt.org/formatdomain.html). */
export function buildDomain({ machine, folder, config, networks, like, backing }: DomainPlan): string {
  const { uuid, size, nics, seed } = machine;
  const emulator = childNamed(childNamed(like?.element, 'devices'), 'emulator');
  const taken = (name: string) => {
    const part = childNamed(like?.element, name);
    return part === undefined ? [] : [part];
  };
  const definition = element(
    'domain',
    { type: config.virtualization === 'kvm' ? 'kvm' : 'qemu' },
    element('name', {}, domainName(uuid)),
    element('uuid', {}, uuid),
    element('title', {}, machine.title.replace(/[\p{Control}\p{Surrogate}\ufffe\uffff]+/gu, ' ').trim() || uuid),
    element('metadata', {}, element('haas:headnode', { 'xmlns:haas': 'urn:haas:headnode', disk: `${size.disk}` })),
    element('memory', { unit: 'MiB' }, `${size.memory}`),
    element('vcpu', {}, `${size.vcpus}`),
    osOf(like),
    ...(like ? taken('features') : [element('features', {}, element('acpi'), element('apic'))]),
    cpuOf(like, config.virtualization),
    ...taken('clock'),
    ...taken('pm'),
    element('on_poweroff', {}, 'destroy'),
    element('on_reboot', {}, 'restart'),
    element('on_crash', {}, 'destroy'),
    element(
      'devices',
      {},
      ...(emulator ? [emulator] : []),
      element(
        'disk',
        { type: 'file', device: 'disk' },
        element('driver', { name: 'qemu', type: 'qcow2', discard: 'unmap' }),
        element('source', { file: folder.disk }),
        ...backingOf(backing),
        element('target', { dev: 'vda', bus: 'virtio' }),
      ),
      ...(seed ? seedDisk(folder.seed) : []),
      ...uplink(uuid, config.uplink),
      ...nics.map(({ mac, vlan }, index) =>
        element(
          'interface',
          { type: 'bridge' },
          element('mac', { address: mac }),
          ...networks.plug(vlan),
          element('target', { dev: interfaceName(uuid, index) }),
          element('model', { type: 'virtio' }),
        ),
      ),
      element(
        'serial',
        { type: 'unix' },
        element('source', { mode: 'bind', path: folder.console }),
        element('target', { port: '0' }),
      ),
      element('graphics', { type: 'vnc', autoport: 'yes', listen: '127.0.0.1' }),
      element('memballoon', { model: 'none' }),
      element('rng', { model: 'virtio' }, element('backend', { model: 'random' }, '/dev/urandom')),
    ),
  );
  return formatXml(definition);
}

/** Without being told otherwise, libvirt gives the template's file to QEMU's user, who could write to it then. */
function backingOf(image: string | undefined): XmlElement[] {
  if (image === undefined) return [];
  const source = element('source', { file: image }, element('seclabel', { model: 'dac', relabel: 'no' }));
  return [element('backingStore', { type: 'file' }, element('format', { type: 'qcow2' }), source)];
}

/** It must not write to the template's variables of UEFI: without a path, libvirt makes the domain some of its own. */
function osOf(like: Domain | undefined): XmlElement {
  const os = childNamed(like?.element, 'os');
  if (!os) return element('os', {}, element('type', {}, 'hvm'), element('boot', { dev: 'hd' }));
  const children = os.children.filter(({ name }) => partsOfOs.has(name));
  return {
    ...os,
    children: [
      ...children.map((child) => (child.name === 'nvram' ? ownVariables(child) : child)),
      element('boot', { dev: 'hd' }),
    ],
  };
}

function ownVariables({ attributes: { template } }: XmlElement): XmlElement {
  return element('nvram', template === undefined ? {} : { template });
}

/** Of the template's processor, its model: its topology need not be that of a machine of another size. QEMU itself has one model that needs no KVM. */
function cpuOf(like: Domain | undefined, virtualization: LibvirtConfig['virtualization']): XmlElement {
  if (virtualization === 'tcg') return element('cpu', { mode: 'maximum' });
  const cpu = childNamed(like?.element, 'cpu');
  if (!cpu) return element('cpu', { mode: 'host-passthrough' });
  return { ...cpu, children: cpu.children.filter(({ name }) => name !== 'topology' && name !== 'numa') };
}

/** On a controller that the kernels of cloud images have a driver for: Debian's has none for SATA. */
function seedDisk(file: string): XmlElement[] {
  return [
    element('controller', { type: 'scsi', index: '0', model: 'virtio-scsi' }),
    element(
      'disk',
      { type: 'file', device: 'cdrom' },
      element('driver', { name: 'qemu', type: 'raw' }),
      element('source', { file }),
      element('target', { dev: 'sda', bus: 'scsi' }),
      element('readonly'),
    ),
  ];
}

function uplink(uuid: string, config: LibvirtConfig['uplink']): XmlElement[] {
  if (config === undefined) return [];
  const isNetwork = 'network' in config;
  return [
    element(
      'interface',
      { type: isNetwork ? 'network' : 'bridge' },
      element('source', isNetwork ? { network: config.network } : { bridge: config.bridge }),
      element('target', { dev: uplinkName(uuid) }),
      element('model', { type: 'virtio' }),
      ...(config.isolated ? [element('port', { isolated: 'yes' })] : []),
    ),
  ];
}
