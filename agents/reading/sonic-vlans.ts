import type { NotUnderstood } from '../drivers/port-family.ts';
import { columnsByRule, cut, isBlank, isPrompt, linesOf } from './table.ts';

/** One line of `show vlan config`: a VLAN, and one of its members; port and mode are null for a VLAN without any. */
export interface VlanMember {
  readonly vlan: number;
  readonly name: string;
  readonly port: string | null;
  readonly mode: string | null;
}

/** Reads `show vlan config`: one line a member, and one for each VLAN without members. */
export function parseVlanConfig(text: string): VlanMember[] | (NotUnderstood & { readonly line: number }) {
  const lines = linesOf(text).filter((line) => !isBlank(line) && !isPrompt(line));
  const [header, rule, ...rows] = lines;
  if (!header || !rule || !/^Name +VID +Member +(?:Tagging )?Mode *$/i.test(header.text) || !/^-+( +-+){3} *$/.test(rule.text))
    return { problem: 'there is no table of VLANs and members', line: header?.number ?? 1 };
  const columns = columnsByRule(rule);
  const members: VlanMember[] = [];
  for (const line of rows) {
    const [name = '', vlan = '', port = '', mode = ''] = cut(line, columns);
    const whole = port === '' ? mode === '' : /^\S+$/.test(port) && /^(?:un)?tagged$/.test(mode);
    if (name !== `Vlan${vlan}` || !/^[1-9]\d{0,3}$/.test(vlan) || Number(vlan) > 4094 || !whole)
      return { problem: `unexpected line ${JSON.stringify(line.text)}`, line: line.number };
    members.push({ vlan: Number(vlan), name, port: port === '' ? null : port, mode: mode === '' ? null : mode });
  }
  return members;
}
