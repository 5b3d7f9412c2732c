import { byName, type Draft, same, shownChange, unnamed } from './draft.ts';
import type { LayoutNic, LayoutNode, SiteLayout } from './layout.ts';
import type { Path } from './place.ts';
import { textOf, whyMissing } from './secrets.ts';
import type { Step } from './step.ts';

const NATIVE = 'vlan/native';

/** Takes steps: those that only add or change, and those of which one deletes something. */
type Steps = Pick<Draft, 'add' | 'replace'>;

/** Nodes, their BMCs, metadata, NICs, cables, reservations and networks. */
export function planNodes(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.nodes);
  for (const [at, node] of (layout.nodes ?? []).entries()) {
    const path = ['nodes', at];
    const known = there.get(node.name);
    if (known) {
      changeBmc(draft, node, known, path);
      changeMetadata(draft, node, known, path);
    } else registerNode(draft, node, path);
    planReservation(draft, node, known, path);
    const before = draft.steps.length;
    planNics(draft, node, known, path);
    checkReserved(draft, draft.steps.slice(before), node, known, path);
  }
  for (const { name, project, nics = [] } of unnamed(site.nodes, layout.nodes)) {
    // Nobody's machine is taken away because a line is missing. The API would refuse it, too, but later.
    if (project != null && draft.manner.deletes)
      draft.conflict(
        ['nodes'],
        `node ${name} is not here, and project ${project} has it: a node is only deleted when it is free`,
      );
    for (const nic of nics) draft.replace(...deleteNic(name, { ...nic, networks: [] }, ['nodes']));
    const values = { node: name };
    draft.replace({
      phase: 'delete nodes',
      kind: 'delete',
      what: `node ${name}`,
      operation: 'node_delete',
      values,
      path: ['nodes'],
    });
  }
}

/** A project's machine is not unplugged, nor freed while it is on networks. The API would refuse it, too, but after other things were done. */
function checkReserved(draft: Draft, ofNics: readonly Step[], node: LayoutNode, known: LayoutNode | undefined, at: Path): void {
  const project = known?.project ?? null;
  if (project === null) return;
  if (draft.manner.deletes && node.project !== undefined && node.project !== project) {
    const named = byName(node.nics);
    const stays = (known?.nics ?? []).find(({ name, networks = [] }) => {
      if (node.nics && !named.has(name)) return false;
      const wanted = named.get(name)?.networks ?? networks;
      return networks.some(({ network, channel }) => wanted.some((each) => each.network === network && each.channel === channel));
    });
    if (stays)
      draft.conflict(
        [...at, 'project'],
        `NIC ${stays.name} of node ${node.name} is on networks, and a project's node is only freed without: networks: [] of the NIC takes it off`,
      );
    return;
  }
  for (const { phase, path, what } of ofNics) {
    if (phase !== 'unplug NICs' && phase !== 'delete NICs') continue;
    draft.conflict(path, `${what}: project ${project} has the node, and only of a free one this is changed (project: null)`);
  }
}

function registerNode(draft: Draft, node: LayoutNode, path: Path): void {
  const { name, agent, metadata, obm, obmd } = node;
  if (!obm && !obmd) draft.mistake([...path, 'obm'], `is missing, or obmd (node ${name} is new)`);
  draft.add({
    phase: 'nodes',
    kind: 'create',
    what: `node ${name}${obm ? ` (${obm.type} at ${obm.host})` : ''}`,
    operation: 'node_register',
    values: {
      node: name,
      agent,
      metadata,
      obm: obm && { ...obm, password: textOf(obm.password) },
      obmd: obmd && { ...obmd, admin_token: textOf(obmd.admin_token) },
    },
    path,
    names: { node: 'name' },
  });
}

