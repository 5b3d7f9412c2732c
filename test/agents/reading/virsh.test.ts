import { describe, expect, test } from 'vitest';
import { parseDomainState, parseUuids } from '../../../agents/reading/virsh.ts';
import { findingOf } from '../../../agents/reading/virsh-complaints.ts';

describe('virsh', () => {
  test.each([
    ['running', 'running'],
    ['idle', 'running'],
    ['in shutdown', 'running'],
    ['pmsuspended', 'running'],
    ['paused', 'halted'],
    ['crashed', 'halted'],
    ['shut off', 'off'],
  ])('%s', (text, activity) => {
    expect(parseDomainState(`${text}\n`)).toBe(activity);
  });

  test.each(['', 'no state', 'running\nrunning', 'constructor'])('%j is no state', (text) => {
    expect(parseDomainState(text)).toMatchObject({ problem: expect.any(String) });
  });

  test('lists UUIDs', () => {
    const one = '3f2a9c0b-1d2e-4f50-8a7b-0123456789ab';
    expect(parseUuids('\n')).toEqual(new Set());
    expect(parseUuids(`${one}\n\n`)).toEqual(new Set([one]));
    expect(parseUuids(`${one}\nvm1\n`)).toMatchObject({ problem: expect.any(String) });
  });

  // As virsh 9.0 said it.
  test.each([
    [
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/x': No such file or directory",
      'no-libvirt',
    ],
    ["error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/x': Connection refused", 'no-libvirt'],
    [
      'error: Disconnected from qemu:///system due to keepalive timeout\nerror: Failed to define domain from /x\nerror: internal error: connection closed due to keepalive timeout',
      'hung-up',
    ],
    ["error: failed to get domain '3f2a9c0b-1d2e-4f50-8a7b-0123456789ab'", 'absent'],
    ["error: Failed to destroy domain 'x'\nerror: Requested operation is not valid: domain is not running", 'idle'],
    ["error: Failed to start domain 'x'\nerror: Cannot get interface MTU on 'nobr': No such device", 'no-bridge'],
    [
      "error: Failed to start domain 'x'\nerror: Unable to add bridge br0 port hnf98e7ea89f-up: Operation not supported",
      'no-bridge',
    ],
    ["error: Failed to start domain 'x'\nerror: Network not found: no network with matching name 'default'", 'no-network'],
    [
      "error: Failed to start domain 'x'\nerror: internal error: process exited while connecting to monitor: 2026-11-23T01:14:21.197270Z qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory",
      'no-memory',
    ],
    [
      "error: Failed to start domain 'x'\nerror: Cannot access storage file '/f/disk.qcow2' (as uid:0, gid:0): No such file or directory",
      'no-file',
    ],
    [
      'error: internal error: process exited while connecting to monitor: qemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion failed.',
      'no-kvm',
    ],
    ['error: unsupported configuration: Maximum CPUs greater than specified machine type limit 255', undefined],
  ])('%s', (stderr, finding) => {
    expect(findingOf(`${stderr}\n`)).toBe(finding);
  });
});
