import { describe, expect, test } from 'vitest';
import { parseDomain } from '../../../agents/reading/domain-xml.ts';

const uuid = '3f2a9c0b-1d2e-4f50-8a7b-0123456789ab';

/** What virsh 9.0 printed of a machine that ran, shortened. */
const running = `<domain type='qemu' id='1'>
  <name>headnode-${uuid}</name>
  <uuid>${uuid}</uuid>
  <title>my &lt;head&gt;</title>
  <metadata>
    <haas:headnode xmlns:haas="urn:haas:headnode" disk="20"/>
  </metadata>
  <memory unit='KiB'>65537</memory>
  <currentMemory unit='KiB'>65536</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='/f/disk.qcow2' index='2'/>
      <backingStore type='file' index='3'>
        <format type='qcow2'/>
        <source file='/t.qcow2'/>
        <backingStore/>
      </backingStore>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='block'><source dev='/dev/sdb'/></disk>
    <interface type='bridge'>
      <mac address='52:54:00:AB:00:01'/>
      <source bridge='br0'/>
      <target dev='hn3f2a9c0b1d-0'/>
    </interface>
    <hostdev mode='subsystem' type='usb'/>
    <graphics type='spice' port='5901'/>
    <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'/>
  </devices>
</domain>
`;

describe('a domain of libvirt', () => {
  test('is read', () => {
    expect(parseDomain(running)).toMatchObject({
      name: `headnode-${uuid}`,
      uuid,
      memory: 65,
      vcpus: 2,
      notedDisk: 20,
      interfaces: [{ mac: '52:54:00:ab:00:01', device: 'hn3f2a9c0b1d-0' }],
      disks: [{ device: 'disk', format: 'qcow2', file: '/f/disk.qcow2' }, { device: 'disk' }],
      hostDevices: 1,
      vncPort: 5900,
    });
  });

  test('that does not run has no port of a screen', () => {
    expect(parseDomain(running.replace("port='5900'", "port='-1'"))).toMatchObject({ vncPort: null });
    expect(parseDomain(running.replace(/<graphics.*\/>/g, ''))).toMatchObject({ vncPort: null });
  });

  test('of others has no size of a disk noted', () => {
    expect(parseDomain(running.replace(/<metadata>.*<\/metadata>/s, ''))).toMatchObject({ notedDisk: undefined });
  });

  test.each([
    ['', 'no definition'],
    ['<domain>', 'no definition'],
    ['<network/>', 'no definition'],
    [running + running, 'no definition'],
    [`<!DOCTYPE domain [<!ENTITY a "b">]>${running}`, 'no definition'],
    [running.replace(`<uuid>${uuid}</uuid>`, ''), 'no uuid'],
    [running.replace(/<name>.*<\/name>/, ''), 'no name'],
    [running.replace("memory unit='KiB'", "memory unit='MiB'"), 'no memory'],
    [running.replace("static'>2<", "static'>two<"), 'no vcpus'],
    [running.replace('52:54:00:AB:00:01', 'vnet'), 'no interfaces.0.mac'],
    [running.replace('disk="20"', 'disk="lots"'), 'no notedDisk'],
    [running.replace("port='5900'", "port='99999'"), 'no vncPort'],
  ])('is not guessed: %#', (text, problem) => {
    expect(parseDomain(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