/** The way to the BMC: what of it differs, with the login where that is sealed together with it. */
function changeBmc(draft: Draft, node: LayoutNode, known: LayoutNode, path: Path): void {
  const { name, agent, obm, obmd } = node;
  const { renews } = draft.manner;
  const isOtherAgent = agent !== undefined && agent !== known.agent;
  const changes = isOtherAgent ? [shownChange('agent', known.agent, agent)] : [];
  const values: Record<string, unknown> = isOtherAgent ? { agent } : {};
  const needed = (field: string, given: unknown, why: string) => {
    if (typeof given !== 'string') draft.mistake([...path, ...field.split('.')], `${whyMissing(given)}${why}`);
  };
  if (obm) {
    const { user, password, ...settings } = obm;
    const changed = Object.keys(settings).filter(
      (field) => settings[field] !== undefined && !same(settings[field], known.obm?.[field]),
    );
    const isMoved = isOtherAgent || !known.obm || changed.some((field) => ['type', 'host', 'port'].includes(field));
    const needsLogin = isMoved || (renews && (user !== undefined || password !== undefined));
    if (needsLogin) {
      const why = isMoved ? ' (another way to the BMC needs the login again)' : '';
      needed('obm.user', user, why);
      needed('obm.password', password, why);
    }
    changes.push(...changed.map((field) => shownChange(`obm.${field}`, known.obm?.[field], settings[field])));
    if (needsLogin) changes.push('the login of the BMC');
    const change = {
      ...Object.fromEntries((known.obm ? changed : Object.keys(settings)).map((field) => [field, settings[field]])),
      ...(needsLogin ? { user, password: textOf(password) } : {}),
    };
    if (Object.keys(change).length > 0) values['obm'] = change;
  }
  if (obmd) {
    const isMoved = obmd.uri !== known.obmd?.uri;
    const needsToken = isMoved || (renews && obmd.admin_token !== undefined);
    if (needsToken) needed('obmd.admin_token', obmd.admin_token, isMoved ? ' (the token is for one address only)' : '');
    if (isMoved) changes.push(shownChange('obmd.uri', known.obmd?.uri, obmd.uri));
    if (needsToken) {
      changes.push('the token of obmd');
      values['obmd'] = { uri: obmd.uri, admin_token: textOf(obmd.admin_token) };
    }
  }
  if (changes.length === 0) return;
  draft.add({
    phase: 'nodes',
    kind: 'change',
    what: `node ${name}: ${changes.join(', ')}`,
    operation: 'node_update',
    values: { node: name, ...values },
    path,
    names: { node: 'name' },
  });
}

function changeMetadata(draft: Draft, { name, metadata }: LayoutNode, known: LayoutNode, path: Path): void {
  if (!metadata) return;
  const before = known.metadata ?? {};
  for (const [label, value] of Object.entries(metadata)) {
    if (Object.hasOwn(before, label) && same(before[label], value) && typeof before[label] === typeof value) continue;
    draft.add({
      phase: 'metadata',
      kind: Object.hasOwn(before, label) ? 'change' : 'create',
      what: `metadata of node ${name}: ${shownChange(label, before[label], value)}`,
      operation: 'node_set_metadata',
      values: { node: name, label, value },
      path: [...path, 'metadata', label],
      names: { node: null, label: null },
    });
  }
  for (const label of Object.keys(before).filter((each) => !Object.hasOwn(metadata, each))) {
    draft.replace({
      phase: 'delete metadata',
      kind: 'delete',
      what: `metadata of node ${name}: ${label}`,
      operation: 'node_delete_metadata',
      values: { node: name, label },
      path: [...path, 'metadata'],
    });
  }
}

function planReservation(draft: Draft, { name, project }: LayoutNode, known: LayoutNode | undefined, path: Path): void {
  const before = known?.project ?? null;
  if (project === undefined || project === before) return;
  const steps: Step[] = [];
  if (before !== null) {
    steps.push({
      phase: 'take back nodes',
      kind: 'delete',
      what: `reservation of node ${name} for project ${before}`,
      operation: 'project_detach_node',
      values: { project: before, node: name },
      path: [...path, 'project'],
    });
  }
  if (project !== null) {
    steps.push({
      phase: 'reservations',
      kind: 'create',
      what: `reservation of node ${name} for project ${project}`,
      operation: 'project_connect_node',
      values: { project, node: name },
      path,
      names: { node: null },
    });
  }
  if (before === null) draft.add(...steps);
  else draft.replace(...steps);
}

function planNics(draft: Draft, node: LayoutNode, known: LayoutNode | undefined, path: Path): void {
  const there = byName(known?.nics);
  for (const [at, nic] of (node.nics ?? []).entries()) {
    const before = there.get(nic.name);
    const place = [...path, 'nics', at];
    const register: Step = {
      phase: 'NICs',
      kind: 'create',
      what: `NIC ${nic.name} of node ${node.name} (${nic.mac})`,
      operation: 'node_register_nic',
      values: { node: node.name, nic: nic.name, macaddr: nic.mac },
      path: place,
      names: { node: null, nic: 'name', macaddr: 'mac' },
    };
    if (before && before.mac !== nic.mac) {
      // With another address it is another NIC. What the one before is cabled to and on goes with it.
      draft.replace(...deleteNic(node.name, before, place), register);
      const anew: Steps = { add: (...steps) => draft.replace(...steps), replace: (...steps) => draft.replace(...steps) };
      planCable(anew, node.name, nic, undefined, place);
      planConnections(anew, node.name, nic, undefined, place);
    } else {
      if (!before) draft.add(register);
      planCable(draft, node.name, nic, before, place);
      planConnections(draft, node.name, nic, before, place);
    }
  }
  for (const nic of unnamed(known?.nics, node.nics)) draft.replace(...deleteNic(node.name, nic, [...path, 'nics']));
}

