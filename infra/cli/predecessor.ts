import type { Operation } from './document.ts';
import { Failure } from './failure.ts';
import { type Form, neededWord, type Place, placeOf, usualForm, type Words, word } from './form.ts';
import { groupedName } from './names.ts';

/** Words by which an operation is called, and what comes after them. */
export interface Spelling {
  readonly words: readonly string[];
  readonly operation: Operation;
  readonly form: Form;
  /** `id` and `grouped` are the two that every operation has, by rule. */
  readonly kind: 'id' | 'grouped' | 'alias';
}

const role: Place = {
  name: 'role',
  choices: ['admin', 'regular'],
  description: 'Whether the user is an administrator',
  example: 'regular',
  isOptional: true,
};
const isAdmin = (words: Words) => (words['role'] === undefined ? {} : { is_admin: words['role'] === 'admin' });
const user: Place = { name: 'user' };
const project: Place = { name: 'project' };
const network: Place = { name: 'network' };

/** The settings of a switch that came as a fourth word. */
const FOURTH: Readonly<Record<string, string>> = {
  nexus: 'dummy_vlan',
  delln3000: 'dummy_vlan',
  brocade: 'interface_type',
  dellnos9: 'interface_type',
};

/** Forms that the predecessor had and the rule does not make, for both spellings of an operation. */
const forms: Readonly<Record<string, Form>> = {
  user_create: {
    places: [user, { name: 'password', isSecret: () => true, example: '-' }, role],
    fields: (words) => ({ user: words['user'], password: words['password'], ...isAdmin(words) }),
  },
  user_set_admin: {
    places: [user, role],
    fields: (words) => ({ user: words['user'], ...isAdmin(words) }),
  },
  network_create: {
    places: [
      network,
      { name: 'owner' },
      { name: 'access', isOptional: true, description: 'Project that may use it, or "" for all; the owner unless given' },
      { name: 'net_id', isOptional: true, description: 'VLAN id, for administrators; one from the pool unless given' },
    ],
  },
  node_connect_network: {
    places: [{ name: 'node' }, { name: 'nic' }, network, { name: 'channel', isOptional: true }],
  },
  list_network_attachments: {
    places: [network, { name: 'project', isOptional: true, description: 'Only of nodes of this project; all unless given' }],
    fields: ({ project: only, ...words }) => ({ ...words, project: only === 'all' ? undefined : only }),
  },
  node_register: {
    places: [
      { name: 'node' },
      { name: 'type', isOptional: true, description: 'ipmi, or the address of the node at obmd', example: 'ipmi' },
      {
        name: 'host',
        isOptional: true,
        description: 'Address of the BMC, or the admin token of obmd',
        isSecret: isToken,
        example: '10.0.7.11',
      },
      { name: 'bmc_user', isOptional: true, description: 'User of the BMC', example: 'haas' },
      { name: 'password', isOptional: true, description: 'Password of that user', isSecret: () => true, example: '-' },
    ],
    fields: (words) => ({ node: words['node'], ...wayToBmc(words) }),
  },
  switch_register: {
    places: [
      { name: 'switch' },
      { name: 'type', example: 'nexus' },
      {
        name: 'hostname',
        isOptional: true,
        description: 'Address of the switch, or all fields as one JSON object',
        example: '10.0.7.2',
      },
      { name: 'username', isOptional: true, example: 'admin' },
      { name: 'password', isOptional: true, isSecret: () => true, example: '-' },
      {
        name: 'setting',
        isOptional: true,
        description: 'Of nexus and delln3000 the dummy VLAN, of brocade and dellnos9 the type of ports',
        example: '4000',
      },
    ],
    fields: ({ setting, ...words }) => {
      const { hostname, ...others } = words;
      if (typeof hostname === 'string' && hostname.startsWith('{')) return { ...others, ...objectOf(hostname) };
      return { ...words, ...(setting === undefined ? {} : { [settingOf(words)]: setting }) };
    },
  },
};

/** An obmd is told by its address and token, two words; a BMC by three after its type. */
function isToken(words: Words): boolean {
  return words['bmc_user'] === undefined;
}

