import { dellnos9Port } from '../../db/devices/dellnos9.ts';
import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { readConfiguredPorts, readMemberships, stateOf } from './dellnos9.ts';
import { type Column, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';

/** What Dell OS 9 prints, read by itself. Forms of the manuals for S3048-ON, S4048-ON and S4820T, 9.5 to 9.14. */
export const dellnos9Captures: Captures = {
  switchport: readSwitchports,
  'running-config': readRunning,
  vlans: readVlans,
  status: readStatus,
  mac: readMacTable,
};

/** Names of ports with their whole type, `GigabitEthernet1/3`, because a capture does not tell which type goes without. Others stay. */
function portName(text: string): string {
  const port = /^[A-Za-z]+ ?\d/.test(text) ? dellnos9Port(text, '') : null;
  return port ? `${port.type}${port.numbers}` : text;
}

/** `show interfaces switchport [X]`. */
function readSwitchports(text: string): PortRecord[] {
  return readMemberships(text).map((record) => {
    const hybrid = record.tagging === 'Hybrid';
    const { native, tagged } = stateOf({ ...record, hybrid, switchport: true, enabled: true });
    return {
      port: portName(record.name),
      mode: hybrid ? 'hybrid' : record.tagging === 'True' ? 'tagged' : 'untagged',
      native,
      tagged,
    };
  });
}

/**
 * `show running-config`, whole or of one interface. The VLANs of ports are told by the sections of the VLANs: without those,
 * they are left out.
 */
function readRunning(text: string): PortRecord[] {
  const { any, members } = readMembers(text);
  return readConfiguredPorts(text).map(({ name, switchport, hybrid, enabled, description, other }) => {
    const port = portName(name);
    const { untagged = null, tagged = new Set<number>() }: Partial<Members> = members.get(port) ?? {};
    // A switchport without VLANs, and a hybrid one without an untagged VLAN, are untagged in VLAN 1.
    const fallsBack = switchport && untagged === null && (hybrid || tagged.size === 0);
    const vlans = { native: untagged ?? (fallsBack ? 1 : null), tagged: [...tagged].sort((a, b) => a - b) };
    return {
      port,
      mode: other ?? (hybrid ? 'hybrid' : switchport ? 'switchport' : 'routed'),
      // The members of a bundle carry its VLANs.
      ...(other !== 'bundled' && (any || !switchport) ? vlans : {}),
      ...(enabled === null ? {} : { enabled }),
      ...(description === undefined ? {} : { description }),
    };
  });
}

interface Members {
  untagged: number | null;
  readonly tagged: Set<number>;
}

/** Which VLANs name which ports. */
function readMembers(text: string): { readonly any: boolean; readonly members: ReadonlyMap<string, Members> } {
  const members = new Map<string, Members>();
  let any = false;
  let vlan: number | undefined;
  for (const line of linesOf(text)) {
    const header = /^interface Vlan (\d{1,4})\s*$/i.exec(line.text)?.[1];
    if (header !== undefined || /^[^\s!]/.test(line.text)) vlan = header === undefined ? undefined : Number(header);
    any ||= vlan !== undefined;
    const [, how, list] = /^ (tagged|untagged) (\S.*?)\s*$/.exec(line.text) ?? [];
    if (vlan === undefined || list === undefined) continue;
    for (const port of portsOf(list, line)) {
      const member = members.get(port) ?? { untagged: null, tagged: new Set<number>() };
      members.set(port, member);
      if (how === 'tagged') member.tagged.add(vlan);
      else if (member.untagged === null) member.untagged = vlan;
      else throw new CaptureError(line.number, line.text, `${port} is untagged in VLAN ${member.untagged} already`);
    }
  }
  return { any, members };
}

/** Takes `Te 0/0-2,45`, `Po1(So 0/0-1)` and `TenGigabitEthernet 1/1-1/4` apart. What is no port of a switch stays as it is written. */
function portsOf(list: string, line: Line): string[] {
  const ports: string[] = [];
  let type: string | undefined;
  let stem = '';
  for (const part of list.split(/,(?![^(]*\))/).map((each) => each.trim())) {
    const [, named, numbers = '', first, last] =
      /^(?:([A-Za-z]+) ?)?((?:\d+\/)*)(\d+)(?:-(?:(?:\d+\/)*)(\d+))?$/.exec(part) ?? [];
    type = named ?? (first === undefined ? undefined : type);
    if (first === undefined || type === undefined) {
      if (!/^[A-Za-z]/.test(part)) throw new CaptureError(line.number, line.text, `"${part}" is no port`);
      ports.push(part);
      continue;
    }
    if (named !== undefined || numbers !== '') stem = numbers;
    const from = Number(first);
    const to = Number(last ?? first);
    if (to < from || to - from > 512) throw new CaptureError(line.number, line.text, `"${part}" is no range of ports`);
    for (let number = from; number <= to; number += 1) ports.push(portName(`${type} ${stem}${number}`));
  }
  return ports;
}

/** `show vlan`. Lines without a number tell more ports of the VLAN above. Q codes other than U and T are neither tagged nor untagged. */
function readVlans(text: string): VlanRecord[] {
  const records: VlanRecord[] = [];
  let columns: { readonly name: Column | undefined; readonly ports: number } | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isPrompt(line)) continue;
    const header = /^\s*NUM\s+Status\s+(Description\s+)?Q\s+Ports\s*$/.exec(line.text);
    if (header) {
      const ports = line.text.lastIndexOf('Q');
      columns = { ports, name: header[1] === undefined ? undefined : { start: line.text.indexOf('Description'), end: ports } };
      continue;
    }
    if (!columns && /^(?:Codes: |Q: )|^\s+\S - |^show /.test(line.text)) continue;
    const [, id] = /^[*GRPCIO ]*\s*(\d{1,4})\s+(?:Active|Inactive)\b/.exec(line.text) ?? [];
    const last = records.at(-1);
    const [, code, list = ''] = /^([A-Za-z])\s+(\S.*?)\s*$/.exec(line.text.slice(columns?.ports ?? 0).trim()) ?? [];
    const ports = code === undefined ? [] : portsOf(list, line);
    if (columns && id !== undefined && (code !== undefined || line.text.slice(columns.ports).trim() === '')) {
      const [name = ''] = columns.name ? cut(line, [columns.name]) : [];
      const status = /\b(Active|Inactive)\b/.exec(line.text)?.[1] ?? '';
      records.push(joined({ vlan: Number(id), name, status, ports: [], tagged: [], untagged: [] }, code, ports));
    } else if (columns && last && code !== undefined && line.text.slice(0, columns.ports).trim() === '') {
      records[records.length - 1] = joined(last, code, ports);
    } else throw new CaptureError(line.number, line.text, 'no VLAN with its status and ports');
  }
  if (!columns) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of VLANs');
  return records;
}

