import { ciscoIos } from '../../db/devices/cisco-ios.ts';
import { CaptureError, type Captures, type PortRecord } from './capture.ts';
import { applyIosSetting, iosFresh, iosMode, stateOfIos } from './cisco-ios.ts';
import { runningConfiguration } from './interface-sections.ts';
import { readIosMac, readIosStatus, readIosVlans } from './ios-tables.ts';
import { type SwitchportRecord, switchportRecords, vlanField } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** `Gi1/0/5` is `GigabitEthernet1/0/5`; what is no Ethernet port, `Po4` and `Vlan10`, stays. */
const naming = (printed: string) => ciscoIos.canonicalPort(printed, {}) ?? printed;

/** What IOS and IOS-XE print, read by itself. Forms of the Catalyst 2960, 3560, 3750, 3850, 4500, 6500 and 9000. */
export const ciscoIosCaptures: Captures = {
  switchport: (text) => switchportRecords(text).map(switchportRecord),
  'running-config': readRunning,
  vlans: (text) => readIosVlans(text, naming),
  status: (text) => readIosStatus(text, naming),
  mac: (text) => readIosMac(text, naming),
};

/** A port as it is at work; the mode is the configured one. IOS says no more than that of a port whose module is not there. */
function switchportRecord(record: SwitchportRecord): PortRecord {
  const { first, fields } = record;
  const port = naming(fields.get('Name') ?? '');
  if (fields.get('Switchport') === 'Disabled') return { port, mode: 'routed', native: null, tagged: [] };
  const printed = fields.get('Administrative Mode') ?? '';
  const administrative = iosMode(printed);
  if (administrative !== undefined && fields.size === 3) return { port, mode: printed };
  const access = vlanField(record, 'Access Mode VLAN');
  const native = vlanField(record, 'Trunking Native Mode VLAN');
  const allowed = parseVlans(fields.get('Trunking VLANs Enabled') ?? '');
  if (administrative === undefined || access === null || native === null || allowed === null)
    throw new CaptureError(first.number, first.text, 'a port whose mode or VLANs are not understood');
  const negotiated = /^trunk\b/.test(fields.get('Operational Mode') ?? '') ? 'trunk' : 'access';
  const mode = administrative === 'dynamic' ? negotiated : administrative;
  const state = stateOfIos(mode, { access, native, allowed, enabled: true });
  // A telephone at an access port tags its own frames.
  const voice = mode === 'access' ? vlanField(record, 'Voice VLAN') : null;
  return { port, mode: printed, native: state.native, tagged: voice === null ? state.tagged : [voice] };
}

/** The Ethernet ports of `show running-config`, whole or of one interface. What stands outside of them is not looked at. */
function readRunning(text: string): PortRecord[] {
  return runningConfiguration(text).interfaces.flatMap(({ name, settings }) => {
    const port = ciscoIos.canonicalPort(name, {});
    if (port === null) return [];
    const configured = iosFresh();
    let description: string | undefined;
    for (const line of settings) {
      description = /^description (.*)$/.exec(line.text)?.[1] ?? description;
      // A routed port is in no VLAN, whatever its addresses.
      if (!applyIosSetting(configured, line.text) && !(configured.mode === 'routed' && /^(?:no )?ip(?:v6)? /.test(line.text)))
        throw new CaptureError(line.number, line.text, `a setting of ${port} that may change what it carries`);
    }
    const said = description === undefined ? {} : { description };
    const { mode, enabled } = configured;
    if (mode === 'routed') return [{ port, mode, native: null, tagged: [], enabled, ...said }];
    // Which mode is the default is not written here, nor what a dynamic port came to.
    if (mode === 'default') return [{ port, enabled, ...said }];
    if (mode === 'dynamic') return [{ port, mode, enabled, ...said }];
    return [{ port, mode, ...stateOfIos(mode, configured), ...said }];
  });
}
