import { ambiguous, type Finding, listed, note } from './finding.ts';
import { type HilSite, repeated } from './site.ts';

/** What is to be known of the switches of a HIL and their ports. */
export function findingsOfSwitches(site: HilSite): Finding[] {
  const { rows } = site;
  const drivers = rows.switch.map(({ id, ...row }) => ({ id, driver: site.driverOf({ id, ...row }) }));
  const known = drivers.flatMap(({ id, driver }) => (driver.kind === 'known' ? [{ id, ...driver }] : []));
  const ofType = (type: string) => known.filter((each) => each.type === type);
  return [
    ...drivers.flatMap(({ id, driver }) =>
      driver.kind === 'known'
        ? []
        : ambiguous(
            [{ of: 'switch', id }],
            `${site.called('switch', id)} ${driver.why}, which HaaS cannot drive`,
            'Leave it out, or have somebody write a driver: docs/add-a-driver.md.',
          ),
    ),
    // Nothing is dialled at a mock.
    ...repeated(
      known.filter(({ type }) => type !== 'mock'),
      ({ fields }) => String(fields['hostname']).toLowerCase(),
    ).map((switches) =>
      ambiguous(
        switches.map(({ id }) => ({ of: 'switch' as const, id })),
        `${listed(switches.map(({ id }) => site.called('switch', id)))} are at one address: they are one switch with several names`,
        'In HIL, move the ports to one of them, and delete the others.',
      ),
    ),
    ...known.flatMap(({ id, type, ports }) =>
      site
        .portsOf(id)
        .filter(({ label }) => !ports.test(label))
        .map((port) =>
          ambiguous(
            [{ of: 'port', id: port.id }],
            `${site.called('port', port.id)} is called as no port of a ${type} switch is`,
            `If there is no such port:  delete from port where id = ${port.id}`,
          ),
        ),
    ),
    ...repeated(rows.port, ({ owner_id, label }) => `${owner_id} ${sameName(label)}`).map((ports) =>
      ambiguous(
        ports.map(({ id }) => ({ of: 'port' as const, id })),
        `${listed(ports.map(({ id }) => site.called('port', id)))} are one port`,
        'In HIL, cable the NIC to one of them, and delete the others.',
      ),
    ),
    ...(ofType('ovs').length > 0
      ? [
          note(
            `${listed(ofType('ovs').map(({ id }) => site.called('switch', id)))}: HIL drove Open vSwitch on its own machine`,
            'The agent has to run on that machine; otherwise register the switch with its address and "transport": "ssh".',
          ),
        ]
      : []),
  ];
}

/** A port's name without what its switch does not tell apart: `Ethernet1/03` and `ethernet1/3` are one. */
function sameName(label: string): string {
  return label.toLowerCase().replace(/\d+/g, (number) => String(Number(number)));
}