function joined(record: VlanRecord, code: string | undefined, ports: readonly string[]): VlanRecord {
  return {
    ...record,
    ports: [...(record.ports ?? []), ...ports],
    tagged: [...(record.tagged ?? []), ...(code === 'T' ? ports : [])],
    untagged: [...(record.untagged ?? []), ...(code === 'U' ? ports : [])],
  };
}

/** `show interfaces status`. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (/^Port\s+Description\s+Status\s+Speed/.test(line.text)) {
      inTable = true;
      continue;
    }
    if (isBlank(line) || isRule(line) || isPrompt(line) || (!inTable && /^show /.test(line.text))) continue;
    const [, port = '', description = '', status, speed = '', duplex = '', vlan = ''] =
      /^([A-Za-z]+ \d+(?:\/\d+)*)\s+(?:(\S.*?)\s+)?(Up|Down)\s+(Auto|\d+ [MG]bit)\s+(Auto|Full|Half)\s+(\S.*?)\s*$/.exec(
        line.text,
      ) ?? [];
    if (!inTable || status === undefined) throw new CaptureError(line.number, line.text, 'no port with its status');
    records.push({ port: portName(port), status, ...(description === '' ? {} : { description }), vlan, duplex, speed });
  }
  return records;
}

/** `show mac-address-table`. `*N` and `(N)` mark addresses that the other switch of a VLT pair has learned. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (/^\s*VlanId\s+Mac Address\s+Type\s+Interface/.test(line.text)) inTable = true;
    else if (!isBlank(line) && !isRule(line) && !isPrompt(line) && !/^\s*(?:Codes: |show )/.test(line.text)) {
      const [, vlan, address = '', type = '', port = ''] =
        /^\s*(?:\*?N\s+)?(\d{1,4})\s+([0-9a-f:]{17})\s+([A-Z][a-z]+(?: ?\(N\))?)\s+(\S.*?)\s+(?:Active|Inactive)\s*$/i.exec(
          line.text,
        ) ?? [];
      const mac = macAddress(address);
      if (!inTable || vlan === undefined || mac === null)
        throw new CaptureError(line.number, line.text, 'no address with its VLAN, type and port');
      records.push({ vlan: Number(vlan), mac, type, port: portName(port) });
    }
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}
