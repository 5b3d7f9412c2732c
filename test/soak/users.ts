import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Answer, Client } from './client.ts';
import type { Rack } from './rack.ts';
import type { Random } from './random.ts';

/** How many networks of each project there are at most. */
const NETWORKS = 8;
/** Between two things that one user does, in ms, at most. */
const PAUSE = 200;

/** Somebody who does things at random. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly isAdmin: boolean;
  readonly projects: readonly string[];
}

interface Doing {
  readonly client: Client;
  readonly random: Random;
  readonly user: User;
  readonly rack: Rack;
  readonly allProjects: readonly string[];
  /** The one that this is for. */
  readonly project: string;
}

interface Act {
  readonly weight: number;
  readonly isForAdmins?: true;
  readonly perform: (doing: Doing) => Promise<unknown>;
}

const labels = z.array(z.string());
const shownNode = z.object({
  nics: z.array(z.object({ label: z.string(), networks: z.record(z.string(), z.string()) })),
});
const shownNetwork = z.object({ channels: z.array(z.string()) });
const action = z.object({ status_id: z.uuid() });
const shownAction = z.object({ status: z.string() });
const token = z.object({ id: z.uuid(), token: z.string() });

const acts: readonly Act[] = [
  { weight: 16, perform: reserve },
  { weight: 7, perform: release },
  { weight: 5, perform: createNetwork },
  { weight: 3, perform: deleteNetwork },
  { weight: 3, perform: (doing) => changeAccess(doing, 'PUT') },
  { weight: 3, perform: (doing) => changeAccess(doing, 'DELETE') },
  { weight: 24, perform: connect },
  { weight: 16, perform: detach },
  { weight: 6, perform: usePower },
  { weight: 2, perform: powerMany },
  { weight: 2, perform: useToken },
  { weight: 8, perform: look },
  { weight: 10, isForAdmins: true, perform: revert },
  { weight: 5, isForAdmins: true, perform: noteMetadata },
  { weight: 5, isForAdmins: true, perform: administer },
];

/** Does one thing after the other until the run is over. */
export async function behave(
  user: User,
  client: Client,
  random: Random,
  rack: Rack,
  allProjects: readonly string[],
  over: AbortSignal,
) {
  const able = acts.filter(({ isForAdmins = false }) => !isForAdmins || user.isAdmin);
  while (!over.aborted) {
    const project = random.oneOf(user.projects) ?? '';
    await random.weighted(able)?.perform({ client, random, user, rack, allProjects, project });
    await delay(random.between(0, PAUSE));
  }
}

async function nodesOf({ client, project }: Doing): Promise<string[]> {
  return labels.catch([]).parse((await client.send('list_project_nodes', 'GET', `/project/${project}/nodes`)).body);
}

async function networksOf({ client, project }: Doing): Promise<string[]> {
  return labels.catch([]).parse((await client.send('list_project_networks', 'GET', `/project/${project}/networks`)).body);
}

async function nodeOf(doing: Doing): Promise<string | undefined> {
  return doing.random.oneOf(await nodesOf(doing));
}

async function networkOf(doing: Doing): Promise<string | undefined> {
  return doing.random.oneOf(await networksOf(doing));
}

async function nicsOf({ client }: Doing, node: string) {
  return shownNode.catch({ nics: [] }).parse((await client.send('show_node', 'GET', `/node/${node}`)).body).nics;
}

/** Everybody wants one of the first: that is what they compete for. */
async function reserve({ client, random, project }: Doing): Promise<void> {
  const free = labels.catch([]).parse((await client.send('list_nodes', 'GET', '/nodes/free')).body);
  const node = random.oneOf(free.slice(0, 5));
  if (node !== undefined) await client.send('project_connect_node', 'POST', `/project/${project}/connect_node`, { node });
}

async function release(doing: Doing): Promise<void> {
  const { client, project } = doing;
  const node = await nodeOf(doing);
  if (node === undefined) return;
  for (const nic of await nicsOf(doing, node)) {
    const [network] = Object.values(nic.networks);
    if (network !== undefined) await change(doing, 'detach', node, nic.label, { network });
  }
  await client.send('project_detach_node', 'POST', `/project/${project}/detach_node`, { node });
}

async function createNetwork({ client, random, project }: Doing): Promise<void> {
  const label = `${project}-${random.between(1, NETWORKS)}`;
  await client.send('network_create', 'PUT', `/network/${label}`, { owner: project, access: project, net_id: '' });
}

async function deleteNetwork(doing: Doing): Promise<void> {
  const network = await networkOf(doing);
  if (network !== undefined) await doing.client.send('network_delete', 'DELETE', `/network/${network}`);
}

async function changeAccess(doing: Doing, method: 'PUT' | 'DELETE'): Promise<void> {
  const { client, random, allProjects } = doing;
  const network = await networkOf(doing);
  const path = `/network/${network}/access/${random.oneOf(allProjects)}`;
  const operation = method === 'PUT' ? 'network_grant_project_access' : 'network_revoke_project_access';
  if (network !== undefined) await client.send(operation, method, path);
}

