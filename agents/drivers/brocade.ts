import type { z } from 'zod';
import { brocadePort, brocadeSettings, brocade as family } from '../../db/devices/brocade.ts';
import { parseBrocadePort } from '../reading/brocade.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import { xmlElement } from '../reading/xml.ts';
import type { RestRequest } from '../sessions/rest.ts';
import { type RestFamily, type RestStep, restSwitch } from './rest-switch.ts';

type Settings = z.output<typeof brocadeSettings>;

/** What the command line takes of a list of VLANs at once is not documented; this much it does. */
const longestList = 160;

/** A port's resource. The name stands in quotation marks, because it holds slashes. */
function resource(port: string, { interface_type }: Settings): string {
  const parts = brocadePort(port, interface_type);
  if (!parts) throw new TypeError(`${port} is no canonical name of a port`);
  return `/rest/config/running/interface/${parts.type}/%22${parts.numbers}%22`;
}

/** Where VLANs are made. */
const vlanContainer = '/rest/config/running/interface-vlan/interface';

const get = (path: string, ...also: number[]): RestStep => ({ method: 'GET', path, also });
const remove = (path: string, ...also: number[]): RestStep => ({ method: 'DELETE', path, also });
const send = (method: RestRequest['method'], path: string, body: { readonly xml: string }, ...also: number[]): RestStep => ({
  method,
  path,
  body: body.xml,
  also,
});

const isShut = /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:[\w-]+:)?shutdown(?:\s[^<>]*)?>\s*true\s*<\/(?:[\w-]+:)?shutdown>\s*$/;

/** Shuts a port. "Conflict" says that it is shut already, or that somebody holds the configuration: only asking tells which. */
const shut = (port: string): RestStep[] => [
  send('POST', port, xmlElement('shutdown', 'true'), 409),
  { ...get(`${port}/shutdown`), expected: isShut },
];

/**
 * How a Brocade VDX with Network OS is spoken to: paths and bodies as the predecessor's driver used them on a VDX 6740 with 5.0.1
 * and 7.0. What changes acts at once. `409` is "is there already", `404` is "is not there".
 */
export const brocadeFamily: RestFamily<Settings> = {
  family,
  settings: brocadeSettings,
  probe: { method: 'GET', path: '/rest' },

  version: {
    step: {
      method: 'POST',
      path: '/rest/operational-state/show-firmware-version',
      body: xmlElement('show-firmware-version').xml,
    },
    pattern: /<(?:[\w-]+:)?os-version(?:\s[^<>]*)?>\s*([^\s<]+)/,
  },

  read(port, settings) {
    const path = resource(port, settings);
    // The interface itself must be there; below it, what is not configured is not found.
    return [
      get(path),
      ...['shutdown', 'switchport/mode', 'switchport/trunk', 'switchport/access'].map((name) => get(`${path}/${name}`, 404)),
    ];
  },
  parse(port, [own = '', shutdown = '', mode = '', trunk = '', access = ''], { interface_type }) {
    const numbers = brocadePort(port, interface_type)?.numbers ?? port;
    return parseBrocadePort(numbers, { interface: own, shutdown, mode, trunk, access });
  },

  change(port, { native, tagged }, settings) {
    const path = resource(port, settings);
    // A port in no VLAN is best no switchport: then it carries nothing even where somebody opens it. If that is refused, it is a
    // trunk without VLANs, and shut.
    const nothing: RestStep[] = [{ ...remove(`${path}/switchport`, 404), mayFail: true }];
    const trunk = `${path}/switchport/trunk`;
    const vlans = native === null ? tagged : [native, ...tagged];
    const allowed = `${trunk}/allowed/vlan`;
    return [
      ...shut(path),
      // By the schema (`interface-vlan`, brocade-interface). No manual shows the request: where it is refused, the VLANs have to be there.
      ...vlans.map((vlan) => ({
        ...send('POST', vlanContainer, xmlElement('vlan', xmlElement('name', `${vlan}`)), 409),
        mayFail: true as const,
      })),
      send('POST', path, xmlElement('switchport'), 409),
      send('PUT', `${path}/switchport/mode`, xmlElement('mode', xmlElement('vlan-mode', 'trunk'))),
      // Some refuse to empty what is empty. The port is shut, and what it holds in the end is read.
      { ...send('PUT', allowed, xmlElement('vlan', xmlElement('none', 'true'))), mayFail: true },
      // By default the native VLAN goes out tagged, and untagged frames are dropped.
      remove(`${trunk}/tag/native-vlan`, 404),
      native === null
        ? remove(`${trunk}/native-vlan`, 404)
        : send('PUT', trunk, xmlElement('trunk', xmlElement('native-vlan', `${native}`))),
      ...formatVlans(tagged, longestList).map((list) => send('PUT', allowed, xmlElement('vlan', xmlElement('add', list)))),
      ...(native === null && tagged.length === 0 ? nothing : []),
    ];
  },
  enable: (port, settings) => [remove(`${resource(port, settings)}/shutdown`, 404)],
  shut: (port, settings) => shut(resource(port, settings)),

  // A logical chassis keeps every change by itself.
  save: null,
};

/** The driver for switches of type `brocade`. */
export const brocade = restSwitch(brocadeFamily);
