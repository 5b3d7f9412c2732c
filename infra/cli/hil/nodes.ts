import { z } from 'zod';
import { ambiguous, type Finding, listed, note } from './finding.ts';
import { vlanOf } from './networks.ts';
import type { HilRow } from './rows.ts';
import { type HilSite, repeated } from './site.ts';

const NATIVE = 'vlan/native';

/** What is to be known of the nodes of a HIL. Whatever is unclear of a NIC keeps its whole node: who gets it must know what it is on. */
export function findingsOfNodes(site: HilSite): Finding[] {
  return [
    ...sharedBmcs(site),
    ...sharedPorts(site),
    ...site.rows.node.flatMap((node) => [
      ...unknownBmc(site, node),
      ...repeatedNames(site, node),
      ...metadata(site, node),
      ...site.nicsOf(node.id).flatMap((nic) => attachments(site, node, nic)),
    ]),
    ...actions(site),
    ...enabled(site),
  ];
}

const leaving = (...ids: readonly number[]) => [...new Set(ids)].map((id) => ({ of: 'node' as const, id }));

function unknownBmc(site: HilSite, node: HilRow<'node'>): Finding[] {
  const bmc = site.bmcOf(node);
  if (bmc.kind !== 'unknown') return [];
  return [
    ambiguous(
      leaving(node.id),
      `${site.called('node', node.id)} has a BMC that HaaS cannot reach: ${bmc.why}`,
      `Leave it out, then register it with  haas node register ${node.label} ipmi <host> <user> -`,
    ),
  ];
}

function sharedBmcs(site: HilSite): Finding[] {
  const reached = site.rows.node.flatMap((node) => {
    const bmc = site.bmcOf(node);
    if (bmc.kind === 'obm' && bmc.type === 'ipmi') return [{ ...node, at: bmc.host }];
    return bmc.kind === 'obmd' ? [{ ...node, at: bmc.uri.replace(/\/+$/, '') }] : [];
  });
  return repeated(reached, ({ at }) => at.toLowerCase()).map((nodes) =>
    ambiguous(
      leaving(...nodes.map(({ id }) => id)),
      // There may be a password in the address of an obmd.
      `${listed(nodes.map(({ id }) => site.called('node', id)))} have one BMC, at ${nodes[0]?.at.replace(/^([^:/]*:\/*)[^/]*@/, '$1')}: each would switch the other's machine`,
      'Correct the address of the BMC in HIL, or delete the node that is not there.',
    ),
  );
}

function sharedPorts(site: HilSite): Finding[] {
  const cabled = site.rows.nic.flatMap(({ port_id, ...nic }) => (port_id === null ? [] : [{ ...nic, port_id }]));
  return repeated(cabled, ({ port_id }) => String(port_id)).map((nics) =>
    ambiguous(
      leaving(...nics.map(({ owner_id }) => owner_id)),
      `${listed(nics.map(({ id }) => site.called('nic', id)))} are cabled to one port, ${site.called('port', nics[0]?.port_id ?? 0)}`,
      `Look at the cable. Of the other:  update nic set port_id = null where id = ${nics.at(-1)?.id}`,
    ),
  );
}

function repeatedNames(site: HilSite, node: HilRow<'node'>): Finding[] {
  const of = (table: 'nic' | 'metadata', rows: readonly { readonly id: number; readonly label: string }[]) =>
    repeated(rows, ({ label }) => label).map((same) =>
      ambiguous(
        leaving(node.id),
        `${site.called('node', node.id)} has ${listed(same.map(({ id }) => `${table} ${id}`))}, all called ${same[0]?.label}`,
        `Delete those that are not meant:  delete from ${table} where id = ${same.at(-1)?.id}`,
      ),
    );
  return [...of('nic', site.nicsOf(node.id)), ...of('metadata', site.metadataOf(node.id))];
}

/** The value of an entry of metadata, and why it is another than in HIL. What is not read exactly is a text, as it is there. */
export function metadataValue({ value }: HilRow<'metadata'>): { readonly value: z.core.util.JSONType; readonly change?: string } {
  if (value === null) return { value: null, change: 'is no JSON: it becomes null' };
  try {
    const parsed = z.json().parse(JSON.parse(value));
    return isExact(value)
      ? { value: parsed }
      : { value, change: 'has a number with more digits than HaaS keeps: it becomes a text' };
  } catch {
    return { value, change: 'is no JSON: it becomes a text' };
  }
}

/** Whether the whole numbers of a JSON text are read as they are: Python writes them as long as they are. */
function isExact(json: string): boolean {
  const numbers = json.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.every((number) => !/^-?\d+$/.test(number) || BigInt(number) === BigInt(Number(number)));
}

