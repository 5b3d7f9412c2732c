import { byName, type Draft, same, unnamed } from './draft.ts';
import type { LayoutHeadnode, LayoutNetwork, SiteLayout } from './layout.ts';
import type { Path } from './place.ts';
import { textOf } from './secrets.ts';

/** Networks, and who may use them. */
export function planNetworks(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.networks);
  // A network of the administrators that nobody may use is made for somebody, and taken away again.
  const [anybody] = [...(layout.projects ?? []), ...(site.projects ?? [])];
  for (const [at, network] of (layout.networks ?? []).entries()) {
    const path = ['networks', at];
    const known = there.get(network.name);
    if (known) compareNetwork(draft, network, known, path);
    const first = known ? undefined : createNetwork(draft, network, path, anybody?.name);
    planAccess(draft, network, known ? known.access : first === undefined ? [] : [first], path, known === undefined);
  }
  for (const { name } of unnamed(site.networks, layout.networks)) {
    const values = { network: name };
    const what = `network ${name}`;
    draft.replace({ phase: 'delete networks', kind: 'delete', what, operation: 'network_delete', values, path: ['networks'] });
  }
}

/** Answers the project that may use it to begin with. */
function createNetwork(draft: Draft, network: LayoutNetwork, path: Path, anybody: string | undefined): string | undefined {
  const { name, owner, access, vlan } = network;
  const first = access === 'public' ? undefined : (owner ?? access[0] ?? anybody);
  if (access !== 'public' && first === undefined) draft.mistake([...path, 'access'], 'is empty, and there is no project');
  draft.add({
    phase: 'networks',
    kind: 'create',
    what: `network ${name} of ${owner === null ? 'the administrators' : `project ${owner}`}${vlan === undefined ? '' : `, VLAN ${vlan}`}`,
    operation: 'network_create',
    values: { network: name, owner: owner ?? 'admin', access: first ?? '', net_id: '', vlan },
    path,
    names: { network: 'name' },
  });
  return first;
}

function compareNetwork(draft: Draft, network: LayoutNetwork, known: LayoutNetwork, path: Path): void {
  const anew = 'and no network changes that: delete it, and import again';
  if (network.owner !== known.owner)
    draft.conflict([...path, 'owner'], `network ${network.name} is of ${known.owner ?? 'the administrators'}, ${anew}`);
  if (network.vlan !== undefined && network.vlan !== known.vlan)
    draft.conflict([...path, 'vlan'], `network ${network.name} has VLAN ${known.vlan}, ${anew}`);
  if ((network.access === 'public') !== (known.access === 'public')) {
    const what = known.access === 'public' ? 'is open to all' : 'is open to some projects only';
    draft.conflict([...path, 'access'], `network ${network.name} ${what}, ${anew}`);
  }
}

function planAccess(
  draft: Draft,
  { name, owner, access }: LayoutNetwork,
  before: LayoutNetwork['access'],
  path: Path,
  isNew: boolean,
): void {
  if (access === 'public' || before === 'public') return;
  for (const [at, project] of access.entries()) {
    if (before.includes(project) || project === owner) continue;
    draft.add({
      phase: 'access',
      kind: 'create',
      what: `project ${project} may use network ${name}`,
      operation: 'network_grant_project_access',
      values: { network: name, project },
      path: [...path, 'access', at],
      names: { network: null, project: null },
    });
  }
  for (const project of before.filter((each) => !access.includes(each) && each !== owner)) {
    const step = { what: `project ${project} may use network ${name}`, operation: 'network_revoke_project_access' };
    const values = { network: name, project };
    if (isNew) draft.add({ ...step, phase: 'access', kind: 'create', what: `network ${name}: for nobody`, values, path });
    else draft.replace({ ...step, phase: 'close networks', kind: 'delete', values, path: [...path, 'access'] });
  }
}

/** Fields of a headnode that nothing changes once it is there. */
const FROZEN = ['project', 'base_img', 'agent', 'memory', 'vcpus', 'disk', 'full_copy'] as const;

/** Headnodes, their interfaces, and the network of each. */
export function planHeadnodes(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.headnodes);
  for (const [at, headnode] of (layout.headnodes ?? []).entries()) {
    const path = ['headnodes', at];
    const known = there.get(headnode.name);
    const { name, hnics: _, user_data, ...fields } = headnode;
    if (!known) {
      draft.add({
        phase: 'headnodes',
        kind: 'create',
        what: `headnode ${name} of project ${fields.project}`,
        operation: 'headnode_create',
        values: { headnode: name, ...fields, user_data: textOf(user_data) },
        path,
        names: { headnode: 'name' },
      });
    }
    for (const field of known ? FROZEN : []) {
      if (headnode[field] === undefined || same(headnode[field], known?.[field])) continue;
      const message = `headnode ${name} has ${known?.[field]}, and no headnode changes that: delete it, and import again`;
      draft.conflict([...path, field], message);
    }
    planHnics(draft, headnode, known, path);
  }
  for (const { name } of unnamed(site.headnodes, layout.headnodes)) {
    const values = { headnode: name };
    const what = `headnode ${name}`;
    draft.replace({ phase: 'delete headnodes', kind: 'delete', what, operation: 'headnode_delete', values, path: ['headnodes'] });
  }
}

function planHnics(draft: Draft, { name: headnode, hnics }: LayoutHeadnode, known: LayoutHeadnode | undefined, path: Path): void {
  const there = byName(known?.hnics);
  for (const [at, { name: hnic, network }] of (hnics ?? []).entries()) {
    const place = [...path, 'hnics', at];
    const before = there.get(hnic);
    const shown = `interface ${hnic} of headnode ${headnode}`;
    if (!before) {
      draft.add({
        phase: 'interfaces of headnodes',
        kind: 'create',
        what: shown,
        operation: 'headnode_create_hnic',
        values: { headnode, hnic },
        path: place,
        names: { headnode: null, hnic: 'name' },
        // One after another: the order in which they come is the order that the machine has them in.
        lane: headnode,
      });
    }
    if (network === undefined || network === (before?.network ?? null)) continue;
    if (network === null) {
      const values = { headnode, hnic };
      const what = `${shown} on network ${before?.network}`;
      draft.replace({
        phase: 'take headnodes off networks',
        kind: 'delete',
        what,
        operation: 'headnode_detach_network',
        values,
        path: place,
      });
    } else {
      draft.add({
        phase: 'networks of headnodes',
        kind: before?.network ? 'change' : 'create',
        what: `${shown} on network ${network}`,
        operation: 'headnode_connect_network',
        values: { headnode, hnic, network },
        path: place,
        names: { headnode: null, hnic: null },
      });
    }
  }
  for (const { name: hnic } of unnamed(known?.hnics, hnics)) {
    draft.replace({
      phase: 'delete interfaces of headnodes',
      kind: 'delete',
      what: `interface ${hnic} of headnode ${headnode}`,
      operation: 'headnode_delete_hnic',
      values: { headnode, hnic },
      path: [...path, 'hnics'],
    });
  }
}
