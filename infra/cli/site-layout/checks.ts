import { byName } from './draft.ts';
import type { LayoutNetwork, LayoutNic, LayoutNode, SiteLayout } from './layout.ts';
import type { Mistake, Path } from './place.ts';

/** The owner that stands for the administrators where the API is asked. */
const ADMINISTRATORS = 'admin';
const NATIVE = 'vlan/native';

/** Everything that has a name of its own. */
const LISTS = ['projects', 'users', 'switches', 'nodes', 'networks', 'headnodes'] as const;

/** What a layout contradicts itself in: names, addresses, ports, VLANs and channels that are given twice. */
export function contradictions(layout: SiteLayout): Mistake[] {
  const twice = new Twice();
  for (const list of LISTS) {
    for (const [at, { name }] of (layout[list] ?? []).entries()) twice.add(list, name, [list, at, 'name'], name);
  }
  const { projects = [], switches = [], nodes = [], networks = [], headnodes = [] } = layout;
  for (const [at, { members = [] }] of projects.entries()) {
    for (const [index, user] of members.entries()) twice.add(`members ${at}`, user, ['projects', at, 'members', index], user);
  }
  for (const [at, each] of switches.entries()) {
    const { name, type, ports = [] } = each;
    if (type !== 'mock') {
      const address = [each['hostname'], each['port'] ?? '', each['transport'] ?? ''].join(' ');
      twice.add(
        'addresses of switches',
        address,
        ['switches', at, 'hostname'],
        `switch ${name}`,
        ', and one switch must not have two names',
      );
    }
    for (const [index, port] of ports.entries())
      twice.add(`ports ${name}`, port.name, ['switches', at, 'ports', index, 'name'], port.name);
  }
  for (const [at, node] of nodes.entries()) checkNode(twice, node, ['nodes', at]);
  for (const [at, { name, owner, access, vlan }] of networks.entries()) {
    const path = ['networks', at];
    if (vlan !== undefined) twice.add('VLANs', String(vlan), [...path, 'vlan'], `VLAN ${vlan}`);
    const dummy = vlan === undefined ? undefined : switches.find((each) => String(each['dummy_vlan']) === String(vlan));
    if (dummy) twice.mistakes.push({ path: [...path, 'vlan'], message: `switch ${dummy.name} keeps VLAN ${vlan} for itself` });
    if (owner === ADMINISTRATORS)
      twice.mistakes.push({ path: [...path, 'owner'], message: 'must be null where the administrators own it' });
    if (owner !== null && access === 'public') {
      const message = 'cannot be public: only the administrators (owner: null) open a network to all';
      twice.mistakes.push({ path: [...path, 'access'], message });
    }
    for (const [index, project] of (access === 'public' ? [] : access).entries())
      twice.add(`access ${name}`, project, [...path, 'access', index], project);
  }
  for (const [at, { hnics = [] }] of headnodes.entries()) {
    for (const [index, { name }] of hnics.entries())
      twice.add(`hnics ${at}`, name, ['headnodes', at, 'hnics', index, 'name'], name);
  }
  return twice.mistakes;
}

function checkNode(twice: Twice, node: LayoutNode, path: Path): void {
  const { name, obm, obmd, nics = [] } = node;
  if (obm && obmd) {
    const message =
      'stands beside obmd, and HaaS reaches a BMC in one way: take one out, or choose for all with --bmc obm or --bmc obmd';
    twice.mistakes.push({ path: [...path, 'obm'], message });
  }
  if (obm && obm.type !== 'mock') {
    twice.add('BMCs', bmcAt(obm), [...path, 'obm', 'host'], `node ${name}`, ", and each would switch the other's machine");
  }
  for (const [at, nic] of nics.entries()) {
    const place = [...path, 'nics', at];
    twice.add(`nics ${name}`, nic.name, [...place, 'name'], nic.name);
    if (nic.switch && nic.port)
      twice.add('cables', `${nic.switch}\n${nic.port}`, [...place, 'port'], `NIC ${nic.name} of node ${name}`);
    checkConnections(twice, node, nic, place);
  }
}

function checkConnections(twice: Twice, { name, project }: LayoutNode, nic: LayoutNic, path: Path): void {
  const { networks = [], port } = nic;
  if (networks.length > 0 && port === null)
    twice.mistakes.push({ path: [...path, 'networks'], message: `NIC ${nic.name} is cabled to nothing` });
  if (networks.length > 0 && project === null)
    twice.mistakes.push({ path: [...path, 'networks'], message: `node ${name} is free: only a project's nodes are on networks` });
  for (const [at, { network, channel }] of networks.entries()) {
    twice.add(`networks ${path.join(' ')}`, network, [...path, 'networks', at, 'network'], network);
    twice.add(`channels ${path.join(' ')}`, channel, [...path, 'networks', at, 'channel'], channel);
  }
}

