import { CaptureError } from './capture.ts';
import { continued, type FieldRecord, fieldOf, requiredField, vlanOfField } from './field-records.ts';
import { isBlank, isPrompt, isRule, type Line, linesOf } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** A port as `show interfaces switchport` tells it. */
export interface RadlanSwitchport {
  /** As the switch writes it, `gi1/0/5`. */
  readonly port: string;
  /** The configured mode in lower case: `access`, `trunk`, `general`, `customer`. */
  readonly mode: string;
  readonly native: number | null;
  /** Ascending, without the native one. */
  readonly tagged: readonly number[];
  /** What keeps the record from telling the whole of what the port carries. */
  readonly doubt?: string;
}

/** A record in the making: its fields and, where the switch prints one, its table of memberships. */
interface Open extends FieldRecord {
  readonly fields: Map<string, string>;
  members?: Member[];
  classified: boolean;
}
interface Member {
  readonly vlan: number;
  readonly egress: 'Tagged' | 'Untagged';
}

/** Headings of the tables that follow the fields. */
const tables = /^\s*(?:Port is member in|Forbidden VLANS|Classification rules|(?:Protocol|Mac|Subnet) based VLANs):\s*$/i;
/** Column headings, and the legend that some releases print before the first record. */
const furniture = /^\s*(?:Vlan +Name\b|Added by: )/;
/** Fields that must say `none` where they are printed at all: anything else adds VLANs to a port. */
const addsVlans = /^(?:Voice VLAN|.*Dynamically Added VLANs|Private-vlan .*)$/i;
const membership = /^\s*(\d{1,4})\s.*\s(Tagged|Untagged)\s+[A-Z][A-Za-z]*\s*$/;

/**
 * Reads `show interfaces switchport` of one port or of all. Three forms are known: that of the PowerConnect 5500 (`Name: gi1/0/5`,
 * `Trunking VLANs Enabled:`), the same with `Trunking VLANs:` on later relatives, and that of early ones (`Port : fa1`,
 * `Ingress UnTagged VLAN ( NATIVE ): 5` and a table of memberships), from what other tools read of a 5548 and captures of an
 * SG300 and an MES. Throws CaptureError for a line that is none of them.
 */
export function readRadlanSwitchports(text: string): RadlanSwitchport[] {
  const ports: RadlanSwitchport[] = [];
  let open: Open | undefined;
  let table = '';
  let lastKey = '';
  for (const line of linesOf(text)) {
    if (isBlank(line) || isPrompt(line) || isRule(line) || furniture.test(line.text) || /^\s*show /.test(line.text)) continue;
    const field = fieldOf(line.text);
    if (field && /^(?:Name|Port)$/.test(field.key)) {
      if (open) ports.push(finished(open));
      open = { first: line, fields: new Map([[field.key, field.value]]), classified: false };
      table = '';
      lastKey = '';
    } else if (!open) {
      throw new CaptureError(line.number, line.text, 'a line before the name of a port');
    } else if (tables.test(line.text)) {
      table = field?.key ?? '';
      if (/^Port is member/i.test(table)) open.members = [];
    } else if (table !== '') {
      readRow(open, table, line);
    } else if (/^\s/.test(line.text) && lastKey !== '' && /^[\s\d,()-]+$/.test(line.text.replace(/\(Inactive\)/gi, ''))) {
      open.fields.set(lastKey, continued(open.fields.get(lastKey) ?? '', line.text));
    } else if (field && !open.fields.has(field.key)) {
      open.fields.set(field.key, field.value);
      lastKey = field.key;
    } else {
      throw new CaptureError(line.number, line.text, field ? 'a field that was there already' : 'no field of a switchport');
    }
  }
  if (open) ports.push(finished(open));
  return ports;
}

function readRow(open: Open, table: string, line: Line): void {
  if (/^Port is member/i.test(table)) {
    const [, vlan, egress] = membership.exec(line.text) ?? [];
    if (vlan !== undefined && (egress === 'Tagged' || egress === 'Untagged')) {
      open.members?.push({ vlan: Number(vlan), egress });
      return;
    }
    // The rest of a name that was too long for its column.
    if (/^\s{5,}\S+\s*$/.test(line.text) && (open.members?.length ?? 0) > 0) return;
  } else if (/^Forbidden/i.test(table)) {
    if (/^\s*\d{1,4}\s/.test(line.text) || /^\s{5,}\S+\s*$/.test(line.text)) return;
  } else if (/^\s*\S.*\s\d{1,4}\s*$/.test(line.text)) {
    open.classified = true;
    return;
  } else if (/^[^\d]*\b(?:Group|Vlan) ID\s*$/i.test(line.text)) {
    // Its columns differ between releases.
    return;
  }
  throw new CaptureError(line.number, line.text, `no row of "${table}"`);
}

