import { z } from 'zod';
import { switchFamilies } from '../../db/devices/families.ts';
import { mock } from '../../db/devices/mock.ts';
import { nexus } from '../../db/devices/nexus.ts';
import { bmcSettings, obmDescriptions, obmType } from '../../db/devices/obm.ts';
import { type RegisteredSite, readSite } from '../../db/queries/site.ts';
import {
  agentLabel,
  channel,
  headnodeLabel,
  hnicLabel,
  imageLabel,
  macAddress,
  metadataLabel,
  networkLabel,
  nicLabel,
  nodeLabel,
  portLabel,
  projectLabel,
  switchLabel,
  userLabel,
} from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { idle } from '../rules/native-first.ts';
import { quotaLimit } from '../rules/quota.ts';

/** The first is the one of which an example is made. */
const families = [nexus, ...switchFamilies.filter((family) => family !== nexus)];

const project = z.strictObject({
  name: projectLabel,
  members: z.array(userLabel).meta({ description: 'Users who act for the project' }),
  quota: z
    .strictObject({ nodes: quotaLimit('nodes'), networks: quotaLimit('networks'), headnodes: quotaLimit('headnodes') })
    .meta({ description: 'How much the project may have' }),
});

const user = z.strictObject({
  name: userLabel,
  is_admin: z.boolean().meta({ description: 'Whether the user is an administrator', examples: [false] }),
});

const switchFields = {
  name: switchLabel,
  hostname: z.string().meta({ description: 'Address or DNS name of the switch', examples: ['10.0.5.21'] }),
  port: z
    .int()
    .optional()
    .meta({ description: 'TCP port of the switch, where it has an address', examples: [22] }),
  agent: agentLabel.meta({ description: 'Agent that reaches the switch' }),
  idle,
  ports: z
    .array(
      z.strictObject({
        name: portLabel,
        idle: idle.optional().meta({ description: 'What the port is without a network, if not what its switch says' }),
      }),
    )
    .meta({ description: 'Ports that are registered' }),
};

const nic = z.strictObject({
  name: nicLabel,
  mac: macAddress,
  switch: switchLabel.nullable().meta({ description: 'Switch that it is cabled to; null: none' }),
  port: portLabel.nullable().meta({ description: 'Port that it is cabled to; null: none' }),
  networks: z.array(z.strictObject({ network: networkLabel, channel })).meta({ description: 'Networks that it is on' }),
});

const nodeFields = {
  name: nodeLabel,
  metadata: z
    .record(metadataLabel, z.json().meta({ description: 'Any JSON value', examples: ['A7'] }))
    .meta({ description: 'What is to be known about the node, by name' }),
  project: projectLabel.nullable().meta({ description: 'Project that has the node; null: it is free' }),
  nics: z.array(nic).meta({ description: 'NICs of the node' }),
};

const obm = z
  .strictObject({
    type: obmType.meta(obmDescriptions.type),
    host: z.string().meta(obmDescriptions.host),
    port: z.int().meta(obmDescriptions.port),
    ...bmcSettings.shape,
  })
  .meta({ description: 'How an agent reaches the BMC' });
const obmd = z
  .strictObject({
    uri: z.string().meta({ description: 'Address of the node at obmd', examples: ['https://obmd.example.org/node/node-01'] }),
  })
  .meta({ description: 'How obmd reaches the BMC' });
const bmcAgent = agentLabel.meta({ description: 'Agent that reaches the BMC' });

const network = z.strictObject({
  name: networkLabel,
  owner: projectLabel.nullable().meta({ description: 'Project that owns the network; null: the administrators do' }),
  access: z
    .union([
      z.array(projectLabel).meta({ description: 'Projects that may use it' }),
      z.literal('public').meta({ description: 'Every project may use it' }),
    ])
    .meta({ description: 'Projects that may use the network, or public: all may' }),
  vlan: z.int().meta({ description: 'VLAN of the network', examples: [1207] }),
});

const headnode = z.strictObject({
  name: headnodeLabel,
  project: projectLabel,
  base_img: imageLabel,
  agent: agentLabel.meta({ description: 'Agent on whose host it is' }),
  memory: z.int().meta({ description: 'Memory in MiB', examples: [2048] }),
  vcpus: z.int().meta({ description: 'Number of virtual CPUs', examples: [2] }),
  disk: z.int().meta({ description: 'Size of the disk in GiB', examples: [20] }),
  full_copy: z.boolean().meta({ description: "Whether the disk is a whole copy of the image's", examples: [false] }),
  hnics: z
    .array(
      z.strictObject({
        name: hnicLabel,
        network: networkLabel.nullable().meta({ description: 'Network that the interface is on; null: none' }),
      }),
    )
    .meta({ description: 'Network interfaces of the headnode' }),
});

/** Shows everything that is registered as one document, as it is at one moment: a site layout without its secrets, which import takes. */
export const exportSite = reading({
  id: 'export_site',
  summary: 'Export everything that is registered, as one document without secrets',
  method: 'GET',
  path: '/site',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.strictObject({
    projects: z.array(project),
    users: z.array(user),
    switches: z.array(
      z.union(
        families.map(({ type, settings }) =>
          z.strictObject({
            ...switchFields,
            type: z.literal(type).meta({ description: 'Type of the switch, which decides what settings there are' }),
            ...settings.shape,
          }),
        ),
      ),
    ),
    nodes: z.array(
      z.union([
        z.strictObject({ ...nodeFields, agent: bmcAgent, obm }),
        z.strictObject({ ...nodeFields, agent: bmcAgent.optional(), obmd }),
      ]),
    ),
    networks: z.array(network),
    headnodes: z.array(headnode),
  }),
  refusals: {},

  async read({ sql }) {
    const { projects, users, switches, nodes, networks, headnodes } = await readSite(sql);
    return {
      projects,
      users,
      switches: switches.map(layoutSwitch),
      nodes: nodes.map(layoutNode),
      networks: networks.map(layoutNetwork),
      headnodes,
    };
  },
});

/** Ethernet1/2 comes before Ethernet1/10. */
const inOrder = new Intl.Collator('en', { numeric: true });

function layoutSwitch({ name, type, hostname, port, agent, idle, settings, ports }: RegisteredSite['switches'][number]) {
  return {
    name,
    type,
    hostname,
    // Nothing is dialled there: its registration knows no port.
    ...(type === mock.type ? {} : { port }),
    agent,
    idle,
    ...settings,
    // Of a file that is kept in git only what differs shall differ, whatever the order in which an import registered them.
    ports: ports
      .toSorted((a, b) => inOrder.compare(a.name, b.name))
      .map((each) => (each.idle === null ? { name: each.name } : { name: each.name, idle: each.idle })),
  };
}

function layoutNode(node: RegisteredSite['nodes'][number]) {
  const { name, agent, obmd_uri: uri, obm_type: type, obm_host: host, obm_port: port, obm_settings, project, nics } = node;
  const entries = Object.entries(node.metadata).map(([label, value]) => [label, z.json().parse(JSON.parse(value))] as const);
  const rest = { metadata: Object.fromEntries(entries), project, nics };
  if (uri !== null) return { name, ...(agent === null ? {} : { agent }), obmd: { uri }, ...rest };
  // The database demands one way or the other, whole.
  if (agent === null || type === null || host === null || port === null) throw new Error('there is no way to the BMC of a node');
  return { name, agent, obm: { type, host, port, ...obm_settings }, ...rest };
}

function layoutNetwork({ name, owner, is_public, access, vlan }: RegisteredSite['networks'][number]) {
  return { name, owner, access: is_public ? ('public' as const) : access, vlan };
}