/** Finds what is given twice. */
class Twice {
  readonly mistakes: Mistake[] = [];
  readonly #first = new Map<string, { readonly path: Path; readonly what: string }>();

  add(kind: string, value: string, path: Path, what: string, why = ''): void {
    const key = `${kind}\n${value}`;
    const first = this.#first.get(key);
    if (!first) this.#first.set(key, { path, what });
    else this.mistakes.push({ path, message: `is given twice: ${first.what} has it already${why}` });
  }
}

/** What a layout names that is not there afterwards. `agents`: those that are enrolled; `deletes`: what the layout does not have goes. */
export function unknownNames(layout: SiteLayout, site: SiteLayout, agents: readonly string[], deletes: boolean): Mistake[] {
  const mistakes: Mistake[] = [];
  const names = (list: (typeof LISTS)[number]) =>
    new Set([...(deletes && layout[list] ? [] : (site[list] ?? [])), ...(layout[list] ?? [])].map(({ name }) => name));
  const [projects, users, switches, networks] = [names('projects'), names('users'), names('switches'), names('networks')];
  const enrolled = new Set(agents);
  const need = (known: ReadonlySet<string>, what: string, name: string | null | undefined, path: Path) => {
    if (name != null && !known.has(name))
      mistakes.push({ path, message: `there is no ${what} ${name}, here or at the site${deletes ? ' afterwards' : ''}` });
  };
  const needAgent = (name: string | undefined, path: Path) => {
    if (name !== undefined && !enrolled.has(name)) mistakes.push({ path, message: `no agent ${name} is enrolled` });
  };
  for (const [at, { members = [] }] of (layout.projects ?? []).entries()) {
    for (const [index, user] of members.entries()) need(users, 'user', user, ['projects', at, 'members', index]);
  }
  for (const [at, { agent }] of (layout.switches ?? []).entries()) needAgent(agent, ['switches', at, 'agent']);
  for (const [at, { agent, project, nics = [] }] of (layout.nodes ?? []).entries()) {
    needAgent(agent, ['nodes', at, 'agent']);
    need(projects, 'project', project, ['nodes', at, 'project']);
    for (const [index, nic] of nics.entries()) {
      const path = ['nodes', at, 'nics', index];
      need(switches, 'switch', nic.switch, [...path, 'switch']);
      for (const [position, { network }] of (nic.networks ?? []).entries())
        need(networks, 'network', network, [...path, 'networks', position, 'network']);
    }
  }
  for (const [at, { owner, access }] of (layout.networks ?? []).entries()) {
    need(projects, 'project', owner, ['networks', at, 'owner']);
    for (const [index, project] of (access === 'public' ? [] : access).entries())
      need(projects, 'project', project, ['networks', at, 'access', index]);
  }
  for (const [at, { agent, project, hnics = [] }] of (layout.headnodes ?? []).entries()) {
    needAgent(agent, ['headnodes', at, 'agent']);
    need(projects, 'project', project, ['headnodes', at, 'project']);
    for (const [index, { network }] of hnics.entries())
      need(networks, 'network', network, ['headnodes', at, 'hnics', index, 'network']);
  }
  return [...mistakes, ...impossibleConnections(layout, site)];
}