function deleteNic(node: string, nic: LayoutNic, path: Path): Step[] {
  return [
    ...takeOff(node, nic, nic.networks ?? [], path),
    ...unplug(node, nic, path, 'delete'),
    {
      phase: 'delete NICs',
      kind: 'delete',
      what: `NIC ${nic.name} of node ${node} (${nic.mac})`,
      operation: 'node_delete_nic',
      values: { node, nic: nic.name },
      path,
    },
  ];
}

/** Makes the cable of a NIC what the layout says; where it says nothing, nothing. */
function planCable(steps: Steps, node: string, nic: LayoutNic, before: LayoutNic | undefined, path: Path): void {
  const { switch: label, port } = nic;
  if (port === undefined || (label === (before?.switch ?? null) && port === (before?.port ?? null))) return;
  if (!label || !port) {
    steps.replace(...(before ? unplug(node, before, path, 'delete') : []));
    return;
  }
  const off = before ? unplug(node, before, path, 'change') : [];
  steps.add(...off, {
    phase: 'cables',
    kind: off.length > 0 ? 'change' : 'create',
    what: `cable of NIC ${nic.name} of node ${node}: to port ${port} of switch ${label}`,
    operation: 'port_connect_nic',
    values: { switch: label, port, node, nic: nic.name },
    path,
    names: { node: null, nic: null },
  });
}

function unplug(node: string, { name, switch: label, port }: LayoutNic, path: Path, kind: 'change' | 'delete'): Step[] {
  if (!label || !port) return [];
  const what = `cable of NIC ${name} of node ${node}: off port ${port} of switch ${label}`;
  return [{ phase: 'unplug NICs', kind, what, operation: 'port_detach_nic', values: { switch: label, port }, path }];
}

/** Puts a NIC on the networks that the layout says: on the untagged one first and off it last, since some switches demand it. */
function planConnections(steps: Steps, node: string, nic: LayoutNic, before: LayoutNic | undefined, path: Path): void {
  const wanted = nic.networks;
  if (!wanted) return;
  const there = before?.networks ?? [];
  const isIn = (list: typeof there, { network, channel }: (typeof there)[number]) =>
    list.some((each) => each.network === network && each.channel === channel);
  const gone = there.filter((each) => !isIn(wanted, each));
  steps.replace(...takeOff(node, nic, gone, path));
  for (const { network, channel } of inOrder(wanted)) {
    if (isIn(there, { network, channel })) continue;
    const step: Step = {
      phase: 'connections',
      kind: 'create',
      what: `NIC ${nic.name} of node ${node} on network ${network} (${channel})`,
      operation: 'node_connect_network',
      values: { node, nic: nic.name, network, channel },
      path: [...path, 'networks', wanted.findIndex((each) => each.network === network)],
      names: { node: null, nic: null },
      lane: `${node}\n${nic.name}`,
    };
    // Its place must be free first.
    const isTaken = gone.some((each) => each.network === network || each.channel === channel);
    if (isTaken) steps.replace(step);
    else steps.add(step);
  }
}

/** Takes a NIC off networks. */
function takeOff(node: string, { name }: LayoutNic, networks: NonNullable<LayoutNic['networks']>, path: Path): Step[] {
  return inOrder(networks)
    .reverse()
    .map(({ network, channel }) => ({
      phase: 'take NICs off networks',
      kind: 'delete',
      what: `NIC ${name} of node ${node} on network ${network} (${channel})`,
      operation: 'node_detach_network',
      values: { node, nic: name, network },
      path,
      lane: `${node}\n${name}`,
    }));
}

/** The untagged network first. */
function inOrder<T extends { readonly channel: string }>(networks: readonly T[]): T[] {
  const isTagged = ({ channel }: T) => Number(channel !== NATIVE);
  return [...networks].sort((a, b) => isTagged(a) - isTagged(b));
}
