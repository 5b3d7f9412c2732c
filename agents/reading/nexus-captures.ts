import { nexus } from '../../db/devices/nexus.ts';
import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { applySetting, type Configured, freshlyConfigured, stateOf, unwrap } from './nexus.ts';
import { columnsByHeader, columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';
import { parseVlans } from './vlan-list.ts';

/** What NX-OS prints, read by itself. Forms of N5548 7.3, N7009 6.2, N93180 and others. */
export const nexusCaptures: Captures = {
  switchport: readSwitchports,
  'running-config': readRunning,
  vlans: readVlans,
  status: readStatus,
  mac: readMacTable,
};

/** Names of ports as any table writes them: `Eth1/3` is `Ethernet1/3`; others, `Po4` and `mgmt0`, stay. */
const portName = (text: string) => nexus.canonicalPort(text, {}) ?? text;

/** Joins wrapped lists without changing what line a text stands in: continuations become blank lines. */
function unwrapped(text: string): Line[] {
  const marked = text.replace(/\r+\n/g, '\n').replace(/,[ \t]*\n[ \t]*(?=[\d(])/g, ',\u0000');
  const lines: Line[] = [];
  let number = 1;
  for (const line of marked.split('\n')) {
    lines.push({ number, text: unwrap(line.replaceAll('\u0000', '')) });
    number += 1 + (line.match(/\u0000/g)?.length ?? 0);
  }
  return lines;
}

/** `show interface [X] switchport`. The mode is the operational one: that of a trunk that is down may read as access. */
function readSwitchports(text: string): PortRecord[] {
  const records: PortRecord[] = [];
  let fields: Map<string, string> | undefined;
  let first: Line | undefined;
  const finish = () => {
    if (fields && first) records.push(switchportRecord(fields, first));
  };
  for (const line of unwrapped(text)) {
    if (isBlank(line) || isPrompt(line)) continue;
    const [, key, value = ''] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line.text) ?? [];
    if (key === undefined) throw new CaptureError(line.number, line.text, 'no field of a switchport');
    if (key === 'Name') {
      finish();
      fields = new Map();
      first = line;
    }
    if (!fields) throw new CaptureError(line.number, line.text, 'a field before the name of a port');
    if (fields.has(key)) throw new CaptureError(line.number, line.text, 'a field that was there already');
    fields.set(key, value);
  }
  finish();
  return records;
}

function switchportRecord(fields: Map<string, string>, first: Line): PortRecord {
  const port = portName(fields.get('Name') ?? '');
  if (fields.get('Switchport') === 'Disabled') return { port, mode: 'routed', native: null, tagged: [] };
  const number = (key: string) => {
    const vlan = /^(\d+)(?: \([^)]*\))?$/.exec(fields.get(key) ?? '')?.[1];
    if (vlan === undefined) throw new CaptureError(first.number, first.text, `its "${key}" is "${fields.get(key) ?? 'missing'}"`);
    return Number(vlan);
  };
  const mode = (fields.get('Operational Mode') ?? '').split(/[ ,]/)[0] ?? '';
  const list = (fields.get('Trunking VLANs Allowed') ?? '').replace(/,?\s*\(more\)$/, '');
  const allowed = parseVlans(list);
  if (!allowed) throw new CaptureError(first.number, first.text, `its "Trunking VLANs Allowed" is "${list}"`);
  if (mode !== 'trunk') return { port, mode, native: number('Access Mode VLAN'), tagged: [] };
  const native = number('Trunking Native Mode VLAN');
  return { port, mode, native: allowed.includes(native) ? native : null, tagged: allowed.filter((vlan) => vlan !== native) };
}

/** The interfaces of `show running-config`, whole or of one interface. What stands outside of interfaces is not looked at. */
function readRunning(text: string): PortRecord[] {
  const records: PortRecord[] = [];
  let open: { port: string; configured: Configured; routed: boolean; description?: string } | undefined;
  const finish = () => {
    if (!open) return;
    const { port, configured, routed, description } = open;
    const said = description === undefined ? {} : { description };
    const { native, tagged, enabled } = stateOf(configured);
    records.push(
      routed
        ? { port, mode: 'routed', native: null, tagged: [], enabled, ...said }
        : { port, mode: configured.mode, native, tagged, enabled, ...said },
    );
    open = undefined;
  };
  for (const line of unwrapped(text)) {
    const header = /^interface (\S+)\s*$/.exec(line.text)?.[1];
    if (header !== undefined || /^\S/.test(line.text)) finish();
    const port = header === undefined ? null : nexus.canonicalPort(header, {});
    if (port !== null) open = { port, configured: freshlyConfigured(), routed: false };
    const setting = /^\s+(\S.*?)\s*$/.exec(line.text)?.[1];
    if (!open || setting === undefined || setting.startsWith('!')) continue;
    const description = /^description (.*)$/.exec(setting)?.[1];
    if (description !== undefined) open.description = description;
    else if (setting === 'no switchport' || /^(?:no )?ip(?:v6)? /.test(setting)) open.routed ||= setting === 'no switchport';
    else if (!applySetting(open.configured, setting))
      throw new CaptureError(line.number, line.text, `a setting of ${open.port} that may change what it carries`);
  }
  finish();
  return records;
}

