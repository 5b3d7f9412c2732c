import { dellOs10 } from '../../db/devices/dell-os10.ts';
import { CaptureError, type Captures, type MacRecord, type PortRecord, type StatusRecord, type VlanRecord } from './capture.ts';
import { applyOs10Setting, os10Fresh } from './dell-os10.ts';
import { readOs10Vlans } from './dell-os10-vlans.ts';
import { type InterfaceSection, runningConfiguration } from './interface-sections.ts';
import { type Column, columnsByHeader, cut, isBlank, isPrompt, isRule, linesOf, macAddress } from './table.ts';

/** What OS10 prints, read by itself. Forms of 10.4 to 10.5 (S4112F, S4148, S5248F, S6000). */
export const dellOs10Captures: Captures = {
  'running-config': readRunning,
  vlans: readVlans,
  status: readStatus,
  mac: readMacTable,
};

/** Names of ports as any table writes them: `Eth 1/1/3` is `ethernet1/1/3`; others, `Po 4` and `port-channel4`, stay. */
const portName = (text: string) => dellOs10.canonicalPort(text, {}) ?? text;

/** `show running-configuration`, whole or of interfaces. What is no Ethernet port is not looked at. */
function readRunning(text: string): PortRecord[] {
  const records: PortRecord[] = [];
  for (const section of runningConfiguration(text).interfaces) {
    if (/^range ethernet/.test(section.name))
      throw new CaptureError(
        section.header.number,
        section.header.text,
        'a compressed view; show the configuration without "compressed"',
      );
    const port = dellOs10.canonicalPort(section.name, {});
    if (port !== null) records.push(portRecord(port, section));
  }
  return records;
}

function portRecord(port: string, { settings }: InterfaceSection): PortRecord {
  const configured = os10Fresh();
  let description: string | undefined;
  let bundle: string | undefined;
  for (const line of settings) {
    description ??= /^description "?(.*?)"?$/.exec(line.text)?.[1];
    bundle ??= /^channel-group \d+/.exec(line.text)?.[0];
    // A routed port has addresses and protocols, a member of a bundle the words for it; neither has VLANs of its own.
    const understood =
      applyOs10Setting(configured, line.text) || /^(?:channel-group|lacp|(?:no )?ip(?:v6)?|vrf) /.test(line.text);
    if (!understood) throw new CaptureError(line.number, line.text, `a setting of ${port} that may change what it carries`);
  }
  const { mode, access, allowed, enabled } = configured;
  return {
    port,
    mode: bundle ?? mode,
    native: mode === 'routed' ? null : access,
    tagged: mode === 'trunk' ? allowed : [],
    ...(enabled === undefined ? {} : { enabled }),
    ...(description === undefined ? {} : { description }),
  };
}

/** `show vlan`. */
function readVlans(text: string): VlanRecord[] {
  return readOs10Vlans(text).map(({ vlan, name, status, tagged, untagged }) => ({ vlan, name, status, tagged, untagged }));
}

const statusNames = ['Port', 'Description', 'Status', 'Speed', 'Duplex', 'Mode', 'Vlan', 'Tagged-Vlans'];

/** `show interface status`. Descriptions are cut at 15 characters. */
function readStatus(text: string): StatusRecord[] {
  const records: StatusRecord[] = [];
  let columns: Column[] | undefined;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isRule(line) || isPrompt(line)) continue;
    if (/^Port +Description +Status/.test(line.text)) {
      columns = columnsByHeader(line, statusNames);
      continue;
    }
    const [port = '', description = '', status = '', speed = '', duplex = '', , vlan = '', tagged = ''] = cut(
      line,
      columns ?? [],
    );
    // A list that was wrapped.
    if (columns && port === '' && status === '' && /^[\d,-]+$/.test(tagged)) continue;
    if (!/^\w+ [\d/:.]+$/.test(port) || !/^(?:up|down|admin-?down|err-?disabled?)$/i.test(status))
      throw new CaptureError(line.number, line.text, 'no port with a status that is known');
    const described = description === '' ? {} : { description };
    records.push({ port: portName(port), status, ...described, vlan: /^\d+$/.test(vlan) ? vlan : '', duplex, speed });
  }
  return records;
}

/** `show mac address-table`. */
function readMacTable(text: string): MacRecord[] {
  const records: MacRecord[] = [];
  let inTable = false;
  for (const line of linesOf(text)) {
    if (isBlank(line) || isRule(line) || isPrompt(line)) continue;
    if (/^\s*VlanId +Mac Address +Type +Interface/i.test(line.text)) {
      inTable = true;
      continue;
    }
    const [, vlan, address = '', type = '', port = ''] =
      /^\s*(?:pv )?(\d{1,4})\s+([\da-f:.-]{12,17})\s+(\w+)\s+(\S+)\s*$/i.exec(line.text) ?? [];
    const mac = macAddress(address);
    if (inTable && vlan !== undefined && mac !== null) records.push({ vlan: Number(vlan), mac, type, port: portName(port) });
    else if (inTable || !/^Codes:/.test(line.text))
      throw new CaptureError(line.number, line.text, 'no address with its VLAN and port');
  }
  if (!inTable) throw new CaptureError(1, linesOf(text)[0]?.text ?? '', 'no table of addresses');
  return records;
}
