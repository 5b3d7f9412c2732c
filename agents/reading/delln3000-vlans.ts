import { CaptureError, type VlanRecord } from './capture.ts';
import { dnosPort } from './delln3000-running.ts';
import { expandPorts } from './port-list.ts';
import { type Column, columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf } from './table.ts';

/**
 * Reads `show vlan`, whole or of one VLAN. Forms of an M6348 with 5.1, which is that of DNOS 6, and of the kin whose table is
 * headed `VLAN ID`, has no column of ports, or one more at the end. A table about RSPAN may follow and is passed over.
 */
export function readDnosVlans(text: string): VlanRecord[] {
  const records: VlanRecord[] = [];
  const lines = linesOf(text);
  let header: Line | undefined;
  let columns: Column[] | undefined;
  for (const line of lines) {
    if (isBlank(line) || isPrompt(line) || /^\s*show /.test(line.text)) continue;
    if (columns && /^RSPAN\b/i.test(line.text)) return records;
    if (/^VLAN(?: ID)? +(?:VLAN )?Name\b/.test(line.text)) header = line;
    else if (header && !columns && isRule(line)) columns = columnsByRule(line);
    else if (header && columns) addVlan(records, line, cut(line, columns), /\bPorts\b/.test(header.text));
    else throw new CaptureError(line.number, line.text, 'no table of VLANs with their names');
  }
  if (!columns) throw new CaptureError(1, lines[0]?.text ?? '', 'no table of VLANs with their names');
  return records;
}

function addVlan(records: VlanRecord[], line: Line, cells: readonly string[], hasPorts: boolean): void {
  const [id = '', name = '', ...rest] = cells;
  const ports = hasPorts ? expandPorts(rest[0] ?? '')?.map(dnosPort) : [];
  const type = rest[hasPorts ? 1 : 0] ?? '';
  const last = records.at(-1);
  if (ports && id === '' && name === '' && type === '' && last?.ports) {
    records[records.length - 1] = { ...last, ports: [...last.ports, ...ports] };
  } else if (ports && /^\d{1,4}$/.test(id) && /^[A-Za-z][A-Za-z ()]*$/.test(type)) {
    records.push({ vlan: Number(id), name, status: type, ...(hasPorts ? { ports } : {}) });
  } else throw new CaptureError(line.number, line.text, 'no VLAN with its name, ports and type');
}
