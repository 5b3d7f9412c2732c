import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord } from './capture.ts';
import { dnosPort, readDnosRunning } from './delln3000-running.ts';
import { type DnosSwitchport, readDnosSwitchports } from './delln3000-switchport.ts';
import { readDnosVlans } from './delln3000-vlans.ts';
import { type Column, columnsByRule, cut, isBlank, isPrompt, isRule, type Line, linesOf, macAddress } from './table.ts';

/** What a Dell N-series prints, read by itself. Forms of an N1500, an N2000 and an M6348, and of Broadcom ICOS, its kin. */
export const delln3000Captures: Captures = {
  switchport: (text) => readDnosSwitchports(text).map(switchportRecord),
  'running-config': readDnosRunning,
  vlans: readDnosVlans,
  status: readStatus,
  mac: readMacTable,
};

const isEcho = (line: Line) => isPrompt(line) || /^\s*show /.test(line.text);

function switchportRecord({ port, mode, access, native, allowed, general }: DnosSwitchport): PortRecord {
  const record = { port: dnosPort(port), mode };
  if (mode === 'access') return { ...record, native: access, tagged: [] };
  if (mode === 'trunk') {
    const passes = native !== null && allowed.includes(native) ? native : null;
    return { ...record, native: passes, tagged: allowed.filter((vlan) => vlan !== native) };
  }
  if (mode !== 'general') return record;
  const { pvid, untagged, tagged } = general;
  // Frames that arrive and leave in different VLANs are no native VLAN.
  return untagged.length === 1 && untagged[0] === pvid ? { ...record, native: pvid, tagged } : { ...record, tagged };
}

/** `show interfaces status`: ports, then port channels. Headings stand in two lines; 6.3 adds mode and VLANs, which are wrapped. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  let titles: string[] = [];
  let columns: Column[] | undefined;
  let heading: Line[] = [];
  for (const line of linesOf(text)) {
    if (isBlank(line) || isEcho(line) || /^Flow Control: ?\w+\s*$/i.test(line.text)) continue;
    if (/^Port\b/.test(line.text)) {
      heading = [line];
      columns = undefined;
    } else if (isRule(line) && heading.length > 0) {
      columns = columnsByRule(line);
      const parts = heading.map((part) => cut(part, columns ?? []));
      titles = columns.map((_, index) =>
        parts
          .map((cells) => cells[index])
          .join(' ')
          .trim(),
      );
    } else if (columns) {
      addStatus(records, line, cut(line, columns), titles);
    } else if (heading.length === 1) {
      heading.push(line);
    } else {
      throw new CaptureError(line.number, line.text, 'no table of ports with the state of their links');
    }
  }
  if (titles.length === 0) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of ports');
  return records;
}

function addStatus(records: StatusRecord[], line: Line, cells: readonly string[], titles: readonly string[]): void {
  const cell = (title: RegExp) => {
    const at = titles.findIndex((each) => title.test(each));
    return at < 0 ? undefined : (cells[at] ?? '');
  };
  const told = {
    description: cell(/^Desc/),
    duplex: cell(/^Duplex/),
    speed: cell(/^Speed/),
    vlan: cell(/^VLAN/i),
    type: cell(/^Type/),
  };
  const port = cells[0] ?? '';
  const status = cell(/^Link/) ?? '';
  const last = records.at(-1);
  if (last?.vlan !== undefined && told.vlan && cells.filter((each) => each !== '').length === 1) {
    records[records.length - 1] = { ...last, vlan: `${last.vlan}${told.vlan}` };
    return;
  }
  if (!/^[a-z]+[\d/]+$/i.test(port) || !/^(?:up|down|detached|D-Down|d-disable\w*|err-disabled?)$/i.test(status))
    throw new CaptureError(line.number, line.text, 'no port with the state of its link');
  const { description, vlan, duplex, speed, type } = told;
  records.push({
    port: dnosPort(port),
    status,
    ...(description ? { description } : {}),
    ...(vlan === undefined ? {} : { vlan }),
    ...(duplex === undefined ? {} : { duplex }),
    ...(speed === undefined ? {} : { speed }),
    ...(type === undefined ? {} : { type }),
  });
}

/** `show mac address-table`, with the columns in the order that the heading gives them. The switch's own are on `Vl1`. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let titles: string[] | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isEcho(line) || isRule(line)) continue;
    if (/^(?:Aging time is |Total MAC Addresses|MAC address table is)/i.test(line.text)) continue;
    if (/^VLAN(?: ID)? +Mac Address +/i.test(line.text)) {
      titles = line.text.trim().toLowerCase().split(/ {2,}/);
      continue;
    }
    const cells = line.text.trim().split(/\s+/);
    const cell = (...names: readonly string[]) => cells[titles?.findIndex((title) => names.includes(title)) ?? -1] ?? '';
    const mac = macAddress(cell('mac address'));
    const vlan = cell('vlan', 'vlan id');
    const port = cell('port', 'interface');
    if (!titles || cells.length !== titles.length || mac === null || !/^\d{1,4}$/.test(vlan) || port === '')
      throw new CaptureError(line.number, line.text, 'no address with its VLAN, type and port');
    records.push({ vlan: Number(vlan), mac, type: cell('type', 'status'), port: dnosPort(port) });
  }
  if (!titles) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}
