import { CaptureError, type MacRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';

/** Writes the name of a port in its canonical form; what is no port of the family stays as it is. */
export type PortNaming = (printed: string) => string;

const listed = (text: string) => text.split(',').flatMap((port) => (port.trim() === '' ? [] : [port.trim()]));

/**
 * `show vlan [brief]` as IOS and EOS print it: the first table. Those of types, RSPAN and private VLANs after it are passed over.
 * EOS marks VLANs that it made by itself with a star.
 */
export function readIosVlans(text: string, naming: PortNaming): VlanRecord[] {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => /^VLAN +Name +Status +Ports/.test(line.text));
  const rule = lines[at + 1];
  if (at < 0 || !rule || !isRule(rule))
    throw new CaptureError(1, lines[0]?.text ?? '', 'no table of VLANs with names, status and ports');
  const columns = columnsByRule(rule);
  const records: VlanRecord[] = [];
  for (const line of lines.slice(at + 2)) {
    if (isBlank(line) || isPrompt(line)) break;
    const [id = '', name = '', status = '', list = ''] = cut(line, columns);
    const ports = listed(list).map(naming);
    const last = records.at(-1);
    if (id === '' && name === '' && status === '' && last) {
      records[records.length - 1] = { ...last, ports: [...(last.ports ?? []), ...ports] };
    } else if (/^\d{1,4}\*?$/.test(id) && /^(?:active|suspended|(?:act|sus)\/(?:unsup|[li]shut))$/.test(status)) {
      records.push({ vlan: Number(id.replace('*', '')), name, status, ports });
    } else throw new CaptureError(line.number, line.text, 'no VLAN with its name, status and ports');
  }
  return records;
}

/**
 * A line of `show interfaces status`, read from what follows the name: a name may hold blanks and any word, is cut at 18 or 20
 * characters, and duplex and speed do not stand under their headers.
 */
const statusLine =
  /^(\S+)\s+(?:(\S.*?)\s+)??(connected|notconnect|disabled|err-?disabled|inactive|monitoring|suspended|faulty|unknown)\s+(\d+|trunk|routed|unassigned|tap|tool|in \S+|f-path|pvlan\S*)\s+((?:a-)?(?:full|half)|auto|unconf)\s+(\S+)(?:\s+(\S.*?))?\s*$/;

/** `show interfaces status` as IOS and EOS print it. */
export function readIosStatus(text: string, naming: PortNaming): StatusRecord[] {
  const records: StatusRecord[] = [];
  for (const line of linesOf(text)) {
    if (isBlank(line) || isRule(line) || isPrompt(line) || /^(?:Port +Name +Status|\s*show )/.test(line.text)) continue;
    const [, port, description, status, vlan = '', duplex = '', speed = '', type = ''] = statusLine.exec(line.text) ?? [];
    if (port === undefined || status === undefined)
      throw new CaptureError(line.number, line.text, 'no port with a status that is known');
    records.push({
      port: naming(port),
      status,
      ...(description === undefined ? {} : { description }),
      vlan,
      duplex,
      speed,
      type,
    });
  }
  return records;
}

/** What stands between an address and its ports, by what the table's header names there. */
const layouts: readonly { readonly header: RegExp; readonly row: RegExp }[] = [
  // Catalyst 6500.
  {
    header: /vlan +mac address +type +(?:protocols +)?learn +age/i,
    row: /^[*\sRSD#]*(\d+|---|N\/A)\s+([0-9a-f.]{14})\s+(\S+)\s+(?:\S+\s+)?(?:Yes|No)\s+(?:\d+|-|~~~|n\/a)(?:\s+(\S.*))?$/i,
  },
  // Catalyst 4500, unicast.
  { header: /vlan +mac address +type +protocols +port/i, row: /^[*\s]*(\S+)\s+([0-9a-f.]{14})\s+(\S+)\s+\S+(?:\s+(\S.*))?$/i },
  // EOS: how often and when an address last moved.
  {
    header: /vlan +mac address +type +ports +moves +last move/i,
    row: /^\s*(\d+)\s+([0-9a-f.]{14})\s+(\S+)\s+(\S+)(?:\s+\d+\s+\S.* ago)?$/i,
  },
  // Catalyst 2960 to 9000, multicast of the 4500 and of EOS.
  { header: /vlan +mac address +type +ports/i, row: /^[*\s]*(\d+|All|[a-z]+\d[\d/]*)\s+([0-9a-f.]{14})\s+(\S+)(?:\s+(\S.*))?$/i },
];

/** Where the address comes first. */
const destinationFirst = {
  header: /destination address\s+address type\s+vlan\s+destination port/i,
  row: /^\s*([0-9a-f.]{14})\s+(\S+)\s+(\d+)\s+(\S.*)$/i,
};

/** Lines of a table of addresses that hold none. */
const aside =
  /^\s*(?:show .*|.*Mac Address Table|EHWIC: \d+|(?:Unicast|Multicast) Entries|Total Mac Addresses .*|Displaying entries from .*|Legend: .*|(?:age|n\/a|[SRD#]) +- .*|(?:Dynamic|Static|Secure|System|User).* Address(?:es)? .*|Non-static Address Table:|No entries present\.)\s*$/i;

/** `show mac address-table` as IOS on its several platforms and EOS print it. An address on several ports makes several records. */
export function readIosMac(text: string, naming: PortNaming): MacRecord[] {
  const records: MacRecord[] = [];
  let row: RegExp | undefined;
  for (const line of linesOf(text)) {
    const layout = layouts.find(({ header }) => header.test(line.text));
    if (layout) row = layout.row;
    else if (destinationFirst.header.test(line.text)) row = destinationFirst.row;
    else if (!isBlank(line) && !/^[\s+-]+$/.test(line.text) && !isPrompt(line) && !aside.test(line.text))
      records.push(...macRecords(line, row, records.at(-1), naming));
  }
  if (!row) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}

function macRecords(line: Line, row: RegExp | undefined, last: MacRecord | undefined, naming: PortNaming): MacRecord[] {
  const cells = row?.exec(line.text.trimEnd());
  if (cells && row) {
    const [, vlan = '', address = '', type = '', ports = ''] =
      row === destinationFirst.row ? [cells[0], cells[3], cells[1], cells[2], cells[4]] : cells;
    const mac = macAddress(address);
    if (mac !== null) return onPorts({ vlan: /^\d+$/.test(vlan) ? Number(vlan) : null, mac, type, port: null }, ports, naming);
  }
  // An address on many ports goes on in lines that hold nothing but ports.
  const more = /^\s{20,}(\S.*?)\s*$/.exec(line.text)?.[1];
  if (more === undefined || !last) throw new CaptureError(line.number, line.text, 'no address with its VLAN, type and port');
  return onPorts(last, more, naming);
}

/** One record for each port; what is no list of ports, such as `vPC Peer-Link`, is one. */
function onPorts(record: MacRecord, text: string, naming: PortNaming): MacRecord[] {
  if (text.trim() === '') return [record];
  const words = text
    .trim()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const isList =
    words.length === 1 || words.every((word) => /^(?:[A-Za-z-]+\d[\d/]*|cpu|router|(?:stby-)?switch|drop)$/i.test(word));
  return (isList ? words : [text.trim()]).map((port) => ({ ...record, port: naming(port) }));
}
