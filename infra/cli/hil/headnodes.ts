import { ambiguous, type Finding, listed, note } from './finding.ts';
import { type HilSite, repeated } from './site.ts';

/** What is to be known of the headnodes of a HIL. */
export function findingsOfHeadnodes(site: HilSite): Finding[] {
  const { rows } = site;
  const leaving = (id: number) => [{ of: 'headnode' as const, id }];
  return [
    ...repeated(rows.headnode, ({ label }) => label).map((headnodes) =>
      ambiguous(
        headnodes.map(({ id }) => ({ of: 'headnode' as const, id })),
        `${listed(headnodes.map(({ id }) => site.called('headnode', id)))} have one name`,
        'In HIL, delete the one that is not meant.',
      ),
    ),
    ...rows.headnode
      .filter(({ dirty }) => !dirty)
      .map(({ id, project_id }) =>
        note(
          `${site.called('headnode', id)} of ${site.called('project', project_id)} was started: its disk is on HIL's machine, and is not moved`,
          'Have the project create a headnode in HaaS, and copy to it what they need from the old one.',
        ),
      ),
    ...rows.headnode
      .filter(({ dirty }) => dirty)
      .flatMap(({ id, project_id }) => [
        ...repeated(site.hnicsOf(id), ({ label }) => label).map((hnics) =>
          ambiguous(
            leaving(id),
            `${site.called('headnode', id)} has several interfaces of one name: ${listed(hnics.map((hnic) => `hnic ${hnic.id} (${hnic.label})`))}`,
            `In HIL, delete those that are not meant:  delete from hnic where id = ${hnics.at(-1)?.id}`,
          ),
        ),
        ...site.hnicsOf(id).flatMap(({ network_id, ...hnic }) => {
          const users = network_id === null ? 'all' : site.usersOf(site.network.the(network_id));
          if (network_id === null || users === 'all' || users === 'unclear' || users.includes(project_id)) return [];
          return ambiguous(
            leaving(id),
            `hnic ${hnic.id} (${hnic.label}) of ${site.called('headnode', id)} is on ${site.called('network', network_id)}, which ${site.called('project', project_id)} may not use`,
            'In HIL, take it off the network, or grant the project access.',
          );
        }),
      ]),
  ];
}