function metadata(site: HilSite, node: HilRow<'node'>): Finding[] {
  return site.metadataOf(node.id).flatMap((entry) => {
    const { change } = metadataValue(entry);
    if (change === undefined) return [];
    return note(
      `metadata ${entry.id} (${entry.label} of ${node.label}) ${change}`,
      'Nothing is to be done, unless a program expects it otherwise.',
    );
  });
}

function attachments(site: HilSite, node: HilRow<'node'>, nic: HilRow<'nic'>): Finding[] {
  const attached = site.attachmentsOf(nic.id);
  const find = (what: string, remedy: string) => ambiguous(leaving(node.id), `${site.called('nic', nic.id)} ${what}`, remedy);
  const rowsOf = (rows: readonly { readonly id: number }[]) => listed(rows.map(({ id }) => `network_attachment ${id}`));
  const remove = 'Take it off in HIL, so that the switch is set anew, and connect it again.';
  return [
    ...repeated(attached, ({ channel }) => channel).map((same) =>
      find(`carries several networks on channel ${same[0]?.channel}: ${rowsOf(same)}`, remove),
    ),
    ...repeated(attached, ({ network_id }) => String(network_id)).map((same) =>
      find(`is several times on ${site.called('network', same[0]?.network_id ?? 0)}: ${rowsOf(same)}`, remove),
    ),
    ...(attached.length > 0 && nic.port_id === null
      ? [
          find(
            `is cabled to no port, and yet on a network: ${rowsOf(attached)}`,
            `Cable it in HIL, or:  delete from network_attachment where nic_id = ${nic.id}`,
          ),
        ]
      : []),
    ...(attached.length > 0 && node.project_id === null
      ? [
          find(
            `is on ${listed(attached.map(({ network_id }) => site.called('network', network_id)))}, but its node is free: who reserves it next is on that network as well`,
            `Revert its port in HIL:  ${revert(site, nic)}`,
          ),
        ]
      : []),
    ...attached.flatMap(({ id, network_id, channel }) => {
      const network = site.network.the(network_id);
      const users = site.usersOf(network);
      const { project_id } = node;
      const isAllowed = project_id === null || users === 'all' || users === 'unclear' || users.includes(project_id);
      const vlan = vlanOf(network);
      return [
        ...(isAllowed
          ? []
          : [
              find(
                `is on ${site.called('network', network_id)}, which the project of its node, ${site.called('project', project_id)}, may not use: the node was given to two projects at once, or access was revoked meanwhile`,
                'Find out whose it is. Take it off the network in HIL, or grant the project access.',
              ),
            ]),
        ...(vlan === undefined || channel === NATIVE || channel === `vlan/${vlan}`
          ? []
          : [
              find(
                `is on ${site.called('network', network_id)} by channel ${JSON.stringify(channel)} (network_attachment ${id}), which is none of it`,
                remove,
              ),
            ]),
      ];
    }),
  ];
}

function revert(site: HilSite, { port_id }: HilRow<'nic'>): string {
  if (port_id === null) return 'hil port revert <switch> <port>';
  const port = site.port.the(port_id);
  return `hil port revert ${site.switch.the(port.owner_id).label} ${port.label}`;
}

/** Actions that never ended, or not as they should. */
function actions(site: HilSite): Finding[] {
  const of = (status: (text: string) => boolean) => site.rows.networking_action.filter((action) => status(action.status));
  const nodeOf = (nic: number) => site.nic.the(nic).owner_id;
  return [
    ...of((status) => status !== 'DONE' && status !== 'ERROR').map(({ id, type, nic_id, new_network_id }) =>
      ambiguous(
        leaving(nodeOf(nic_id)),
        `networking_action ${id} (${type}${new_network_id === null ? '' : ` to ${site.called('network', new_network_id)}`}) of ${site.called('nic', nic_id)} is still pending: nobody knows what its port is`,
        `Have  hil-admin serve-networks  finish it. If it hangs:  delete from networking_action where id = ${id};  then  ${revert(site, site.nic.the(nic_id))}`,
      ),
    ),
    ...of((status) => status === 'ERROR').map(({ id, nic_id }) =>
      note(
        `networking_action ${id} of ${site.called('nic', nic_id)} ended as an error: its port may be otherwise than HIL says`,
        'HaaS sets and proves the whole port with the first change of it. If no network is on it, revert it in HaaS.',
      ),
    ),
  ];
}

function enabled({ rows }: HilSite): Finding[] {
  const nodes = rows.node.filter(({ obmd_node_token }) => (obmd_node_token ?? null) !== null);
  if (nodes.length === 0) return [];
  return [
    note(
      `the BMC of ${listed(nodes.map(({ label }) => label))} is enabled for users in HIL`,
      'Tokens of HIL are not moved. Who needs it enables it again:  haas node obm enable <node>',
    ),
  ];
}
