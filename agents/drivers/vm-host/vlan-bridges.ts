import { join } from 'node:path';
import { DeviceError } from '../../device-error.ts';
import { waitForLock } from '../../device-lock.ts';
import { type Link, parseLinks, parseOwnVlans } from '../../reading/ip-link.ts';
import type { XmlElement } from '../../reading/xml.ts';
import { quote } from '../../sessions/screen.ts';
import { element } from './domain-xml.ts';
import { type HostCall, runOnHost } from './host-program.ts';
import { isHeadnodeInterface } from './interface-names.ts';
import type { Tidied, VmNetworks } from './networks.ts';

/** Milliseconds of one call. */
const patience = 10_000;

/** What Linux takes as the name of an interface. */
const longestName = 15;

const bridgeName = (vlan: number) => `haas-v${vlan}`;

/**
 * VLANs of an interface of this host: each has a Linux bridge of its own while machines use it, with that VLAN of the interface as its one
 * port to the outside. The host itself gets none of its frames: Linux would answer for all of its addresses there. The bridges are all
 * processes' of the agent: whoever makes, uses for the first time or removes one has the lock.
 */
export class VlanBridges implements VmNetworks {
  readonly #trunk: string;
  readonly #locks: string;
  readonly #signal: AbortSignal;

  constructor(trunk: string, stateDir: string, signal: AbortSignal) {
    this.#trunk = trunk;
    this.#locks = join(stateDir, 'locks');
    this.#signal = signal;
  }

  plug(vlan: number): XmlElement[] {
    return [element('source', { bridge: bridgeName(vlan) })];
  }

