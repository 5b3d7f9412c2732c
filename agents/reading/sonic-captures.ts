import { z } from 'zod';
import { CaptureError, type Captures, type MacRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { parseVlanConfig } from './sonic-vlans.ts';
import { columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';

/** What SONiC prints, read by itself: `show vlan brief` or `config`, `show interfaces status`, `show mac`. Forms of 202012 to 202405. */
export const sonicCaptures: Captures = { vlans: readVlans, status: readStatus, mac: readMacTable };

/** `show vlan brief`, a table in a grid, or `show vlan config`. */
function readVlans(text: string): VlanRecord[] {
  const lines = linesOf(text).filter((line) => !isBlank(line) && !isPrompt(line));
  if (lines[0]?.text.startsWith('Name')) return readVlanConfig(text);
  const header = lines.find(({ text: line }) => /^\| *VLAN ID \|/.test(line));
  const names = cellsOf(header?.text ?? '');
  const at = { vlan: names.indexOf('VLAN ID'), ports: names.indexOf('Ports'), tagging: names.indexOf('Port Tagging') };
  if (!header || at.ports < 0 || at.tagging < 0) throw noTable(lines, 'no table of VLANs with their ports and their tagging');
  const vlans = new Map<number, { tagged: string[]; untagged: string[]; ports: string[] }>();
  let open: { tagged: string[]; untagged: string[]; ports: string[] } | undefined;
  for (const line of lines) {
    if (line === header || /^\+[-=+]+\+$/.test(line.text.trim())) continue;
    const cells = cellsOf(line.text);
    const cell = (column: number) => cells[column] ?? '';
    if (cells.length !== names.length) throw new CaptureError(line.number, line.text, 'no row of the table');
    const vlan = cell(at.vlan);
    if (vlan !== '') {
      open = { tagged: [], untagged: [], ports: [] };
      if (!/^\d{1,4}$/.test(vlan) || vlans.has(Number(vlan))) throw new CaptureError(line.number, line.text, 'no VLAN');
      vlans.set(Number(vlan), open);
    }
    const [port, tagging] = [cell(at.ports), cell(at.tagging)];
    if (port === '' && tagging === '') continue;
    if (!open || port === '' || (tagging !== 'tagged' && tagging !== 'untagged'))
      throw new CaptureError(line.number, line.text, 'no port with its tagging');
    open.ports.push(port);
    open[tagging].push(port);
  }
  return [...vlans].map(([vlan, members]) => ({ vlan, name: `Vlan${vlan}`, ...members }));
}

function cellsOf(text: string): string[] {
  return text.trim().startsWith('|')
    ? text
        .trim()
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
    : [];
}

function readVlanConfig(text: string): VlanRecord[] {
  const members = parseVlanConfig(text);
  if ('problem' in members) {
    const line = linesOf(text)[members.line - 1];
    throw new CaptureError(members.line, line?.text ?? '', members.problem);
  }
  return [...new Set(members.map(({ vlan }) => vlan))].map((vlan) => {
    const of = (mode?: string) =>
      members.flatMap((row) => (row.vlan === vlan && row.port !== null && (mode ?? row.mode) === row.mode ? [row.port] : []));
    return { vlan, name: `Vlan${vlan}`, ports: of(), tagged: of('tagged'), untagged: of('untagged') };
  });
}

/** `show interfaces status`. */
function readStatus(text: string): StatusRecord[] {
  const rows = rowsUnder(text, ['Interface', 'Oper', 'Admin']);
  return rows.map(({ line, cell }) => {
    const status = z.enum(['up', 'down', 'N/A']).safeParse(cell('Oper'));
    if (!status.success || cell('Interface') === '') throw new CaptureError(line.number, line.text, 'no port with its state');
    return {
      port: cell('Interface'),
      status: cell('Admin') === 'down' ? 'disabled' : status.data,
      ...(cell('Alias') === '' ? {} : { description: cell('Alias') }),
      ...(cell('Vlan') === '' ? {} : { vlan: cell('Vlan') }),
      ...(cell('Speed') === '' ? {} : { speed: cell('Speed') }),
      ...(cell('Type') === '' ? {} : { type: cell('Type') }),
    };
  });
}

/** `show mac`. */
function readMacTable(text: string): MacRecord[] {
  const table = text.replace(/^Total number of entries \d+\s*$/m, '');
  return rowsUnder(table, ['No.', 'Vlan', 'MacAddress', 'Port', 'Type']).map(({ line, cell }) => {
    const mac = macAddress(cell('MacAddress'));
    const vlan = cell('Vlan');
    if (mac === null || !/^\d{1,4}$/.test(vlan)) throw new CaptureError(line.number, line.text, 'no learned address');
    const port = cell('Port');
    return { vlan: Number(vlan), mac, type: cell('Type').toLowerCase(), port: port === '' ? null : port };
  });
}

/** The rows of a table with a rule below its header, whose cells are asked for by name; it must have at least the columns named. */
function rowsUnder(text: string, needed: readonly string[]): { line: Line; cell: (name: string) => string }[] {
  const lines = linesOf(text).filter((line) => !isBlank(line) && !isPrompt(line));
  const [header, rule, ...rows] = lines;
  if (!header || !rule || !isRule(rule)) throw noTable(lines, 'no table');
  const columns = columnsByRule(rule);
  const names = cut(header, columns);
  if (needed.some((name) => !names.includes(name))) throw noTable(lines, `no table with the columns ${needed.join(', ')}`);
  return rows.map((line) => {
    const cells = cut(line, columns);
    return { line, cell: (name) => cells[names.indexOf(name)] ?? '' };
  });
}

const noTable = (lines: readonly Line[], problem: string) =>
  new CaptureError(lines[0]?.number ?? 1, lines[0]?.text ?? '', problem);
