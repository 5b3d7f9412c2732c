import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { expandPorts } from './port-list.ts';
import { radlanPort } from './powerconnect55xx.ts';
import { readRadlanRunning } from './powerconnect55xx-running.ts';
import { readRadlanSwitchports } from './powerconnect55xx-switchport.ts';
import { type Column, columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';

/** What a PowerConnect 5500 and its relatives print, read by itself. Forms of a 5548 (4.1.0.1), an SG300 and an MES. */
export const powerconnect55xxCaptures: Captures = {
  switchport: readSwitchports,
  'running-config': readRadlanRunning,
  vlans: readVlans,
  status: readStatus,
  mac: readMacTable,
};

const isEcho = ({ text }: Line) => isPrompt({ number: 0, text }) || /^\s*show /.test(text);

function readSwitchports(text: string): PortRecord[] {
  return readRadlanSwitchports(text).map(({ port, mode, native, tagged }) => {
    const record = { port: radlanPort(port), mode };
    // Fields tell what a trunk or access port carries; for other modes they are settings that wait.
    return mode === 'access' || mode === 'trunk' ? { ...record, native, tagged } : record;
  });
}

/** `show vlan`. The 5500 has two columns of ports, tagged and untagged; relatives have one. Names and lists are wrapped in their columns. */
function readVlans(text: string): VlanRecord[] {
  const records: VlanRecord[] = [];
  let columns: Column[] | undefined;
  let header: Line | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isEcho(line)) continue;
    if (/^\s*Vlan +Name +/.test(line.text)) header = line;
    else if (header && !columns && isRule(line)) columns = columnsByRule(line);
    else if (columns && (columns.length === 5 || columns.length === 6)) addVlan(records, line, cut(line, columns));
    else throw new CaptureError(line.number, line.text, 'no table of VLANs with names and ports');
  }
  if (!columns) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of VLANs with names and ports');
  return records;
}

function addVlan(records: VlanRecord[], line: Line, cells: readonly string[]): void {
  const [id = '', name = ''] = cells;
  const lists = cells.slice(2, -2).map(expandPorts);
  const type = cells.at(-2) ?? '';
  const [tagged, untagged] = lists;
  if (!tagged || untagged === null || (id !== '' && !/^\d{1,4}$/.test(id)) || !/^[A-Za-z]*$/.test(type))
    throw new CaptureError(line.number, line.text, 'no VLAN with its name, ports and type');
  const last = records.at(-1);
  const ports: { ports: string[] } | { tagged: string[]; untagged: string[] } = untagged
    ? { tagged, untagged }
    : { ports: tagged };
  if (id !== '') {
    if (type === '') throw new CaptureError(line.number, line.text, 'a VLAN without a type');
    records.push({ vlan: Number(id), name, status: type, ...ports });
  } else if (last) {
    const more = (before: readonly string[] | undefined, after: readonly string[]) => [...(before ?? []), ...after];
    records[records.length - 1] = {
      ...last,
      name: last.name + name,
      ...('ports' in ports
        ? { ports: more(last.ports, ports.ports) }
        : { tagged: more(last.tagged, ports.tagged), untagged: more(last.untagged, ports.untagged) }),
    };
  } else {
    throw new CaptureError(line.number, line.text, 'the end of a list without its beginning');
  }
}

/** `show interfaces status`: ports, then port channels in a table of their own. A port that is down shows `--`. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  let titles: string[] = [];
  let columns: Column[] | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isEcho(line)) continue;
    if (/^(?:Port|Ch) +Type +Duplex\b/.test(line.text)) {
      titles = line.text.trim().split(/\s+/);
    } else if (/^\s*Flow +Link\b/.test(line.text)) {
      // The upper line of a heading.
      titles = [];
      columns = undefined;
    } else if (isRule(line) && titles.length > 0) {
      columns = columnsByRule(line);
    } else if (columns && columns.length === titles.length) {
      const cells = cut(line, columns);
      const cell = (title: string) => cells[titles.indexOf(title)] ?? '';
      const port = cells[0] ?? '';
      const status = cell('State');
      if (!/^[a-z]+[\d/]+$/i.test(port) || !/^(?:up|down|not present|suspended)\*?$/i.test(status))
        throw new CaptureError(line.number, line.text, 'no port with the state of its link');
      const told = (title: string) => (cell(title) === '--' ? '' : cell(title));
      records.push({ port: radlanPort(port), status, duplex: told('Duplex'), speed: told('Speed'), type: told('Type') });
    } else {
      throw new CaptureError(line.number, line.text, 'no table of ports with the state of their links');
    }
  }
  if (!columns) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of ports');
  return records;
}

/** `show mac address-table`. The switch's own address is on port `0`. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isEcho(line) || isRule(line) || /^(?:Flags: |Aging time is )/.test(line.text)) continue;
    if (/^\s*Vlan +Mac Address +Port +Type/i.test(line.text)) {
      inTable = true;
      continue;
    }
    const [vlan = '', address = '', port = '', type = '', ...more] = line.text.trim().split(/\s+/);
    const mac = macAddress(address);
    if (!inTable || mac === null || !/^\d{1,4}I?$/.test(vlan) || type === '' || more.length > 0)
      throw new CaptureError(line.number, line.text, 'no address with its VLAN, port and type');
    records.push({ vlan: Number.parseInt(vlan, 10), mac, type, port: port === '0' ? null : radlanPort(port) });
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}
