import type { VmHostConfig } from '../../vm-host-config.ts';
import type { OpenVmHost, VmHost } from './driver.ts';
import { openLibvirt } from './libvirt.ts';
import { MockVmHost } from './mock.ts';

/** Prepares to speak to the host of virtual machines that a configuration describes; sends nothing. */
export function openVmHost({ config, ...surroundings }: OpenVmHost<VmHostConfig>): VmHost {
  switch (config.driver) {
    case 'libvirt':
      return openLibvirt({ config, ...surroundings });
    case 'mock':
      return new MockVmHost({ config, ...surroundings });
  }
}