  whileThere<T>(vlans: readonly number[], work: () => Promise<T>): Promise<T> {
    return this.#locked(async () => {
      for (const vlan of new Set(vlans)) await this.#make(vlan);
      return work();
    });
  }

  async misplaced(device: string, vlan: number): Promise<string | undefined> {
    const links = await this.#links();
    const bridge = bridgeName(vlan);
    const master = links.find(({ name }) => name === device)?.master;
    if (master !== bridge) return `it is a port of ${master ?? 'no bridge'}, not of ${bridge}`;
    const own = links.find(({ name, isBridge }) => name === bridge && isBridge);
    if (!own) return `${bridge} is no bridge`;
    if (!own.filtersVlans || (await this.#ownVlans(bridge)).length > 0) return `the management node itself is on ${bridge}`;
    const ports = links.filter((link) => link.master === bridge && !isHeadnodeInterface(link.name));
    const [outside, ...others] = ports;
    if (!outside || others.length > 0)
      return `${bridge} has the ports ${ports.map(({ name }) => name).join(', ') || 'of machines only'}, not ${this.#vlanName(vlan)} alone`;
    if (outside.name !== this.#vlanName(vlan) || !this.#isVlan(outside, vlan))
      return `the port ${outside.name} of ${bridge} is not VLAN ${vlan} of ${this.#trunk}`;
    return undefined;
  }

  async entangled(device: string): Promise<string | undefined> {
    const links = await this.#links();
    const masterOf = (wanted: string) => links.find(({ name }) => name === wanted)?.master;
    const master = masterOf(device);
    if (master === undefined) return 'it is a port of no bridge';
    if (/^haas-v\d+$/.test(master)) return `it is a port of ${master}, a network of HaaS`;
    return master === masterOf(this.#trunk)
      ? `it is a port of ${master}, like ${this.#trunk}, which carries all networks`
      : undefined;
  }

  /** Interfaces of machines go with their process. */
  tidy(): Promise<Tidied> {
    return this.#locked(async () => {
      const tidied: Tidied = { removed: [], left: [] };
      const links = await this.#links();
      for (const { name } of links) {
        const vlan = Number(/^haas-v([1-9]\d{0,3})$/.exec(name)?.[1]);
        const ports = links.filter(({ master }) => master === name);
        if (Number.isNaN(vlan) || !ports.every((port) => port.name === this.#vlanName(vlan) && this.#isVlan(port, vlan)))
          continue;
        try {
          for (const one of [...ports.map((port) => port.name), name]) await this.#change(['link', 'delete', 'dev', one]);
          tidied.removed.push(`the bridge ${name}, which nothing used`);
        } catch (error) {
          if (!(error instanceof DeviceError)) throw error;
          tidied.left.push(`the bridge ${name} is still there: ${error.message}`);
        }
      }
      return tidied;
    });
  }

  /** Makes what is missing. The host itself gets no address there, not even one that it makes up. */
  async #make(vlan: number): Promise<void> {
    const bridge = bridgeName(vlan);
    const name = this.#vlanName(vlan);
    const links = await this.#links();
    if (!links.some((link) => link.name === this.#trunk))
      throw new DeviceError('refused', `there is no interface ${this.#trunk} here, "trunk" in vm-host.json`);
    const there = links.find((link) => link.name === name);
    if (there && (there.master !== bridge || !this.#isVlan(there, vlan)))
      throw new DeviceError('refused', `the interface ${name} is there already, and not for ${bridge}: remove it`);
    const bridgeType = [
      'type',
      'bridge',
      'stp_state',
      '0',
      'forward_delay',
      '0',
      'vlan_filtering',
      '1',
      'vlan_default_pvid',
      '1',
    ];
    if (!links.some((link) => link.name === bridge)) await this.#change(['link', 'add', 'name', bridge, ...bridgeType]);
    for (const own of await this.#ownVlans(bridge)) await this.#leave(bridge, own);
    if (!there) {
      const vlanType = ['type', 'vlan', 'protocol', '802.1Q', 'id', `${vlan}`];
      await this.#change(['link', 'add', 'link', this.#trunk, 'name', name, 'master', bridge, ...vlanType]);
    }
    for (const one of [bridge, name]) {
      // A host without IPv6 has no such address anyway.
      await this.#change(['link', 'set', 'dev', one, 'addrgenmode', 'none'], /Address family not supported/);
      await this.#change(['link', 'set', 'dev', one, 'up']);
    }
  }

  #isVlan({ vlan }: Link, wanted: number): boolean {
    return vlan?.of === this.#trunk && vlan.id === wanted;
  }

  /** As people name it, where Linux takes that. */
  #vlanName(vlan: number): string {
    const name = `${this.#trunk}.${vlan}`;
    return name.length <= longestName ? name : `haas-t${vlan}`;
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    let lock: Awaited<ReturnType<typeof waitForLock>>;
    try {
      lock = await waitForLock(this.#locks, 'vlan-bridges', this.#signal);
    } catch (error) {
      throw new DeviceError('unreachable', 'waiting for the bridges of the VLANs was called off', { cause: error });
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** The VLANs within a bridge of which the host itself is a member. */
  async #ownVlans(bridge: string): Promise<number[]> {
    const task = `reading what the management node gets of ${bridge}`;
    const text = await this.#call('bridge', ['-json', 'vlan', 'show', 'dev', bridge], task, 'reads');
    const vlans = parseOwnVlans(text, bridge);
    if (!vlans) throw new DeviceError('unintelligible', `${task}: bridge does not list VLANs: ${quote(text, [])}`);
    return vlans;
  }

  async #leave(bridge: string, vlan: number): Promise<void> {
    const words = ['vlan', 'del', 'vid', `${vlan}`, 'dev', bridge, 'self'];
    await this.#call('bridge', words, `"bridge ${words.join(' ')}"`, 'changes');
  }

  async #links(): Promise<Link[]> {
    const task = 'reading the interfaces of the management node';
    const text = await this.#call('ip', ['-json', '-details', 'link', 'show'], task, 'reads');
    const links = parseLinks(text);
    if (!links) throw new DeviceError('unintelligible', `ip does not list interfaces: ${quote(text, [])}`);
    return links;
  }

  async #change(words: readonly string[], spared?: RegExp): Promise<void> {
    await this.#call('ip', words, `"ip ${words.join(' ')}"`, 'changes', spared);
  }

  async #call(
    program: 'ip' | 'bridge',
    args: readonly string[],
    task: string,
    effect: HostCall['effect'],
    spared?: RegExp,
  ): Promise<string> {
    const options = { effect, timeout: patience, signal: this.#signal };
    const { code, stdout, stderr } = await runOnHost({ program, args, task, ...options });
    if (code === 0 || spared?.test(stderr)) return stdout;
    const remedy = /Operation not permitted/.test(stderr) ? ' the agent must be root, or have CAP_NET_ADMIN' : '';
    throw new DeviceError('refused', `${task}:${remedy} (${program}: ${quote(stderr, [])})`);
  }
}