function wayToBmc(words: Words): Record<string, unknown> {
  const type = word(words, 'type');
  if (type === undefined) return {};
  const host = neededWord(words, 'host');
  if (isToken(words)) return { obmd: { uri: type, admin_token: host } };
  return { obm: { type, host, user: words['bmc_user'], password: neededWord(words, 'password') } };
}

function settingOf(words: Words): string {
  const type = neededWord(words, 'type');
  const name = FOURTH[type.slice(type.lastIndexOf('/') + 1)];
  if (name === undefined)
    throw new Failure('usage', `a switch of type ${type} has no word after its password: use the options (--help)`);
  return name;
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // What it is not is told below.
  }
  throw new Failure('usage', 'the fields of a switch are no JSON object');
}

/** Further spellings: of 2016 in one word, of the groups that came later in several. Those with an operation's own id replace its form. */
const others: readonly (readonly [words: string, operation: string, form?: Form])[] = [
  ['list_free_nodes', 'list_nodes', { places: [], fields: () => ({ is_free: 'free' }) }],
  ['port_register', 'switch_register_port'],
  ['port_delete', 'switch_delete_port'],
  ['metadata_set', 'node_set_metadata'],
  ['metadata_delete', 'node_delete_metadata'],
  [
    'network_create_simple',
    'network_create',
    { places: [network, project], fields: (words) => ({ network: words['network'], owner: words['project'] }) },
  ],
  ['network_grant_project_access', 'network_grant_project_access', { places: [project, network] }],
  ['network_revoke_project_access', 'network_revoke_project_access', { places: [project, network] }],
  ['audit', 'list_audit'],
  ['project audit', 'list_project_audit'],
  ['user set-admin', 'user_set_admin'],
  ['project list-networks', 'list_project_networks'],
  ['project node add', 'project_connect_node'],
  ['project node remove', 'project_detach_node'],
  ['node bootdev', 'node_set_bootdev'],
  ['node metadata add', 'node_set_metadata'],
  ['node obm enable', 'node_enable_disable_obm', obmForm(true)],
  ['node obm disable', 'node_enable_disable_obm', obmForm(false)],
  ['network list-attachments', 'list_network_attachments'],
  ['network grant-access', 'network_grant_project_access'],
  ['network revoke-access', 'network_revoke_project_access'],
  ['headnode list', 'list_project_headnodes'],
  ['headnode list-images', 'list_headnode_images'],
  ['headnode nic create', 'headnode_create_hnic'],
  ['headnode nic delete', 'headnode_delete_hnic'],
  ['port register', 'switch_register_port'],
  ['port delete', 'switch_delete_port'],
  ['port nic add', 'port_connect_nic'],
  ['port nic remove', 'port_detach_nic'],
];

function obmForm(enabled: boolean): Form {
  return { places: [{ name: 'node' }], fields: (words) => ({ ...words, enabled }) };
}

/** What fields that must be sent are where nobody gives them. */
export const defaults: Readonly<Record<string, (fields: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
  network_create: ({ owner }) => ({ access: owner, net_id: '' }),
};

/** Every spelling of every operation. */
export function spellingsOf(operations: readonly Operation[]): Spelling[] {
  const own = new Set(others.map(([words]) => words));
  const derived = operations.flatMap((operation): Spelling[] => {
    const form = described(operation, forms[operation.id] ?? usualForm(operation));
    return [
      { words: groupedName(operation), operation, form, kind: 'grouped' },
      ...(own.has(operation.id) ? [] : [{ words: [operation.id], operation, form, kind: 'id' } as const]),
    ];
  });
  const additional = others.flatMap(([text, id, form]): Spelling[] => {
    const operation = operations.find((each) => each.id === id);
    if (!operation) return [];
    const words = text.split(' ');
    const known = form ?? forms[id] ?? usualForm(operation);
    return [{ words, operation, form: described(operation, known), kind: text === id ? 'id' : 'alias' }];
  });
  return [...derived, ...additional];
}

/** A form whose places say what the document says of their fields. */
function described({ fields }: Operation, form: Form): Form {
  const places = form.places.map((place) => {
    const field = fields.find(({ name }) => name === place.name);
    return field ? { ...placeOf(field), ...place } : place;
  });
  return { ...form, places };
}
