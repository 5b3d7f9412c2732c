import { describe, expect, test } from 'vitest';
import { buildDomain } from '../../../../agents/drivers/vm-host/domain-xml.ts';
import { HeadnodeFolder } from '../../../../agents/drivers/vm-host/headnode-folder.ts';
import { VlanBridges } from '../../../../agents/drivers/vm-host/vlan-bridges.ts';
import { type Domain, parseDomain } from '../../../../agents/reading/domain-xml.ts';
import type { LibvirtConfig } from '../../../../agents/vm-host-config.ts';
import { aMachine } from './bench.ts';

const networks = new VlanBridges('eth1', '/nowhere', new AbortController().signal);
const config: LibvirtConfig = {
  driver: 'libvirt',
  uri: 'qemu:///system',
  folder: '/headnodes',
  virtualization: 'kvm',
  networks: { trunk: 'eth1' },
  uplink: { network: 'default', isolated: true },
  limits: { memory: 1, vcpus: 1, disk: 1 },
  templates: {},
};
const uuid = '3f2a9c0b-1d2e-4f50-8a7b-0123456789ab';

function build(like?: Domain, more: Partial<LibvirtConfig> = {}, machine = aMachine({ uuid }), backing?: string): string {
  const folder = new HeadnodeFolder('/headnodes', uuid);
  return buildDomain({ machine, folder, config: { ...config, ...more }, networks, like, backing });
}

function template(xml: string): Domain {
  const domain = parseDomain(
    `<domain><name>t</name><uuid>${uuid}</uuid><memory unit='KiB'>65536</memory><vcpu>1</vcpu>${xml}</domain>`,
  );
  if ('problem' in domain) throw new Error(domain.problem);
  return domain;
}

describe('the definition of a headnode', () => {
  test('has the uplink first, and each interface on the bridge of its VLAN, by names of its own', () => {
    const nics = [1, 4094].map((vlan, index) => ({ mac: `52:54:00:00:00:0${index}`, vlan }));
    const xml = build(undefined, {}, aMachine({ uuid, nics }));
    const interfaces = [...xml.matchAll(/<interface type="(\w+)">(.*?)<\/interface>/gs)].map(([, type, inside = '']) => [
      type,
      ...[...inside.matchAll(/<(?:source|target|mac) [^>]*>/g)].map(String),
    ]);
    expect(interfaces).toEqual([
      ['network', '<source network="default">', '<target dev="hn3f2a9c0b1d-up">'],
      ['bridge', '<mac address="52:54:00:00:00:00">', '<source bridge="haas-v1">', '<target dev="hn3f2a9c0b1d-0">'],
      ['bridge', '<mac address="52:54:00:00:00:01">', '<source bridge="haas-v4094">', '<target dev="hn3f2a9c0b1d-1">'],
    ]);
    expect(build(undefined, { uplink: { bridge: 'br-lan', isolated: true } })).toContain('<source bridge="br-lan">');
    // Of all interfaces, only uplinks have those of other projects beside them.
    expect(xml.match(/<port isolated="yes">/g)).toHaveLength(1);
    expect(build(undefined, { uplink: { bridge: 'br-lan', isolated: false } })).not.toContain('isolated');
    for (const name of xml.match(/hn3f2a9c0b1d-\w+/g) ?? []) expect(name.length).toBeLessThanOrEqual(15);
  });

  test('leaves the file of the template to its owner', () => {
    const [backing] =
      /<backingStore .*<\/backingStore>/s.exec(build(undefined, {}, aMachine({ uuid }), '/images/tiny.qcow2')) ?? [];
    expect(backing?.replace(/>\s+</g, '><')).toBe(
      '<backingStore type="file"><format type="qcow2"></format><source file="/images/tiny.qcow2"><seclabel model="dac" relabel="no"></seclabel></source></backingStore>',
    );
    expect(build()).not.toContain('backingStore');
  });

  test('says how its guest is run', () => {
    expect(build()).toContain('<domain type="kvm">');
    expect(build()).toContain('mode="host-passthrough"');
    expect(build(undefined, { virtualization: 'tcg' })).toContain('<domain type="qemu">');
    const like = template('<cpu mode="custom"><model>Nehalem</model><topology sockets="1"/><numa/></cpu>');
    expect(build(like)).toMatch(/<cpu mode="custom">\s*<model>Nehalem<\/model>\s*<\/cpu>/);
    // A model of KVM is none of QEMU's own.
    expect(build(like, { virtualization: 'tcg' })).toMatch(/<cpu mode="maximum">\s*<\/cpu>/);
  });

  test('has what cloud-init reads on a CD, at a controller that the kernels of cloud images know', () => {
    expect(build()).not.toContain('cdrom');
    const xml = build(undefined, {}, aMachine({ uuid, seed: { userData: 's3cret', metaData: '' } }));
    expect(xml).toMatch(/<controller type="scsi" index="0" model="virtio-scsi">/);
    expect(xml).toMatch(/device="cdrom">.*<source file="\/headnodes\/.*\/seed.iso">.*bus="scsi".*<readonly>/s);
    expect(xml).not.toContain('s3cret');
  });

  test.each([
    ['</title><devices>', '&lt;/title&gt;&lt;devices&gt;'],
    ['a\nb\x00c\ud800', 'a b c'],
    ['&amp; " \'', '&amp;amp; &quot; &apos;'],
    ['\n', uuid],
  ])('keeps a label to its title: %j', (title, written) => {
    const xml = build(undefined, {}, aMachine({ uuid, title }));
    expect(xml).toContain(`<title>${written}</title>`);
    expect(parseDomain(xml)).not.toMatchObject({ problem: expect.stringContaining('no definition') });
  });

  test('does not share the variables of UEFI with its template', () => {
    const xml = build(
      template('<os><loader>/OVMF.fd</loader><nvram template="/VARS.fd">/var/lib/t_VARS.fd</nvram><boot dev="network"/></os>'),
    );
    expect(xml).toContain('<loader>/OVMF.fd</loader>');
    expect(xml).toMatch(/<nvram template="\/VARS.fd">\s*<\/nvram>/);
    expect(xml).not.toContain('t_VARS');
    expect(xml.match(/<boot dev="\w+"/g)).toEqual(['<boot dev="hd"']);
    const typed = '<nvram template="/VARS.fd" type="file"><source file="/var/lib/t_VARS.fd"/></nvram>';
    expect(build(template(`<os><loader>/OVMF.fd</loader>${typed}</os>`))).toMatch(/<nvram template="\/VARS.fd">\s*<\/nvram>/);
  });
});