async function connect(doing: Doing): Promise<void> {
  const { client, random } = doing;
  const [node, network] = [await nodeOf(doing), await networkOf(doing)];
  if (node === undefined || network === undefined) return;
  const nic = random.oneOf(await nicsOf(doing, node));
  if (!nic) return;
  // Tagged or not, as the channels of the network are.
  const { channels } = shownNetwork
    .catch({ channels: [] })
    .parse((await client.send('show_network', 'GET', `/network/${network}`)).body);
  const channel = random.oneOf(channels);
  await change(doing, 'connect', node, nic.label, { network, ...(channel === undefined ? {} : { channel }) });
}

async function detach(doing: Doing): Promise<void> {
  const node = await nodeOf(doing);
  if (node === undefined) return;
  const attached = (await nicsOf(doing, node)).filter((nic) => Object.keys(nic.networks).length > 0);
  const nic = doing.random.oneOf(attached);
  const network = nic && doing.random.oneOf(Object.values(nic.networks));
  if (nic && network !== undefined) await change(doing, 'detach', node, nic.label, { network });
}

async function change(doing: Doing, verb: 'connect' | 'detach', node: string, nic: string, body: object): Promise<void> {
  const { client, random } = doing;
  const answer = await client.send(`node_${verb}_network`, 'POST', `/node/${node}/nic/${nic}/${verb}_network`, body);
  if (random.percent(60)) await follow(doing, answer);
}

/** Asks what became of an action until it has ended, or for some time. */
async function follow({ client }: Doing, answer: Answer): Promise<void> {
  const id = action.safeParse(answer.body).data?.status_id;
  if (id === undefined) return;
  for (let asked = 0; asked < 20; asked++) {
    const { body } = await client.send('show_networking_action', 'GET', `/networking_action/${id}`);
    if (shownAction.safeParse(body).data?.status !== 'PENDING') return;
    await delay(100);
  }
}

async function usePower(doing: Doing): Promise<void> {
  const { client, random } = doing;
  const node = await nodeOf(doing);
  if (node === undefined) return;
  const prefer = random.percent(50) ? 'respond-async' : 'wait=5';
  switch (random.between(1, 5)) {
    case 1:
      return void (await client.send('node_power_on', 'POST', `/node/${node}/power_on`, undefined, prefer));
    case 2:
      return void (await client.send('node_power_off', 'POST', `/node/${node}/power_off`, undefined, prefer));
    case 3:
      return void (await client.send('node_power_cycle', 'POST', `/node/${node}/power_cycle`, { force: true }, prefer));
    case 4:
      return void (await client.send('node_power_status', 'GET', `/node/${node}/power_status`, undefined, prefer));
    default:
      return void (await client.send('node_set_bootdev', 'PUT', `/node/${node}/boot_device`, { bootdev: 'pxe' }, prefer));
  }
}

async function powerMany(doing: Doing): Promise<void> {
  const { client, random, project } = doing;
  const nodes = (await nodesOf(doing)).slice(0, 5);
  const body = { nodes, action: random.oneOf(['on', 'off', 'status']) };
  if (nodes.length > 0) await client.send('project_power', 'POST', `/project/${project}/power`, body, 'wait=5');
}

/** Signs in with a token for a while, as scripts do. */
async function useToken(doing: Doing): Promise<void> {
  const { client, random, user } = doing;
  const password = client.authorization;
  const made = await client.send('token_create', 'POST', '/auth/token', { name: `soak-${random.between(1, 1e9)}` });
  const found = token.safeParse(made.body).data;
  if (!found) return;
  client.authorization = `Bearer ${found.token}`;
  await look({ ...doing, user });
  client.authorization = password;
  await client.send('list_tokens', 'GET', '/auth/tokens');
  await client.send('token_delete', 'DELETE', `/auth/token/${found.id}`);
}

async function look(doing: Doing): Promise<void> {
  const { client, random, project } = doing;
  await client.send('list_nodes', 'GET', '/nodes/all');
  await client.send('list_networks', 'GET', '/networks');
  await client.send('show_quota', 'GET', `/project/${project}/quota`);
  const network = await networkOf(doing);
  if (network !== undefined) await client.send('list_network_attachments', 'GET', `/network/${network}/attachments`);
  const node = random.oneOf(doing.rack.nodes);
  await client.send('show_node', 'GET', `/node/${node}`);
}

function cableOf({ random, rack }: Doing) {
  return random.oneOf(random.oneOf(rack.switches)?.cables ?? []);
}

async function revert(doing: Doing): Promise<void> {
  const cable = cableOf(doing);
  if (cable) await doing.client.send('port_revert', 'POST', `/switch/${cable.switch}/port/${cable.port}/revert`);
}

async function noteMetadata({ client, random, rack }: Doing): Promise<void> {
  const path = `/node/${random.oneOf(rack.nodes)}/metadata/note`;
  if (random.percent(70)) await client.send('node_set_metadata', 'PUT', path, { value: random.between(1, 100) });
  else await client.send('node_delete_metadata', 'DELETE', path);
}

async function administer(doing: Doing): Promise<void> {
  const { client, random, rack } = doing;
  const cable = cableOf(doing);
  await client.send('list_projects', 'GET', '/projects');
  await client.send('list_agents', 'GET', '/agents');
  await client.send('show_switch', 'GET', `/switch/${random.oneOf(rack.switches)?.name}`);
  if (cable) await client.send('show_port', 'GET', `/switch/${cable.switch}/port/${cable.port}`);
  if (random.percent(20))
    await client.send('switch_check', 'POST', `/switch/${random.oneOf(rack.switches)?.name}/check`, {}, 'respond-async');
}
