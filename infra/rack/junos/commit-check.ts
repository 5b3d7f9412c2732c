import type { Statements } from './statements.ts';
import { switchingOf, valueAt, vlansOf } from './switching.ts';

/** What makes a commit fail: where, which statement, and why. Only what `switches.md` or an issue thread has is refused, and what cannot be. */
interface Complaint {
  readonly level: string;
  readonly statement: string;
  readonly reason: string;
}

/** What the check before a commit prints of a configuration that cannot be; empty if it can. */
export function checkCommit(statements: Statements): string {
  const complaints = [
    ...duplicateVlans(statements),
    ...interfaces(statements).flatMap((name) => portComplaints(statements, name)),
  ];
  if (complaints.length === 0) return '';
  const lines = complaints.map(({ level, statement, reason }) => `[edit ${level}]\n  '${statement}'\n    ${reason}\n`);
  return `${lines.join('')}error: configuration check-out failed\n`;
}

function interfaces(statements: Statements): string[] {
  return [...new Set(statements.flatMap(([first, name]) => (first === 'interfaces' && name !== undefined ? [name] : [])))];
}

function duplicateVlans(statements: Statements): Complaint[] {
  const vlans = vlansOf(statements).filter(({ id }) => id !== null);
  return vlans.flatMap(({ name, id }, index) => {
    const other = vlans.slice(0, index).find((vlan) => vlan.id === id);
    if (other === undefined || valueAt(statements, ['vlans', name, 'vlan-id']) === null) return [];
    return [{ level: `vlans ${name}`, statement: `vlan-id ${id}`, reason: `vlan-id is in use by vlan ${other.name}` }];
  });
}

function portComplaints(statements: Statements, name: string): Complaint[] {
  const switching = switchingOf(statements, name);
  if (switching === null) return [];
  const unit = `interfaces ${name} unit 0`;
  const { mode, members } = switching;
  const names = vlansOf(statements).map((vlan) => vlan.name);
  const level = `${unit} family ethernet-switching vlan`;
  const complaints: Complaint[] = [];
  for (const member of members) {
    const statement = `members ${member}`;
    const isRange = member === 'all' || /-/.test(member.replace(/^[A-Za-z].*/, ''));
    if (mode === 'access' && isRange) {
      complaints.push({ level, statement, reason: 'Vlan range format not supported if interface-mode is access' });
    } else if (/^[A-Za-z]/.test(member) && member !== 'all' && !names.includes(member)) {
      complaints.push({ level, statement, reason: `vlan with name ${member} is not configured` });
    }
  }
  if (mode === 'access' && members.length > 1) {
    const reason = `Access interface ${name}.0 cannot be a member of more than one vlan`;
    complaints.push({ level, statement: `members ${members[1]}`, reason });
  }
  if (statements.some(([first, port, , number, family, kind]) => isInet([first, port, number, family, kind], name))) {
    const reason = 'family ethernet-switching and family inet cannot be configured on the same unit';
    complaints.push({ level: unit, statement: 'family', reason });
  }
  return complaints;
}

function isInet([first, port, number, family, kind]: readonly (string | undefined)[], name: string): boolean {
  return first === 'interfaces' && port === name && number === '0' && family === 'family' && kind === 'inet';
}
