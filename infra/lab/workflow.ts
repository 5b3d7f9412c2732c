import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { registerSite, type SiteLayout } from '../site-layout.ts';
import { type Capture, startCapture } from './capture.ts';
import { Client } from './client.ts';
import { Console } from './console.ts';
import { type Ground, VLANS } from './ground.ts';
import { LabError } from './lab-error.ts';
import { leftovers } from './leftovers.ts';
import { TEMPLATE } from './libvirt.ts';
import { BRIDGE } from './open-vswitch.ts';
import type { Screen } from './screen.ts';
import { until } from './wait.ts';

const SWITCH = 'site-switch';
const PROJECT = 'blue';
const USER = 'ada';
const HEADNODE = 'gate';

/** The address that the headnode gives itself; its DHCP server gives out those beside it. */
const HEADNODE_ADDRESS = '10.77.0.1';

/** The prompts of the shells in a headnode and in a node. */
const PROMPT = { headnode: /headnode# $/, node: /node# $/ };

/** Broadcasts with which the headnode looks for somebody who is nowhere. */
const BROADCASTS = 5;

/** Milliseconds: an emulated machine on a busy processor takes a while. */
const PATIENCE = { boot: 60_000, shell: 20_000 };

const check = z.object({ ok: z.boolean() });
const shownNetwork = z.object({ channels: z.array(z.string()) });
const shownHeadnode = z.object({ state: z.string(), nics: z.array(z.object({ macaddr: z.string() })) });

/** The way of two machines through HaaS, by its HTTP API only; each method is a chapter, in this order. All throw LabError. */
export class Workflow {
  readonly #ground: Ground;
  readonly #screen: Screen;
  readonly #administrator: Client;
  readonly #user: Client;
  readonly #userPassword = randomBytes(9).toString('base64url');
  /** Nobody but the headnode knows it: whoever tells it has it from there. */
  readonly #token = randomBytes(12).toString('hex');
  readonly #consoles = new Map<string, Console>();
  readonly #nodes: readonly string[];

  constructor(ground: Ground, screen: Screen) {
    const { house, libvirt, machines } = ground;
    const evidence = async () =>
      `The agent's log ends with:\n${await house.agentLog()}\nThat of libvirtd:\n${await libvirt.log()}`;
    this.#ground = ground;
    this.#screen = screen;
    this.#administrator = new Client(house.url, 'admin', house.password, evidence);
    this.#user = new Client(house.url, USER, this.#userPassword, evidence);
    this.#nodes = Object.keys(machines);
  }

  /** The administrator registers what stands there, and lets a user in. */
  async register(): Promise<void> {
    this.#screen.chapter('The administrator registers it');
    const { machines } = this.#ground;
    const layout: SiteLayout = {
      switches: [{ name: SWITCH, type: 'ovs', hostname: 'localhost', ovs_bridge: BRIDGE }],
      nodes: Object.entries(machines).map(([name, { bmc, mac, tap }]) => ({
        name,
        obm: { type: 'ipmi', host: bmc.host, port: bmc.port, user: bmc.user, password: bmc.password },
        nics: [{ name: 'eth0', mac, switch: SWITCH, port: tap }],
      })),
    };
    await registerSite(layout, (...request) => this.#administrator.send(...request));
    this.#screen.done(`the switch, ${this.#nodes.length} nodes, their BMCs, network cards and cables`);
    for (const path of [`/switch/${SWITCH}`, ...this.#nodes.map((node) => `/node/${node}/obm`)]) {
      const report = await this.#administrator.call('POST', `${path}/check`);
      if (!check.parse(report).ok) throw new LabError(`${path} is not reached: ${JSON.stringify(report)}`);
    }
    this.#screen.done('the agent reaches each of them');
    await this.#administrator.call('PUT', `/project/${PROJECT}`);
    await this.#administrator.call('PUT', `/auth/basic/user/${USER}`, { password: this.#userPassword });
    await this.#administrator.call('POST', `/auth/basic/user/${USER}/add_project`, { project: PROJECT });
    this.#screen.done(`the project ${PROJECT}, and ${USER}, who may act for it`);
  }

  /** The user reserves the nodes, and installs them from a headnode of their own. */
  async provision(): Promise<void> {
    this.#screen.chapter(`${USER} provisions the nodes`);
    for (const node of this.#nodes) await this.#user.call('POST', `/project/${PROJECT}/connect_node`, { node });
    this.#screen.done('both nodes are reserved');
    const vlan = await this.#createNetwork('provision');
    await Promise.all(this.#nodes.map((node) => this.#connect(node, 'provision')));
    this.#screen.done(`network provision, VLAN ${vlan}: both nodes are connected, as the switch says`);
    await this.#startHeadnode();
    await this.#serve();
    await Promise.all(this.#nodes.map((node) => this.#boot(node)));
  }

  /** One node moves to another network: nothing gets from there to the headnode, nor back. */
  async isolate(): Promise<void> {
    this.#screen.chapter('One node moves to another network');
    const [moved = '', stays = ''] = this.#nodes;
    const vlan = await this.#createNetwork('elsewhere');
    await this.#detach(moved, 'provision');
    await this.#connect(moved, 'elsewhere');
    this.#screen.done(`${moved} is on network elsewhere, VLAN ${vlan}`);

    const headnode = await this.#headnodeCard();
    const { [moved]: mover, [stays]: stayer } = this.#ground.machines;
    if (!mover || !stayer) throw new LabError('the lab has two nodes');
    const at = {
      headnode: await startCapture(headnode.device),
      moved: await startCapture(mover.tap),
      stays: await startCapture(stayer.tap),
    };
    await this.#user.call('POST', `/node/${moved}/power_cycle`, { force: true, pxe: true });
    const searching = this.#console(`/headnode/${HEADNODE}`).enter(
      `arping -q -b -c ${BROADCASTS} -I eth0 10.77.0.250`,
      PROMPT.headnode,
      PATIENCE.boot,
    );
    const [from] = await Promise.all([this.#bootEnd(moved), searching]);
    if (from !== null) throw new LabError(`${moved} was moved to another network, and yet has booted from ${from}`);
    this.#screen.done(`${moved} was power cycled to boot from the network, and found nothing to boot`);
    await this.#fetchToken(stays);
    this.#screen.done(`${stays}, which stayed, still reaches the headnode`);
    await this.#compare(at, { headnode: headnode.mac, moved: mover.mac, stays: stayer.mac }, { moved, stays });
    await Promise.all(Object.values(at).map((capture) => capture.stop()));
  }

  /** The user gives everything back, and nothing of it is left anywhere. */
  async giveBack(): Promise<void> {
    this.#screen.chapter('Everything is given back');
    const [moved = '', stays = ''] = this.#nodes;
    await this.#poolIsEmpty();
    for (const node of this.#nodes) await this.#user.call('POST', `/node/${node}/power_off`);
    await this.#user.call('POST', `/headnode/${HEADNODE}/stop`);
    await this.#user.call('DELETE', `/headnode/${HEADNODE}`);
    this.#screen.done('the nodes are off, the headnode is deleted');
    await this.#detach(moved, 'elsewhere');
    await this.#detach(stays, 'provision');
    for (const console of this.#consoles.values()) console.leave();
    for (const node of this.#nodes) await this.#user.call('POST', `/project/${PROJECT}/detach_node`, { node });
    this.#screen.done('the nodes are released');
    for (const network of ['provision', 'elsewhere']) {
      const attachments = await this.#user.call('GET', `/network/${network}/attachments`);
      if (JSON.stringify(attachments) !== '{}') throw new LabError(`network ${network} still has ${JSON.stringify(attachments)}`);
      await this.#user.call('DELETE', `/network/${network}`);
    }
    // As many networks as there are VLANs can be made again only if every one was given back.
    const networks = Array.from({ length: VLANS.count }, (_, index) => `again-${index + 1}`);
    for (const network of networks) await this.#createNetwork(network);
    for (const network of networks) await this.#user.call('DELETE', `/network/${network}`);
    await this.#administrator.call('DELETE', `/project/${PROJECT}`);
    await this.#administrator.call('DELETE', `/auth/basic/user/${USER}`);
    this.#screen.done('the networks are deleted, every VLAN is back in the pool, project and user are gone');
    await until('nothing is left of it', async () => (await leftovers(this.#ground)).length === 0, {
      limit: 10_000,
      tail: async () => (await leftovers(this.#ground)).join('\n'),
    });
    this.#screen.done('no domain, no file, no network device and no process is left, and no port is in a VLAN');
  }

  /** Answers the VLAN of the new network. */
  async #createNetwork(network: string): Promise<string> {
    await this.#user.call('PUT', `/network/${network}`, { owner: PROJECT, access: PROJECT, net_id: '' });
    const { channels } = shownNetwork.parse(await this.#user.call('GET', `/network/${network}`));
    return channels.flatMap((channel) => /^vlan\/(\d+)$/.exec(channel)?.[1] ?? [])[0] ?? 'unknown';
  }

  async #connect(node: string, network: string): Promise<void> {
    await this.#user.call('POST', `/node/${node}/nic/eth0/connect_network`, { network });
    const { channels } = shownNetwork.parse(await this.#user.call('GET', `/network/${network}`));
    const tag = (await this.#ground.openVSwitch.vsctl('get', 'port', this.#ground.machines[node]?.tap ?? '', 'tag')).trim();
    if (!channels.includes(`vlan/${tag}`))
      throw new LabError(`${node} is said to be on ${network}, and its port has the tag ${tag}`);
  }

  async #detach(node: string, network: string): Promise<void> {
    await this.#user.call('POST', `/node/${node}/nic/eth0/detach_network`, { network });
  }

  async #startHeadnode(): Promise<void> {
    const path = `/headnode/${HEADNODE}`;
    const images = z.array(z.string()).parse(await this.#user.call('GET', '/headnode_images'));
    if (!images.includes(TEMPLATE))
      throw new LabError(`the template ${TEMPLATE} is not offered, only: ${images.join(', ') || 'none'}`);
    await this.#user.call('PUT', path, { project: PROJECT, base_img: TEMPLATE });
    await this.#user.call('PUT', `${path}/hnic/eth0`);
    await this.#user.call('POST', `${path}/hnic/eth0/connect_network`, { network: 'provision' });
    await this.#user.call('POST', `${path}/start`);
    const { state } = shownHeadnode.parse(await this.#user.call('GET', path));
    if (state !== 'running') throw new LabError(`headnode ${HEADNODE} was started, and is ${state}`);
    this.#screen.done(`headnode ${HEADNODE}: a clone of ${TEMPLATE}, on network provision, has been started`);
  }

  /** Logs in to the headnode, and has it serve what nodes need to boot, and the token. */
  async #serve(): Promise<void> {
    const console = await this.#openConsole(`/headnode/${HEADNODE}`);
    await console.shows(/login: $/, 'the headnode asks for a login', PATIENCE.boot);
    this.#screen.done('it has booted, as its serial console shows');
    await console.enter('root', PROMPT.headnode);
    const lines = [
      `ip addr add ${HEADNODE_ADDRESS}/24 dev eth0`,
      // Without a router that answers, iPXE waits for one of IPv6.
      'ip addr add fd77::1/64 dev eth0',
      'ip link set eth0 up',
      `echo ${this.#token} >/srv/token`,
      'dnsmasq',
      'httpd -h /srv',
    ];
    for (const line of lines) {
      const answer = await console.enter(`${line} && echo went $((40 + 2))`, PROMPT.headnode);
      if (!answer.includes('went 42')) throw new LabError(`on the headnode, "${line}" says: ${answer}`);
    }
    this.#screen.done(`${USER} has logged in there, and started DHCP, TFTP and HTTP`);
  }

  /** Boots a node from the network, and has its shell tell the token. */
  async #boot(node: string): Promise<void> {
    const console = await this.#openConsole(`/node/${node}`);
    await this.#user.call('PUT', `/node/${node}/boot_device`, { bootdev: 'pxe' });
    await this.#user.call('POST', `/node/${node}/power_cycle`);
    this.#screen.done(`${node} is to boot from the network, and has been power cycled`);
    const from = await this.#bootEnd(node);
    if (from !== HEADNODE_ADDRESS)
      throw new LabError(`${node} has not booted from the headnode, but from ${from ?? 'nothing'}\n${console.tail()}`);
    await console.shows(PROMPT.node, `${node} has a shell`, PATIENCE.shell);
    await this.#fetchToken(node);
    this.#screen.done(`${node} has booted over that network: its shell tells the token of the headnode`);
  }

  /** Waits until a node has booted, and answers from where; null when it has found nothing to boot. */
  async #bootEnd(node: string): Promise<string | null> {
    const end = /booted over the network, by (\S+),|No bootable device/;
    const [, from] = await this.#console(`/node/${node}`).shows(end, `${node} has booted or gives up`, PATIENCE.boot);
    return from ?? null;
  }

  /** Types into a node's console what has it fetch the token; only who reaches the headnode can tell it. */
  async #fetchToken(node: string): Promise<void> {
    const answer = await this.#console(`/node/${node}`).enter(
      `tftp -g -r token -l /token ${HEADNODE_ADDRESS} && cat /token`,
      PROMPT.node,
    );
    if (!answer.includes(this.#token)) throw new LabError(`the shell of ${node} does not tell the token, but: ${answer}`);
  }

  /** The MAC address of the headnode's network card, and the device of the switch's machine that it is connected by. */
  async #headnodeCard(): Promise<{ mac: string; device: string }> {
    const { nics } = shownHeadnode.parse(await this.#user.call('GET', `/headnode/${HEADNODE}`));
    const mac = nics[0]?.macaddr ?? '';
    const device = await this.#ground.openVSwitch.vsctl(
      ...['--bare', '--columns=name', 'find', 'interface', `external_ids:attached-mac="${mac}"`],
    );
    return { mac, device: device.trim() };
  }

  async #compare(
    at: Readonly<Record<'headnode' | 'moved' | 'stays', Capture>>,
    mac: Readonly<Record<'headnode' | 'moved' | 'stays', string>>,
    name: Readonly<Record<'moved' | 'stays', string>>,
  ): Promise<void> {
    const seen = (where: keyof typeof at, from: keyof typeof mac) => at[where].count(mac[from]);
    // What arrives where it should shows that these are eyes that see.
    const control = () => seen('stays', 'headnode') >= BROADCASTS && seen('headnode', 'stays') > 0 && seen('moved', 'moved') > 0;
    await until('frames arrive where they should', control, { limit: 5_000, tail: () => 'too few have been seen' });
    const crossed = seen('headnode', 'moved') + seen('stays', 'moved') + seen('moved', 'headnode') + seen('moved', 'stays');
    if (crossed > 0) throw new LabError(`${crossed} frames have crossed between ${name.moved} and the network provision`);
    this.#screen.done(
      `${seen('moved', 'moved')} frames of ${name.moved}, ${seen('headnode', 'headnode')} of the headnode, ` +
        `${seen('stays', 'stays')} of ${name.stays}: none has crossed`,
    );
  }

  async #poolIsEmpty(): Promise<void> {
    const { status } = await this.#user.send('PUT', '/network/one-more', { owner: PROJECT, access: PROJECT, net_id: '' });
    if (status !== 503) throw new LabError(`a network beyond the last VLAN of the pool was answered ${status}, not 503`);
  }

  async #openConsole(owner: string): Promise<Console> {
    const console = await Console.open(this.#user, owner);
    this.#consoles.set(owner, console);
    return console;
  }

  #console(owner: string): Console {
    const console = this.#consoles.get(owner);
    if (!console) throw new LabError(`the console of ${owner} was not opened`);
    return console;
  }
}
