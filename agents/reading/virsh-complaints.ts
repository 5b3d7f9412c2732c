/** What libvirt complains of, where it is something that is told in other words. */
export type VirshFinding =
  | 'no-libvirt'
  | 'not-allowed'
  | 'hung-up'
  | 'absent'
  | 'idle'
  | 'exists'
  | 'no-kvm'
  | 'no-memory'
  | 'no-space'
  | 'locked'
  | 'no-bridge'
  | 'no-network'
  | 'no-file'
  | 'no-access';

/** What virsh and the libraries behind it say, the first that fits. Seen with libvirt 9.0 and qemu 7.2, unless told otherwise. */
const complaints: readonly { readonly pattern: RegExp; readonly means: VirshFinding }[] = [
  {
    pattern: /authentication (?:unavailable|failed)|access denied|Failed to connect socket to '[^']*': Permission denied/,
    means: 'not-allowed',
  },
  {
    pattern:
      /End of file while (?:reading|writing) data|Cannot (?:recv|write) data|client socket is closed|internal error: client|keepalive timeout/,
    means: 'hung-up',
  },
  { pattern: /failed to connect to the hypervisor|Failed to connect socket to/, means: 'no-libvirt' },
  // The first is all that virsh says of whatever went wrong while it looked for the domain.
  { pattern: /^error: failed to get domain '|Domain not found: /m, means: 'absent' },
  { pattern: /domain is not running/, means: 'idle' },
  { pattern: /already exists with uuid/, means: 'exists' },
  {
    pattern:
      /type=kvm|domaintype=kvm|KVM kernel module|failed to initialize KVM|KVM is not available|\/dev\/kvm|\/kvm\/kvm.*\.c:\d/i,
    means: 'no-kvm',
  },
  {
    pattern: /cannot set up guest memory|[Cc]annot allocate memory|unable to map backing store for guest RAM/,
    means: 'no-memory',
  },
  { pattern: /No space left on device/, means: 'no-space' },
  { pattern: /Failed to get (?:shared )?"\w+" lock/, means: 'locked' },
  {
    pattern: /Cannot get interface MTU on '|Unable to add (?:bridge|port) |Failed to add port |can't add .* to bridge /i,
    means: 'no-bridge',
  },
  { pattern: /Network not found: |network '[^']*' is not active/, means: 'no-network' },
  { pattern: /No such file or directory/, means: 'no-file' },
  { pattern: /Could not open '[^']*': Permission denied|Cannot access storage file/, means: 'no-access' },
];

/** What is wrong by what virsh said on stderr in a call that did not succeed; undefined when nobody recognises it. */
export function findingOf(stderr: string): VirshFinding | undefined {
  return complaints.find(({ pattern }) => pattern.test(stderr))?.means;
}
