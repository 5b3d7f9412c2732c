/** What operations are about: one tag for each folder of `functions/` that holds operations. Of those whose path fits, the first is meant. */
const tags = [
  { name: 'token', path: /^\/auth\/token/, description: 'API tokens, with which programs sign in' },
  {
    name: 'user',
    path: /^\/auth\/basic\//,
    description: 'Users who sign in with a password, and the projects that they act for',
  },
  { name: 'project', path: /^\/project/, description: 'Projects, and the nodes that they have reserved' },
  { name: 'console', path: /^\/node\/\{node\}\/console/, description: 'Serial consoles of nodes: live, logged, and typed into' },
  { name: 'nic', path: /^\/node\/\{node\}\/nic\/\{nic\}$/, description: 'NICs of nodes' },
  { name: 'node-metadata', path: /^\/node\/\{node\}\/metadata/, description: 'Facts about nodes, as administrators note them' },
  { name: 'node', path: /^\/nodes?\//, description: 'Nodes: physical machines, their power, boot device and networks' },
  {
    name: 'headnode-console',
    path: /^\/headnode\/\{headnode\}\/console/,
    description: 'Serial consoles of headnodes: live, logged, and typed into',
  },
  { name: 'headnode', path: /^\/headnode/, description: 'Headnodes: virtual machines from which a project installs its nodes' },
  { name: 'port', path: /^\/switch\/\{switch\}\/port\//, description: 'Switch ports, and the NICs that are cabled to them' },
  { name: 'switch', path: /^\/switch/, description: 'Switches, and how they are reached' },
  { name: 'network', path: /^\/network(s|\/)/, description: 'Networks: each a VLAN of its own, and who may use it' },
  { name: 'networking-action', path: /^\/networking_action\//, description: 'What became of what a device was to do' },
  { name: 'audit', path: /^\/audit/, description: 'Who changed what, and the proof that the record is whole' },
  { name: 'event', path: /^\/events$/, description: 'What is changed, told as it happens' },
  { name: 'site', path: /^\/site$/, description: 'Everything that is registered, as one document' },
  { name: 'agent', path: /^\/agent/, description: 'Agents: the programs that touch the devices' },
  { name: 'extension', path: /^\/active_extensions$/, description: 'Drivers and back ends in force' },
] as const;

/** The tags of a document, as far as an operation has them. */
export function tagsOf(paths: readonly string[]): { readonly name: string; readonly description: string }[] {
  const used = new Set(paths.map(tagOf));
  return tags.filter(({ name }) => used.has(name)).map(({ name, description }) => ({ name, description }));
}

/** The tag of an operation with this path. */
export function tagOf(path: string): string {
  const found = tags.find((tag) => tag.path.test(path));
  if (!found) throw new Error(`no tag fits the path ${path}: add one to tags.ts`);
  return found.name;
}
