import { DeviceError, type DeviceFault } from '../../device-error.ts';
import { type Domain, parseDomain } from '../../reading/domain-xml.ts';
import { type DomainActivity, parseDomainState, parseUuids } from '../../reading/virsh.ts';
import { findingOf, type VirshFinding } from '../../reading/virsh-complaints.ts';
import { quote } from '../../sessions/screen.ts';
import type { NotUnderstood } from '../port-family.ts';
import { type HostCall, runOnHost } from './host-program.ts';

/** Milliseconds of one call. libvirt may look at all emulators of the host first; a start may have to clear the machine's memory. */
const patience = { reads: 30_000, changes: 120_000 } as const;

/** What libvirt's complaints mean to people, and for what was asked. */
function explain(finding: VirshFinding, uri: string): readonly [DeviceFault | 'cut', string] {
  switch (finding) {
    case 'no-libvirt':
      return ['unreachable', `libvirt does not answer at ${uri}: is libvirtd, or virtqemud, running on the management node?`];
    case 'not-allowed':
      return [
        'unreachable',
        `the agent's user may not use libvirt at ${uri}: add that user to the group libvirt, and start the agent anew`,
      ];
    case 'hung-up':
      return ['cut', `libvirt at ${uri} hung up`];
    case 'absent':
      return ['refused', 'libvirt has no such domain'];
    case 'idle':
      return ['refused', 'the machine does not run'];
    case 'exists':
      return ['refused', 'a domain of that name, or with that UUID, is there already'];
    case 'no-kvm':
      return [
        'refused',
        'there is no KVM on the management node, or it does not work: enable it in its firmware, or say "virtualization": "tcg" in vm-host.json, which is slow',
      ];
    case 'no-memory':
      return ['refused', 'the management node has not enough memory: stop other machines, or lower "limits" in vm-host.json'];
    case 'no-space':
      return ['refused', 'the management node has no space left on a disk'];
    case 'locked':
      return ['refused', 'another machine writes to its disk, or to its template'];
    case 'no-bridge':
      return [
        'refused',
        'a bridge is missing on the management node, or takes no interface: check "networks" and "uplink" in vm-host.json',
      ];
    case 'no-network':
      return ['refused', 'the libvirt network of "uplink" in vm-host.json is missing or not started: see "virsh net-list --all"'];
    case 'no-file':
      return ['refused', "a file of the machine is missing: its disk, or its template's image"];
    case 'no-access':
      return [
        'refused',
        'QEMU may not open a file of the machine: its user must reach "folder" and the templates of vm-host.json',
      ];
  }
}

/** libvirt as `virsh` speaks to it. */
export class Virsh {
  readonly #uri: string;
  readonly #signal: AbortSignal;

  constructor(uri: string, signal: AbortSignal) {
    this.#uri = uri;
    this.#signal = signal;
  }

  /** Makes one call that reads. `task` begins an error: what the call was for. Throws DeviceError. */
  async read(words: readonly string[], task: string): Promise<string> {
    return (await this.#call(words, task, 'reads', [])) ?? '';
  }

  /** Makes one call that changes something. It is no error where libvirt has to say what is in `spared`. */
  async change(words: readonly string[], task: string, spared: readonly VirshFinding[] = []): Promise<void> {
    await this.#call(words, task, 'changes', spared);
  }

  /** UUIDs of the domains of this host, whoever made them. `active`: only of those that have a process. */
  async uuids(task: string, which: 'all' | 'active'): Promise<Set<string>> {
    const text = await this.read(['list', '--uuid', ...(which === 'all' ? ['--all'] : [])], task);
    return this.#understood(parseUuids(text), task, text);
  }

  /** The domain with that UUID as it was defined, or `live`, as it runs; undefined: there is certainly none. */
  async find(uuid: string, task: string, view: 'defined' | 'live' = 'defined'): Promise<Domain | undefined> {
    const words = ['dumpxml', ...(view === 'live' ? [] : ['--inactive']), uuid];
    const text = await this.#call(words, task, 'reads', ['absent']);
    if (text !== undefined) return this.domain(text, task);
    // virsh says the same of a domain that it could not look for.
    if ((await this.uuids(task, 'all')).has(uuid))
      throw new DeviceError('unintelligible', `${task}: libvirt has the domain ${uuid}, and does not tell of it`);
    return undefined;
  }

  /** What the domain of that name or UUID does. */
  async activity(domain: string, task: string): Promise<DomainActivity> {
    const text = await this.read(['domstate', domain], task);
    return this.#understood(parseDomainState(text), task, text);
  }

  /** A domain by what `dumpxml` printed. */
  domain(text: string, task: string): Domain {
    return this.#understood(parseDomain(text), task, text);
  }

  async #call(
    words: readonly string[],
    task: string,
    effect: HostCall['effect'],
    spared: readonly VirshFinding[],
  ): Promise<string | undefined> {
    const args = ['--quiet', '--connect', this.#uri, ...words];
    const options = { effect, timeout: patience[effect], signal: this.#signal };
    const { code, stdout, stderr } = await runOnHost({ program: 'virsh', args, task, ...options });
    if (code === 0) return stdout;
    const finding = findingOf(stderr);
    if (finding === undefined) throw new DeviceError('refused', `${task}: virsh: ${quote(stderr, [])}`);
    if (spared.includes(finding)) return undefined;
    const [fault, words_] = explain(finding, this.#uri);
    throw new DeviceError(
      fault === 'cut' ? (effect === 'reads' ? 'unreachable' : 'lost') : fault,
      `${task}: ${words_} (virsh: ${quote(stderr, [])})`,
    );
  }

  #understood<T extends object | string>(answer: T | NotUnderstood, task: string, text: string): T {
    if (typeof answer === 'object' && 'problem' in answer)
      throw new DeviceError('unintelligible', `${task}: ${answer.problem} (virsh: ${quote(text, [])})`);
    return answer;
  }
}