/** `show vlan` and `show vlan brief`: the first table; those of types, RSPAN and private VLANs after it are passed over. */
function readVlans(text: string): VlanRecord[] {
  const lines = linesOf(text);
  const at = lines.findIndex(({ text: header }) => /^VLAN +Name +Status +Ports/.test(header));
  const rule = lines[at + 1];
  const first = lines[0];
  if (at < 0 || !rule)
    throw new CaptureError(first?.number ?? 1, first?.text ?? '', 'no table of VLANs with names, status and ports');
  const columns = columnsByRule(rule);
  const records: VlanRecord[] = [];
  for (const line of lines.slice(at + 2)) {
    if (isBlank(line)) break;
    const [id = '', name = '', status = '', list = ''] = cut(line, columns);
    const ports = list.split(',').flatMap((port) => (port.trim() === '' ? [] : [portName(port.trim())]));
    const last = records.at(-1);
    if (id === '' && name === '' && status === '' && last) {
      records[records.length - 1] = { ...last, ports: [...(last.ports ?? []), ...ports] };
    } else if (/^\d{1,4}$/.test(id) && /^(?:active|suspended|(?:sus|act)\/[li]shut)$/.test(status)) {
      records.push({ vlan: Number(id), name, status, ports });
    } else throw new CaptureError(line.number, line.text, 'no VLAN with its name, status and ports');
  }
  return records;
}

const statusNames = ['Port', 'Name', 'Status', 'Vlan', 'Duplex', 'Speed', 'Type'];
const knownStatus =
  /^(?:connected|notconnect?e?d?|disabled|xcvrAbsent?|sfpAbsent|channelDo(?:wn)?|noOperMem|linkFlapE|err-\S+|errDisable|down|inactive|suspnd|suspended|linkLossFl|faulty|monitor)$/;

/** `show interface status`. Names are cut at 18 characters; a long name of a port shifts its line. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  let columns: ReturnType<typeof columnsByHeader> | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isRule(line) || isPrompt(line) || /^\s*show /.test(line.text)) continue;
    if (/^Port +Name +Status/.test(line.text)) {
      columns = columnsByHeader(line, statusNames);
      continue;
    }
    const cells = shifted(line, columns ?? []);
    if (!cells) throw new CaptureError(line.number, line.text, 'no port with a status that is known');
    const [port = '', name = '', status = '', vlan = '', duplex = '', speed = '', type = ''] = cells;
    const described = name === '--' || name === '' ? {} : { description: name };
    records.push({ port: portName(port), status, ...described, vlan, duplex, speed, type: type === '--' ? '' : type });
  }
  return records;
}

function shifted(line: Line, columns: ReturnType<typeof columnsByHeader>): string[] | undefined {
  const cells = cut(line, columns);
  if (knownStatus.test(cells[2] ?? '') && /^\S+$/.test(cells[0] ?? '') && /^\S+$/.test(cells[3] ?? '')) return cells;
  const words = line.text.trim().split(/\s+/);
  // From the right, because a name may hold any word: the first known status with at least three words behind it.
  for (let at = words.length - 4; at >= 1; at -= 1) {
    if (!knownStatus.test(words[at] ?? '')) continue;
    const [vlan = '', duplex = '', speed = '', ...type] = words.slice(at + 1);
    return [words[0] ?? '', words.slice(1, at).join(' '), words[at] ?? '', vlan, duplex, speed, type.join(' ')];
  }
  return undefined;
}

/** `show mac address-table`. The switch's own addresses stand under `sup-eth1(R)`; an address may be on no port. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (/VLAN(?:\/BD)? +MAC Address +Type/.test(line.text)) inTable = true;
    else if (inTable && !isBlank(line) && !isRule(line) && !isPrompt(line)) {
      // An address on several ports goes on in lines that hold nothing but ports.
      const more = /^\s{20,}(\S.*?)\s*$/.exec(line.text)?.[1];
      const last = records.at(-1);
      if (more === undefined || !last) records.push(...macRecords(line));
      else records.push(...onPorts(last, more));
    }
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}

function macRecords(line: Line): MacRecord[] {
  const [, vlan = '', address = '', type = '', port = ''] =
    /^\s*[*G+CEO(R) ]*?\s*(\d+|-)\s+([0-9a-f.:]{12,17})\s+(\S+)\s+\S+\s+\S\s+\S(?:\s+(\S.*?))?\s*$/i.exec(line.text) ?? [];
  const mac = macAddress(address);
  if (mac === null) throw new CaptureError(line.number, line.text, 'no address with its VLAN, type and port');
  return onPorts({ vlan: vlan === '-' ? null : Number(vlan), mac, type, port: null }, port);
}

/** One record for each port; what is no list of ports, such as `vPC Peer-Link`, is one. */
function onPorts(record: MacRecord, text: string): MacRecord[] {
  if (text === '') return [record];
  const words = text.split(/\s+/);
  const ports = words.every((word) => /^(?:eth|po)\S*$/i.test(word)) ? words.map(portName) : [portName(text)];
  return ports.map((port) => ({ ...record, port }));
}
