import { aristaEos } from '../../db/devices/arista-eos.ts';
import { applyEosSetting, eosFresh, stateOfEos } from './arista-eos.ts';
import { CaptureError, type Captures, type PortRecord } from './capture.ts';
import { runningConfiguration } from './interface-sections.ts';
import { readIosMac, readIosStatus, readIosVlans } from './ios-tables.ts';
import { type SwitchportRecord, switchportRecords, vlanField } from './switchport-records.ts';
import { parseVlans } from './vlan-list.ts';

/** `Et1` is `Ethernet1`; what is no Ethernet port, `Po4` and `Ma1`, stays. */
const naming = (printed: string) => aristaEos.canonicalPort(printed, {}) ?? printed;

/** What EOS prints, read by itself. */
export const aristaEosCaptures: Captures = {
  switchport: (text) => switchportRecords(text).map(switchportRecord),
  'running-config': readRunning,
  vlans: (text) => readIosVlans(text, naming),
  status: (text) => readIosStatus(text, naming),
  mac: (text) => readIosMac(text, naming),
};

function switchportRecord(record: SwitchportRecord): PortRecord {
  const { first, fields } = record;
  const port = naming(fields.get('Name') ?? '');
  if (fields.get('Switchport') === 'Disabled') return { port, mode: 'routed', native: null, tagged: [] };
  const printed = fields.get('Administrative Mode') ?? '';
  const access = vlanField(record, 'Access Mode VLAN');
  const tagging = fields.get('Administrative Native VLAN tagging') === 'enabled';
  const native = vlanField(record, 'Trunking Native Mode VLAN');
  const allowed = parseVlans(fields.get('Trunking VLANs Enabled') ?? '');
  if (!/^(?:trunk|static access)$/.test(printed) || access === null || (native === null && !tagging) || allowed === null)
    throw new CaptureError(first.number, first.text, 'a port whose mode or VLANs are not understood');
  const mode = printed === 'trunk' ? 'trunk' : 'access';
  const state = stateOfEos({ mode, access, native: tagging ? null : native, allowed, enabled: true });
  return { port, mode: printed, native: state.native, tagged: state.tagged };
}

/** The Ethernet ports of `show running-config`, whole or of one interface. What stands outside of them is not looked at. */
function readRunning(text: string): PortRecord[] {
  return runningConfiguration(text).interfaces.flatMap(({ name, settings }) => {
    const port = aristaEos.canonicalPort(name, {});
    if (port === null) return [];
    const configured = eosFresh();
    let description: string | undefined;
    for (const line of settings) {
      description = /^description (.*)$/.exec(line.text)?.[1] ?? description;
      // A routed port is in no VLAN, whatever its addresses.
      if (!applyEosSetting(configured, line.text) && !(configured.mode === 'routed' && /^(?:no )?ip(?:v6)? /.test(line.text)))
        throw new CaptureError(line.number, line.text, `a setting of ${port} that may change what it carries`);
    }
    return [{ port, mode: configured.mode, ...stateOfEos(configured), ...(description === undefined ? {} : { description }) }];
  });
}
