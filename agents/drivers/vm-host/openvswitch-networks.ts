import { z } from 'zod';
import { DeviceError } from '../../device-error.ts';
import { parseOvsPort, portQuestions, progressQuestion } from '../../reading/ovs-port.ts';
import { column, tableRows } from '../../reading/ovsdb.ts';
import type { XmlElement } from '../../reading/xml.ts';
import { quote } from '../../sessions/screen.ts';
import { element } from './domain-xml.ts';
import { type HostCall, runOnHost } from './host-program.ts';
import { isHeadnodeInterface, isInterfaceOf } from './interface-names.ts';
import type { Tidied, VmNetworks } from './networks.ts';

/** Seconds that `ovs-vsctl` waits for the database and for ovs-vswitchd; without a limit it waits for ever. */
const patience = 10;

/** libvirt notes in `vm-id` which domain an interface is of. */
const interfaceRow = z.object({ name: column.text, external_ids: column.map });

/** VLANs of a bridge of Open vSwitch: each interface is a port with a tag. */
export class OpenVswitchNetworks implements VmNetworks {
  readonly #bridge: string;
  readonly #signal: AbortSignal;

  constructor(bridge: string, signal: AbortSignal) {
    this.#bridge = bridge;
    this.#signal = signal;
  }

  plug(vlan: number): XmlElement[] {
    return [
      element('source', { bridge: this.#bridge }),
      element('vlan', {}, element('tag', { id: `${vlan}` })),
      element('virtualport', { type: 'openvswitch' }),
    ];
  }

  whileThere<T>(_vlans: readonly number[], work: () => Promise<T>): Promise<T> {
    return work();
  }

  async misplaced(device: string, vlan: number): Promise<string | undefined> {
    const task = `reading the port ${device}`;
    const text = await this.#call(['--format=json', ...portQuestions(device).flatMap((part) => ['--', ...part])], task, 'reads');
    const progress = await this.#call([...progressQuestion], task, 'reads');
    const state = parseOvsPort(device, text, progress, this.#bridge);
    if ('problem' in state) return state.problem;
    const { native, tagged, enabled } = state;
    if (!enabled) return 'it is shut';
    if (native === vlan && tagged.length === 0) return undefined;
    const told = tagged.length > 8 ? `${tagged.length} VLANs` : `the VLANs ${tagged.join(', ') || 'none'}`;
    return `it is untagged in ${native === null ? 'no VLAN' : `VLAN ${native}`} and tagged in ${told}`;
  }

  async entangled(device: string): Promise<string | undefined> {
    const ports = await this.#call(['list-ports', this.#bridge], 'reading the ports of the bridge', 'reads');
    if (!ports.split('\n').includes(device)) return undefined;
    return `it is a port of ${this.#bridge}, which carries the networks of HaaS: it must be on another bridge`;
  }

  async tidy(isGone: (uuid: string) => boolean): Promise<Tidied> {
    const tidied: Tidied = { removed: [], left: [] };
    const task = 'reading the interfaces of Open vSwitch';
    const text = await this.#call(['--format=json', '--columns=name,external_ids', 'list', 'interface'], task, 'reads');
    const rows = tableRows(text, interfaceRow);
    if (!rows) throw new DeviceError('unintelligible', `${task}: that is not what was asked for (ovs-vsctl: ${quote(text, [])})`);
    for (const { name, external_ids } of rows) {
      const uuid = external_ids.get('vm-id');
      if (!isHeadnodeInterface(name) || uuid === undefined || !isInterfaceOf(uuid, name) || !isGone(uuid)) continue;
      try {
        await this.#call(['--if-exists', 'del-port', this.#bridge, name], `removing the port ${name}`, 'changes');
        tidied.removed.push(`the port ${name} of ${this.#bridge}, which nothing used`);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        tidied.left.push(`the port ${name} of Open vSwitch is still there: ${error.message}`);
      }
    }
    return tidied;
  }

  /** Makes one call. What Open vSwitch could not do ends with exit code 0 and a complaint. */
  async #call(words: readonly string[], task: string, effect: HostCall['effect']): Promise<string> {
    const args = [`--timeout=${patience}`, ...words];
    const options = { effect, timeout: (patience + 2) * 1000, signal: this.#signal };
    const { code, stdout, stderr } = await runOnHost({ program: 'ovs-vsctl', args, task, ...options }).catch(explained);
    if (code === 0 && !/^ovs-v(?:sctl|switchd): /m.test(stderr)) return stdout;
    throw new DeviceError('refused', `${task}: ovs-vsctl: ${quote(stderr, [])}`);
  }
}

/** Without its database `ovs-vsctl` tries until its time is over. */
function explained(error: unknown): never {
  if (!(error instanceof DeviceError) || !error.says(/database connection failed/)) throw error;
  const remedy = error.says(/Permission denied/) ? 'the agent must be root to use it' : 'is it running on the management node?';
  throw new DeviceError(error.fault, `${error.message}: Open vSwitch does not answer: ${remedy}`);
}
