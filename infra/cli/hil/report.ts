import { harmless } from '../terminal.ts';
import { type Finding, listed } from './finding.ts';
import type { LeftOut } from './left-out.ts';
import { numberOf } from './networks.ts';
import type { HilSite } from './site.ts';
import type { Survey } from './survey.ts';

/** What was found in a HIL, as people read it. `skips`: what is ambiguous is left out. */
export function shownSurvey(site: HilSite, { findings, left }: Survey, skips: boolean): string {
  const doubts = findings.filter(({ leaves }) => leaves.length > 0);
  const notes = findings.filter(({ leaves }) => leaves.length === 0);
  const lines = [
    `HIL: ${counted(site)}.`,
    ...(doubts.length > 0 ? ['', 'Ambiguous. Mend it in HIL, and run this again:', ...doubts.flatMap(shownFinding)] : []),
    ...(doubts.length > 0
      ? [
          '',
          skips ? 'Left out:' : 'With --skip-ambiguous this would be left out:',
          ...left.shown(site).map((line) => `  ${line}`),
          ...dangersOf(site, left).map((line) => `  Beware: ${line}.`),
        ]
      : []),
    ...(notes.length > 0 ? ['', 'To know:', ...notes.flatMap(shownFinding)] : []),
    '',
  ];
  return lines.map((line) => `${harmless(line)}\n`).join('');
}

/** What is left out goes on to exist: its switch ports stay as they are, and HaaS knows nothing of them. */
function dangersOf(site: HilSite, left: LeftOut): string[] {
  const isLeft = (of: 'network' | 'node') => (row: { readonly id: number }) => left.has({ of, id: row.id });
  const vlans = site.rows.network.filter(isLeft('network')).flatMap((network) => numberOf(network) ?? []);
  const connected = site.rows.node
    .filter(isLeft('node'))
    .filter(({ id }) => site.nicsOf(id).some((nic) => site.attachmentsOf(nic.id).length > 0));
  return [
    ...(vlans.length > 0
      ? [
          `keep VLAN ${listed([...new Set(vlans)].sort((a, b) => a - b).map(String))} out of HAAS_VLANS, or other networks get what these are on`,
        ]
      : []),
    ...(connected.length > 0
      ? [
          `on their networks there still are ${listed(connected.map(({ label }) => label))}: revert their ports before HIL is turned off`,
        ]
      : []),
  ];
}

function shownFinding({ what, remedy }: Finding): string[] {
  return [`- ${what}.`, `  ${remedy}`];
}

function counted({ rows }: HilSite): string {
  const counts = [
    [rows.project.length, 'project'],
    [rows.user.length, 'user'],
    [rows.network.length, 'network'],
    [rows.switch.length, 'switch'],
    [rows.port.length, 'port'],
    [rows.node.length, 'node'],
    [rows.nic.length, 'NIC'],
    [rows.network_attachment.length, 'attachment'],
    [rows.headnode.length, 'headnode'],
  ] as const;
  return counts.map(([count, what]) => `${count} ${what}${count === 1 ? '' : what === 'switch' ? 'es' : 's'}`).join(', ');
}
