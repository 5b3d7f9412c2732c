import { describe, expect, test } from 'vitest';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { bareNode } from '../support/rack.ts';
import { makeWorld, type World } from '../support/world.ts';

const ROUNDS = 200;
const CLIENTS = 16;

async function twoApis(
  t: Parameters<typeof makeWorld>[0],
  world: World,
  env?: Record<string, string>,
): Promise<(client: number) => ApiProcess> {
  const [first, second] = await Promise.all([startApiProcess(t, world, env), startApiProcess(t, world, env)]);
  return (client) => (client % 2 === 0 ? first : second);
}

const eachClient = <T>(act: (client: number) => Promise<T>) =>
  Promise.all(Array.from({ length: CLIENTS }, (_, client) => act(client)));

// The predecessor handed one node to two projects in 142 of 200 such rounds, and one VLAN to two networks in 137.
describe('two API processes and 16 racing clients', () => {
  test(`a free node goes to exactly one project, ${ROUNDS} times`, { timeout: 120_000 }, async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world);
    await bareNode(world, 'n1');
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await eachClient(async (client) => {
        const [user, project] = (client + round) % 4 < 2 ? ['ada', 'blue'] : ['bob', 'red'];
        return {
          user,
          project,
          ...(await api(client).call(String(user), 'POST', `/project/${project}/connect_node`, { node: 'n1' })),
        };
      });
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners, `round ${round}`).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(CLIENTS - 1);
      const [owner] = await world.sql`select p.label from nodes n join projects p on p.id = n.project_id where n.label = 'n1'`;
      expect(owner?.['label']).toBe(winners[0]?.project);
      expect((await api(0).call('root', 'POST', `/project/${winners[0]?.project}/detach_node`, { node: 'n1' })).status).toBe(200);
    }
  });

  test(`two networks created at once never share a VLAN, ${ROUNDS} times`, { timeout: 120_000 }, async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world);
    const create = (client: number, label: string) =>
      api(client).call('root', 'PUT', `/network/${label}`, { owner: 'blue', access: 'blue', net_id: '' });
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all([create(0, `a${round}`), create(1, `b${round}`)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
    await expectDistinctVlans(world, 2 * ROUNDS);
  });

  test('160 networks, 16 at a time, get 160 VLANs', async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world);
    await eachClient(async (client) => {
      for (let index = 0; index < 10; index++) {
        const answer = await api(client).call('ada', 'PUT', `/network/n${client}-${index}`, {
          owner: 'blue',
          access: 'blue',
          net_id: '',
        });
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      }
    });
    await expectDistinctVlans(world, 160);
  });

  test('a pool of 20 VLANs gives 20 networks and no more, whoever asks first', async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world, { HAAS_VLANS: '100-119' });
    const statuses = await eachClient(async (client) => {
      const answers = [];
      for (let index = 0; index < 3; index++) {
        answers.push(
          (await api(client).call('ada', 'PUT', `/network/n${client}-${index}`, { owner: 'blue', access: 'blue', net_id: '' }))
            .status,
        );
      }
      return answers;
    });
    expect(statuses.flat().filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.flat().filter((status) => status === 503)).toHaveLength(3 * CLIENTS - 20);
    await expectDistinctVlans(world, 20);
  });

  test('a project gets exactly as many nodes and networks as its quota allows, or is deleted before it gets any', async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world);
    const clients = Array.from({ length: 20 }, (_, client) => client);
    const quota = { nodes: 5, networks: 5 };
    for (const round of [0, 1, 2, 3, 4, 5]) {
      const project = `project-${round}`;
      await world.arrange('PUT', `/project/${project}`);
      await world.arrange('PUT', `/project/${project}/quota`, quota);
      for (const client of clients) await bareNode(world, `n${round}-${client}`);
      const as = (client: number, method: string, path: string, body?: unknown) => api(client).call('root', method, path, body);
      const others = clients
        .filter((client) => client % 5 === 0)
        .flatMap((client) => [
          () => as(client, 'PUT', `/project/${project}/quota`, quota),
          () => as(client, 'DELETE', `/node/n${round}-${client}`),
          ...(round % 2 === 0 ? [] : [() => as(client + 1, 'DELETE', `/project/${project}`)]),
        ]);
      const given = clients.flatMap((client) => [
        () => as(client, 'POST', `/project/${project}/connect_node`, { node: `n${round}-${client}` }),
        () => as(client, 'PUT', `/network/w${round}-${client}`, { owner: project, access: project, net_id: '' }),
      ]);
      // On odd rounds the deletion of the project comes among the first, on even ones nobody wants it.
      const answers = await Promise.all([...given.slice(0, round), ...others, ...given.slice(round)].map((send) => send()));
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      const [has] = await world.sql`
        select (select count(*)::int from nodes where project_id = p.id) as nodes,
            (select count(*)::int from networks where owner_id = p.id) as networks from projects p where label = ${project}`;
      if (has || round % 2 === 0) expect(has, `round ${round}`).toEqual(quota);
    }
  });

  test('one registration of a name succeeds, the others are duplicates', async (t) => {
    const world = await makeWorld(t);
    const api = await twoApis(t, world);
    const obmd = { uri: 'http://obmd.test', admin_token: 'x' };
    const nodes = await eachClient((client) => api(client).call('root', 'PUT', '/node/n1', { obmd }));
    const nics = await eachClient((client) => api(client).call('root', 'PUT', '/node/n1/nic/eth0', { macaddr: String(client) }));
    for (const answers of [nodes, nics]) {
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: CLIENTS - 1 }, () => 409)]);
    }
  });
});

async function expectDistinctVlans(world: World, networks: number): Promise<void> {
  const [count] =
    await world.sql`select count(*)::int as networks, count(distinct v.id)::int as vlans from networks n join vlans v on v.network_id = n.id`;
  expect(count).toEqual({ networks, vlans: networks });
}