/** Networks on which a NIC cannot be: not open to the project of its node, or on a channel that is another network's. */
function impossibleConnections(layout: SiteLayout, site: SiteLayout): Mistake[] {
  const mistakes: Mistake[] = [];
  const networks = byName([...(site.networks ?? []), ...(layout.networks ?? [])]);
  const vlans = new Map((site.networks ?? []).map(({ name, vlan }) => [name, vlan]));
  const there = byName(site.nodes);
  for (const [at, node] of (layout.nodes ?? []).entries()) {
    const project = node.project === undefined ? (there.get(node.name)?.project ?? null) : node.project;
    for (const [index, nic] of (node.nics ?? []).entries()) {
      const cabled = nic.port === undefined ? there.get(node.name)?.nics?.find(({ name }) => name === nic.name)?.port : nic.port;
      for (const [position, { network: name, channel }] of (nic.networks ?? []).entries()) {
        const path = ['nodes', at, 'nics', index, 'networks', position];
        if (!cabled) mistakes.push({ path, message: `NIC ${nic.name} is cabled to nothing` });
        const network = networks.get(name);
        if (!network) continue;
        const vlan = network.vlan ?? vlans.get(name);
        if (channel !== NATIVE && channel !== `vlan/${vlan}`) {
          const tagged =
            vlan === undefined ? 'vlan/ and its VLAN, which is taken from the pool: name one (vlan)' : `vlan/${vlan}`;
          mistakes.push({ path: [...path, 'channel'], message: `must be ${NATIVE} or ${tagged}` });
        }
        if (project === null && node.project === undefined)
          mistakes.push({ path, message: `node ${node.name} is free: name its project` });
        if (project !== null && !mayUse(network, project))
          mistakes.push({ path: [...path, 'network'], message: `network ${name} is not open to project ${project}` });
      }
    }
  }
  for (const [at, { project, hnics = [] }] of (layout.headnodes ?? []).entries()) {
    for (const [index, { network: name }] of hnics.entries()) {
      const network = networks.get(name ?? '');
      if (network && !mayUse(network, project))
        mistakes.push({
          path: ['headnodes', at, 'hnics', index, 'network'],
          message: `network ${name} is not open to project ${project}`,
        });
    }
  }
  return mistakes;
}

function mayUse({ owner, access }: LayoutNetwork, project: string): boolean {
  return access === 'public' || owner === project || access.includes(project);
}

/** What a layout gives to one thing that another has, which the layout leaves as it is: ports, addresses and VLANs. */
export function collisions(layout: SiteLayout, site: SiteLayout, deletes: boolean): Mistake[] {
  const mistakes: Mistake[] = [];
  /** What stays at the site, and is not in the layout. */
  const stays = <T extends { readonly name: string }>(there: readonly T[] | undefined, list: readonly T[] | undefined): T[] => {
    if (deletes && list) return [];
    const named = byName(list);
    return (there ?? []).filter(({ name }) => !named.has(name));
  };
  const there = byName(site.nodes);
  const taken = new Map<string, string>();
  const judge = (key: string, path: Path) => {
    const other = taken.get(key);
    if (other !== undefined) mistakes.push({ path, message: `${other} has it already` });
  };
  for (const { name, vlan } of stays(site.networks, layout.networks)) taken.set(`vlan ${vlan}`, `network ${name}`);
  for (const { name, obm } of stays(site.nodes, layout.nodes))
    if (obm && obm.type !== 'mock') taken.set(bmcAt(obm), `node ${name}`);
  for (const [node, nic] of [
    ...stays(site.nodes, layout.nodes).flatMap(({ name, nics = [] }) => nics.map((each) => [name, each] as const)),
    ...(layout.nodes ?? []).flatMap(({ name, nics }) => {
      const before = there.get(name)?.nics;
      const silent = (nics ?? []).filter(({ port }) => port === undefined).map((each) => each.name);
      return [...stays(before, nics), ...(before ?? []).filter((each) => silent.includes(each.name))].map(
        (each) => [name, each] as const,
      );
    }),
  ]) {
    if (nic.switch && nic.port) taken.set(`port ${nic.switch}\n${nic.port}`, `NIC ${nic.name} of node ${node}`);
  }
  for (const [at, { vlan }] of (layout.networks ?? []).entries())
    if (vlan !== undefined) judge(`vlan ${vlan}`, ['networks', at, 'vlan']);
  for (const [at, { obm, nics = [] }] of (layout.nodes ?? []).entries()) {
    if (obm && obm.type !== 'mock') judge(bmcAt(obm), ['nodes', at, 'obm', 'host']);
    for (const [index, nic] of nics.entries())
      if (nic.switch && nic.port) judge(`port ${nic.switch}\n${nic.port}`, ['nodes', at, 'nics', index, 'port']);
  }
  return mistakes;
}

function bmcAt({ host, port = 623 }: NonNullable<LayoutNode['obm']>): string {
  return `BMC ${host} ${port}`;
}

/** What is no mistake, but seldom meant. */
export function oddities(layout: SiteLayout): Mistake[] {
  const twice = new Twice();
  for (const [at, { name, nics = [] }] of (layout.nodes ?? []).entries()) {
    for (const [index, nic] of nics.entries())
      if (nic.mac !== '') twice.add('MACs', nic.mac, ['nodes', at, 'nics', index, 'mac'], `NIC ${nic.name} of node ${name}`);
  }
  return twice.mistakes;
}
