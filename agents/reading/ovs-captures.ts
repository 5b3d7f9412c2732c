import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord } from './capture.ts';
import { NO_VLAN, portRow, stateOf } from './ovs.ts';
import { columnText, type Row, rowsOf } from './ovs-records.ts';
import { isBlank, isPrompt, linesOf, macAddress } from './table.ts';

/**
 * What Open vSwitch prints, read by itself: `ovs-vsctl list port` and `list interface`, as text or with `-f json`, and
 * `ovs-appctl fdb/show`. It keeps no table of VLANs.
 */
export const ovsCaptures: Captures = { switchport: readPorts, status: readInterfaces, mac: readMacTable };

const capturedRow = portRow.partial({ _uuid: true, interfaces: true, protected: true, external_ids: true });

/** `ovs-vsctl list port`. A port whose frames go where no state can tell, and a bond, is told by its mode alone. */
function readPorts(text: string): PortRecord[] {
  return rowsOf(text).map((row) => {
    const parsed = capturedRow.safeParse(row.columns);
    if (!parsed.success) throw notUnderstood(row, 'no port with its name, tag, trunks and vlan_mode');
    const { name: port, tag, trunks, vlan_mode, interfaces = [], external_ids } = parsed.data;
    const mode = interfaces.length > 1 ? 'bond' : (vlan_mode ?? (tag === undefined ? 'trunk' : 'access'));
    const isProtected = parsed.data.protected ?? trunks.join() === `${NO_VLAN}`;
    const state = stateOf({ tag, trunks, vlan_mode, protected: isProtected, external_ids: external_ids ?? new Map() });
    if (mode === 'bond' || 'problem' in state) return { port, mode };
    const { native, tagged, enabled } = state;
    return { port, mode, native, tagged, ...(external_ids === undefined ? {} : { enabled }) };
  });
}

/** `ovs-vsctl list interface`. */
function readInterfaces(text: string): StatusRecord[] {
  return rowsOf(text).map((row) => {
    const field = (name: string) => columnText(row, name);
    const [port, error, speed, duplex, type] = ['name', 'error', 'link_speed', 'duplex', 'type'].map(field);
    if (port === undefined) throw notUnderstood(row, 'no interface with its name');
    const status = field('admin_state') === 'down' ? 'disabled' : (field('link_state') ?? 'unknown');
    return {
      port,
      status: error === undefined ? status : 'error',
      ...(error === undefined ? {} : { description: error }),
      ...(duplex === undefined ? {} : { duplex }),
      ...(speed === undefined ? {} : { speed }),
      ...(type === undefined ? {} : { type }),
    };
  });
}

/** `ovs-appctl fdb/show`: ports by their OpenFlow numbers. VLAN 0 is that of frames without a tag. */
function readMacTable(text: string): MacRecord[] {
  const lines = linesOf(text).filter((line) => !isBlank(line) && !isPrompt(line) && !/^\S*[#$] ovs-appctl\b/.test(line.text));
  const [header, ...rows] = lines;
  if (!header || !/^ *port +VLAN +MAC +Age$/.test(header.text.trimEnd()))
    throw new CaptureError(header?.number ?? 1, header?.text ?? '', 'no table of port, VLAN, MAC and age');
  return rows.map((line) => {
    const [, port = '', vlan = '', address = '', age = ''] = /^ *(\S+) +(\d+) +(\S+) +(\S+) *$/.exec(line.text) ?? [];
    const mac = macAddress(address);
    if (mac === null || Number(vlan) > 4095 || !/^(?:\d+|LOCAL)$/.test(port) || !/^(?:\d+|static)$/.test(age))
      throw new CaptureError(line.number, line.text, 'no learned address');
    return { vlan: Number(vlan), mac, type: age === 'static' ? 'static' : 'dynamic', port };
  });
}

const notUnderstood = ({ line }: Row, problem: string) => new CaptureError(line.number, line.text, problem);
