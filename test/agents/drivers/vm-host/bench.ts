import { randomUUID } from 'node:crypto';
import type { Machine, VmHost } from '../../../../agents/drivers/vm-host/driver.ts';
import { openLibvirt } from '../../../../agents/drivers/vm-host/libvirt.ts';
import type { LibvirtConfig } from '../../../../agents/vm-host-config.ts';
import type { LibvirtLab } from '../../../support/libvirt.ts';

/**
 * The boot sector of a guest that needs no kernel: it copies itself to the second sector of its disk, prints "ready" on its first serial
 * port, and then prints there whatever comes in.
 */
export const echoGuest = Buffer.concat([
  Buffer.from(
    [
      '31c08ed88ec0', // The segments are 0.
      'b80103b9020030f6bb007ccd13', // BIOS, write one sector: from 0x7c00, to sector 2 of the disk that was booted.
      'be407cac84c07405e81300ebf6', // Print the text at 0x7c40.
      'bafd03eca80174f8baf803ece80200ebef', // Wait for a character, read it, print it, and again.
      '50bafd03eca82074fb58baf803eec3', // Print: wait until one can be sent, send it.
      '72656164790d0a00', // "ready".
    ].join(''),
    'hex',
  ),
  Buffer.alloc(438),
  Buffer.from('55aa', 'hex'),
]);

/** Opens the host of a lab, with its templates. */
export function openHost(lab: LibvirtLab, more: Partial<LibvirtConfig> = {}, signal = new AbortController().signal): VmHost {
  return openLibvirt({ config: lab.config(more), signal, stateDir: lab.folder });
}

/** A machine of the template `echo`, on VLAN 101. */
export function aMachine(more: Partial<Machine> = {}): Machine {
  return {
    uuid: randomUUID(),
    title: 'a <head> & "node"',
    template: 'echo',
    size: { memory: 64, vcpus: 1, disk: 2 },
    fullCopy: false,
    nics: [{ mac: '52:54:00:00:00:01', vlan: 101 }],
    seed: null,
    ...more,
  };
}
