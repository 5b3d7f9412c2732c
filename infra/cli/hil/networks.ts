import { ambiguous, type Finding, listed, note } from './finding.ts';
import type { HilRow } from './rows.ts';
import { type HilSite, repeated } from './site.ts';

const LAST_VLAN = 4094;

/** HIL's pool holds whatever its configuration named. */
function isVlan(number: number): boolean {
  return number >= 1 && number <= LAST_VLAN;
}

/** The VLAN of a network; undefined where its id is none, as HaaS writes them. */
export function vlanOf({ network_id }: HilRow<'network'>): number | undefined {
  return /^[1-9]\d{0,3}$/.test(network_id) && Number(network_id) <= LAST_VLAN ? Number(network_id) : undefined;
}

/** The VLAN that the switches took the id of a network for, such as 100 for `0100`; undefined where they can have taken it for none. */
export function numberOf({ network_id }: HilRow<'network'>): number | undefined {
  const number = Number(network_id);
  return Number.isInteger(number) && number >= 1 && number <= LAST_VLAN ? number : undefined;
}

/** What is to be known of the networks of a HIL, and of the VLANs that it gave out. */
export function findingsOfNetworks(site: HilSite): Finding[] {
  return [...twice(site), ...illegal(site), ...reserved(site), ...unclearAccess(site), ...open(site), ...pool(site)];
}

const thing = ({ id }: HilRow<'network'>) => ({ of: 'network' as const, id });

/** Networks that were given one VLAN, which makes them one network. */
function twice(site: HilSite): Finding[] {
  const sameVlan = repeated(site.rows.network, (network) => String(numberOf(network) ?? network.network_id));
  return sameVlan.map((networks) =>
    ambiguous(
      networks.map(thing),
      `${listed(networks.map(({ id }) => site.called('network', id)))} have one VLAN, ${networks[0]?.network_id}: what is on one is on the other`,
      'In HIL, take the nodes off all of them but one, and delete those.',
    ),
  );
}

function illegal(site: HilSite): Finding[] {
  return site.rows.network
    .filter((network) => vlanOf(network) === undefined)
    .map((network) => {
      const number = numberOf(network);
      return ambiguous(
        [thing(network)],
        `${site.called('network', network.id)} has the id ${JSON.stringify(network.network_id)}, which is no VLAN id as HaaS writes them`,
        number !== undefined
          ? `update network set network_id = '${number}' where id = ${network.id};  and the channels of its attachments alike.`
          : `Give it one of 1 to ${LAST_VLAN} in HIL, or delete it there.`,
      );
    });
}

/** Networks on a VLAN that a switch keeps for itself. */
function reserved(site: HilSite): Finding[] {
  const kept = site.rows.switch.map((row) => ({ row, driver: site.driverOf(row) }));
  return site.rows.network.flatMap((network) => {
    const vlan = vlanOf(network);
    if (vlan === undefined) return [];
    const keepers = kept.filter(
      ({ driver }) =>
        driver.kind === 'known' &&
        (vlan === 1 ||
          Number(driver.fields['dummy_vlan']) === vlan ||
          driver.keeps.some(([first, last]) => first <= vlan && vlan <= last)),
    );
    if (keepers.length === 0) return [];
    const names = listed(keepers.map(({ row }) => site.called('switch', row.id)));
    return ambiguous(
      [thing(network)],
      `${site.called('network', network.id)} has VLAN ${network.network_id}, which ${names} ${keepers.length > 1 ? 'keep for themselves' : 'keeps for itself'}`,
      'Give the network another VLAN in HIL; where it is a dummy_vlan, perhaps the switch another one.',
    );
  });
}

/** Networks of which nobody can tell who may use them. */
function unclearAccess(site: HilSite): Finding[] {
  return site.rows.network.flatMap((network) => {
    const { id, owner_id } = network;
    const users = site.usersOf(network);
    if (users === 'unclear' && site.accessTo(id).length > 0) {
      return ambiguous(
        [thing(network)],
        `${site.called('network', id)} has a row in network_projects without a project`,
        `Say which:  update network_projects set project_id = <project> where network_id = ${id} and project_id is null;  or delete it, if it has others: without any row everybody may use the network.`,
      );
    }
    if (users === 'unclear' && owner_id !== null) {
      return ambiguous(
        [thing(network)],
        `${site.called('network', id)} belongs to ${site.called('project', owner_id)}, and has no row in network_projects: HIL opens it to everybody, which may be the trace of a revoked access`,
        `If it is the owner's alone:  insert into network_projects (network_id, project_id) values (${id}, ${owner_id})`,
      );
    }
    if (typeof users === 'string' || owner_id === null || users.includes(owner_id)) return [];
    return ambiguous(
      [thing(network)],
      `${site.called('network', id)} may not be used by its own owner, ${site.called('project', owner_id)}`,
      `In HaaS an owner always may. If that is right:  insert into network_projects (network_id, project_id) values (${id}, ${owner_id})`,
    );
  });
}

/** Networks that are everybody's, which HaaS closes for nobody afterwards; and access to none. */
function open(site: HilSite): Finding[] {
  return [
    ...site.rows.network
      .filter((network) => site.usersOf(network) === 'all')
      .map(({ id }) =>
        note(
          `${site.called('network', id)} has no row in network_projects: everybody may use it, as in HIL`,
          `If that is the trace of a revoked access, first:  insert into network_projects (network_id, project_id) values (${id}, <project>)`,
        ),
      ),
    ...site
      .accessTo(null)
      .map(({ project_id }) =>
        note(
          `network_projects has a row with ${project_id === null ? 'project null' : site.called('project', project_id)} and without a network`,
          'It means nothing, and is not moved.',
        ),
      ),
  ];
}

/** What the pool says otherwise than the networks. HaaS keeps no such list: whatever no network has is free. */
function pool(site: HilSite): Finding[] {
  const { vlan: vlans, network: networks } = site.rows;
  if (vlans.length === 0) return [];
  const used = new Set(networks.map(vlanOf));
  const free = new Set(vlans.flatMap(({ vlan_no, available }) => (available ? vlan_no : [])));
  const lost = vlans.filter(({ vlan_no, available }) => !available && isVlan(vlan_no) && !used.has(vlan_no));
  const loose = networks.filter((network) => network.allocated === true && free.has(vlanOf(network) ?? 0));
  return [
    ...(lost.length > 0
      ? [
          note(
            `the pool says that VLAN ${listed(lost.map(({ vlan_no }) => String(vlan_no)))} ${lost.length > 1 ? 'are' : 'is'} taken, but no network has it`,
            'HaaS will give it out. If something else uses it, leave it out of HAAS_VLANS.',
          ),
        ]
      : []),
    ...(loose.length > 0
      ? [
          note(
            `the pool says that VLANs of ${listed(loose.map(({ id }) => site.called('network', id)))} are free: HIL would have given them out again`,
            'HaaS does not, once the networks are there. Nothing is to be done.',
          ),
        ]
      : []),
  ];
}

/** The VLANs that HIL gave out, as HAAS_VLANS has them: `100-200,300`. Empty where it had no pool. */
export function poolOf({ rows }: HilSite): string {
  const ids = [...new Set(rows.vlan.map(({ vlan_no }) => vlan_no).filter(isVlan))].sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  for (const id of ids) {
    const range = ranges.at(-1);
    if (range && range.last === id - 1) range.last = id;
    else ranges.push({ first: id, last: id });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