function finished(open: Open): RadlanSwitchport {
  const record = open.fields.has('Name') ? byFields(open) : byMembership(open);
  if (!open.classified) return record;
  return { ...record, doubt: 'rules put frames of some senders into other VLANs' };
}

function byFields(open: Open): RadlanSwitchport {
  const mode = requiredField(open, 'Administrative Mode').toLowerCase();
  const port = requiredField(open, 'Name');
  const doubt = fieldsDoubt(open, mode);
  const rest = { port, mode, ...(doubt === undefined ? {} : { doubt }) };
  if (mode === 'access') return { ...rest, native: vlanOfField(open, 'Access Mode VLAN'), tagged: [] };
  const native = vlanOfField(open, 'Trunking Native Mode VLAN');
  const list = requiredField(open, 'Trunking VLANs Enabled', 'Trunking VLANs').replace(/\(Inactive\)/gi, '');
  const vlans = list.trim() === '' ? [] : parseVlans(list);
  if (vlans === null) throw new CaptureError(open.first.number, open.first.text, `its list of VLANs is "${list}"`);
  // Whether a native VLAN that is not in the list passes differs between releases: it is told as if it did.
  return { ...rest, native, tagged: vlans.filter((vlan) => vlan !== native) };
}

function fieldsDoubt(open: Open, mode: string): string | undefined {
  const switchport = requiredField(open, 'Switchport');
  if (!/^enabled?$/i.test(switchport)) return `"Switchport: ${switchport}"`;
  // Releases say whether the link is up, or which mode is in force; a port of a bundle says something else.
  const operational = requiredField(open, 'Operational Mode');
  if (!/^(?:up|down|not present)$/i.test(operational) && operational.toLowerCase() !== mode)
    return `"Operational Mode: ${operational}"`;
  const odd = [...open.fields].find(([key, value]) => {
    // It is for the mode of access alone, and waits in the others.
    const adds = addsVlans.test(key) || (mode === 'access' && /^Access Multicast TV VLAN$/i.test(key));
    return adds && !/^(?:none)?$/i.test(value);
  });
  return odd && `"${odd[0]}: ${odd[1]}"`;
}

function byMembership(open: Open): RadlanSwitchport {
  const problem = (text: string) => new CaptureError(open.first.number, open.first.text, text);
  const { members } = open;
  if (!members) throw problem('a record without the VLANs that the port is member in');
  const mode = (/^[A-Za-z]+/.exec(requiredField(open, 'Port Mode'))?.[0] ?? '').toLowerCase();
  // Frames of VLAN 4095 go nowhere: it stands for none.
  const discards = requiredField(open, 'Ingress UnTagged VLAN ( NATIVE )') === '4095';
  const ingress = discards ? null : vlanOfField(open, 'Ingress UnTagged VLAN ( NATIVE )');
  const untagged = members.filter(({ egress }) => egress === 'Untagged').map(({ vlan }) => vlan);
  const tagged = members.filter(({ egress }) => egress === 'Tagged').map(({ vlan }) => vlan);
  const native = untagged[0] ?? null;
  const doubt =
    untagged.length > 1
      ? 'untagged member of several VLANs'
      : requiredField(open, 'Ingress Filtering') !== 'true'
        ? 'it takes frames of VLANs that it is no member of'
        : native !== null && native !== ingress
          ? `untagged frames leave from VLAN ${native} and arrive in ${ingress ?? 'none'}`
          : ingress !== null && tagged.includes(ingress)
            ? `untagged frames arrive in VLAN ${ingress}, which leaves tagged`
            : native !== null && requiredField(open, 'Acceptable Frame Type') !== 'admitAll'
              ? 'it does not take untagged frames'
              : undefined;
  return {
    port: requiredField(open, 'Port'),
    mode,
    native,
    tagged: tagged.sort((a, b) => a - b),
    ...(doubt === undefined ? {} : { doubt }),
  };
}
