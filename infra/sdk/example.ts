/**
 * A machine is reserved, put on a network of its own, switched off and on, and given back. Run it on a trial (`npm start`) with
 *
 *     HAAS_ENDPOINT=http://127.0.0.1:5000 HAAS_TOKEN=haas_... npx tsx infra/sdk/example.ts blue
 */
import { answer, createHaasClient, HaasActionError, HaasConnectionError, HaasError, pages } from './client.ts';

const { HAAS_ENDPOINT: endpoint = 'http://127.0.0.1:5000', HAAS_TOKEN: token = '' } = process.env;
const [project = 'blue'] = process.argv.slice(2);
const haas = createHaasClient({ endpoint, token });

/** The first machine that is still free when it is asked for: others ask as well. */
async function reserve(): Promise<string> {
  for await (const free of pages((query) => haas.GET('/v0/nodes/{is_free}', { params: { path: { is_free: 'free' }, query } }))) {
    for (const node of free) {
      const { error } = await haas.POST('/v0/project/{project}/connect_node', { params: { path: { project } }, body: { node } });
      if (!error) return node;
      if (error.code !== 'node_taken') throw new Error(error.msg);
    }
  }
  throw new Error('no machine is free: ask again later');
}

async function main(): Promise<void> {
  const node = await reserve();
  const { nics } = await answer(haas.GET('/v0/node/{node}', { params: { path: { node } } }));
  console.log(`${node} is ours, with ${nics.map(({ label, macaddr }) => `${label} (${macaddr})`).join(', ')}`);

  const network = 'provisioning';
  const ownNetwork = { params: { path: { network } } };
  await answer(haas.PUT('/v0/network/{network}', { ...ownNetwork, body: { owner: project, access: project, net_id: '' } }));
  const nic = nics[0]?.label ?? '';
  const ofNic = { params: { path: { node, nic } }, body: { network } };
  // A switch needs a moment: `done` waits until it has been read, and says so.
  await haas.done(haas.POST('/v0/node/{node}/nic/{nic}/connect_network', ofNic));
  console.log(`${nic} is on ${network}`);

  const ofNode = { params: { path: { node } } };
  await answer(haas.PUT('/v0/node/{node}/console', ofNode));
  await haas.done(haas.POST('/v0/node/{node}/power_cycle', { ...ofNode, body: { force: true } }));
  const power = await haas.done(haas.GET('/v0/node/{node}/power_status', ofNode));
  console.log(`its power is ${'power_status' in power ? power.power_status : 'unknown'}`);
  for await (const text of haas.console({ node }, { follow: 'false', tail: '5' })) process.stdout.write(text);

  await haas.done(haas.POST('/v0/node/{node}/nic/{nic}/detach_network', ofNic));
  await answer(haas.POST('/v0/project/{project}/detach_node', { params: { path: { project } }, body: { node } }));
  await answer(haas.DELETE('/v0/network/{network}', ownNetwork));
  console.log(`${node} is given back`);
}

await main().catch((error: unknown) => {
  if (error instanceof HaasError) console.error(`${error.code}: ${error.message} (request ${error.requestId})`);
  else if (error instanceof HaasActionError) console.error(`the switch or the BMC did not do it: ${error.message}`);
  else if (error instanceof HaasConnectionError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
});
