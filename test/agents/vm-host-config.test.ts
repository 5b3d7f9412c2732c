import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { readConfig } from '../../agents/config.ts';
import { readVmHostConfig, type VmHostConfig } from '../../agents/vm-host-config.ts';
import { stateFolder } from '../support/agent-site.ts';
import { mockVmHost, writeVmHost } from '../support/mock-vm-host.ts';

const limits = { memory: 16_384, vcpus: 8, disk: 200 };
const libvirt = {
  driver: 'libvirt',
  folder: '/var/lib/haas/headnodes',
  networks: { openvswitch: 'br0' },
  limits,
  templates: { 'debian-12': { file: '/var/lib/haas/templates/debian-12.qcow2' } },
};

function read(t: TestContext, config: unknown): VmHostConfig | null {
  const stateDir = stateFolder(t);
  writeVmHost(stateDir, config);
  return readVmHostConfig(stateDir);
}

describe('vm-host.json', () => {
  test('need not be there', (t) => {
    const stateDir = stateFolder(t);
    expect(readVmHostConfig(stateDir)).toBeNull();
    const env = { HAAS_AGENT_URL: 'postgres://a@b/c', HAAS_AGENT_STATE_DIR: stateDir };
    expect(readConfig(env).vmHost).toBeNull();
    writeVmHost(stateDir);
    expect(readConfig(env).vmHost).toEqual(mockVmHost);
  });

  test('says little where little is needed', (t) => {
    expect(read(t, libvirt)).toEqual({
      ...libvirt,
      uri: 'qemu:///system',
      virtualization: 'kvm',
      templates: { 'debian-12': { file: '/var/lib/haas/templates/debian-12.qcow2', memory: 1024, vcpus: 1 } },
    });
  });

  test('says all that there is', (t) => {
    const whole = {
      ...libvirt,
      uri: 'qemu+unix:///system?socket=/run/x/libvirt-sock',
      virtualization: 'tcg',
      networks: { trunk: 'bond0.7' },
      uplink: { network: 'default', isolated: false },
      templates: {
        'debian-12': { file: '/var/lib/haas/templates/debian-12.qcow2', memory: 2048, vcpus: 2 },
        centos: { domain: 'centos-template' },
      },
    };
    expect(read(t, whole)).toEqual(whole);
    expect(read(t, { ...whole, uplink: { bridge: 'br-uplink' } })).toMatchObject({
      uplink: { bridge: 'br-uplink', isolated: true },
    });
  });

  test.for([
    { name: 'another driver', config: { ...libvirt, driver: 'xen' }, at: 'driver' },
    { name: 'no driver', config: { ...libvirt, driver: undefined }, at: 'driver' },
    { name: 'no limits', config: { ...libvirt, limits: undefined }, at: 'limits' },
    { name: 'a limit too few', config: { ...libvirt, limits: { memory: 1, vcpus: 1 } }, at: 'limits.disk' },
    { name: 'a limit of nothing', config: { ...libvirt, limits: { ...limits, memory: 0 } }, at: 'limits.memory' },
    { name: 'an unknown field', config: { ...libvirt, cpu: 'host' }, at: 'the top' },
    { name: 'a folder that is not absolute', config: { ...libvirt, folder: 'headnodes' }, at: 'folder' },
    { name: 'a folder that climbs', config: { ...libvirt, folder: '/var/lib/../../etc' }, at: 'folder' },
    { name: 'a URI that is none', config: { ...libvirt, uri: 'qemu:///system; id' }, at: 'uri' },
    { name: 'a virtualization that is none', config: { ...libvirt, virtualization: 'fast' }, at: 'virtualization' },
    { name: 'two kinds of networks', config: { ...libvirt, networks: { openvswitch: 'br0', trunk: 'eth1' } }, at: 'networks' },
    {
      name: 'a bridge that reads as an option',
      config: { ...libvirt, networks: { openvswitch: '--db=x' } },
      at: 'networks.openvswitch',
    },
    {
      name: 'an interface whose name is too long',
      config: { ...libvirt, networks: { trunk: 'a'.repeat(16) } },
      at: 'networks.trunk',
    },
    {
      name: 'more templates than can be reported',
      config: { ...libvirt, templates: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, { file: '/t' }])) },
      at: 'templates',
    },
    { name: 'an uplink to nowhere', config: { ...libvirt, uplink: {} }, at: 'uplink' },
    { name: 'a template without an image', config: { ...libvirt, templates: { a: { memory: 512 } } }, at: 'templates.a' },
    {
      name: 'a template that is two',
      config: { ...libvirt, templates: { a: { file: '/a', domain: 'a' } } },
      at: 'templates.a',
    },
    {
      name: 'a template whose name is a path',
      config: { ...libvirt, templates: { '../a': { file: '/a' } } },
      at: 'templates.../a',
    },
    { name: 'a mock with a folder', config: { ...mockVmHost, folder: '/x' }, at: 'the top' },
    { name: 'a mock with a template without a size', config: { ...mockVmHost, templates: { a: {} } }, at: 'templates.a.memory' },
  ])('with $name stops the agent, which names $at', ({ config, at }, t) => {
    expect(() => read(t, config)).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        message: expect.stringContaining(`vm-host.json is not as it should be, at ${at}:`),
      }),
    );
  });

  test('that is no JSON stops the agent', (t) => {
    const stateDir = stateFolder(t);
    writeFileSync(join(stateDir, 'vm-host.json'), '{"driver"');
    expect(() => readVmHostConfig(stateDir)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(/vm-host\.json is no JSON$/) }),
    );
  });
});
