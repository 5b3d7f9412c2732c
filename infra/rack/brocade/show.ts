import type { HttpAnswer } from '../http-server.ts';
import { escapeXml } from '../xml.ts';
import { INTERFACES, type PortName, portName, portPath, vlanPath } from './addresses.ts';
import type { Configuration, PortConfiguration } from './configuration.ts';
import type { Resource } from './port-schema.ts';
import { portSchema } from './port-schema.ts';

const NAMESPACES = 'xmlns="urn:brocade.com:mgmt:brocade-interface" xmlns:y="http://brocade.com/ns/rest"';
const VERSION = '4.1.3b';

/** What is shown: text, or elements and a path of its own. */
type Shown =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly self: string; readonly children: readonly Shown[] };

/** One resource of a port, or nothing if it is not there. */
export function shownResource(name: string, resource: Resource, port: PortConfiguration, self: string): Shown[] {
  if ('value' in resource) {
    const text = resource.value(port);
    return text === null ? [] : [{ name, text }];
  }
  if (!resource.exists(port)) return [];
  const children = Object.entries(resource.children).flatMap(([child, below]) =>
    shownResource(child, below, port, `${self}/${child}`),
  );
  return [{ name, self, children }];
}

/** A port with everything below it. */
export function shownPort(port: PortConfiguration, name: PortName): Shown {
  const self = portPath(name);
  const children = shownResource(name.type, portSchema, port, self).flatMap((shown) =>
    'children' in shown ? shown.children : [],
  );
  return { name: name.type, self, children: [{ name: 'name', text: name.numbers }, ...children] };
}

/** A VLAN. */
export function shownVlan(vlan: string): Shown {
  return { name: 'Vlan', self: vlanPath(vlan), children: [{ name: 'name', text: vlan }] };
}

/** All VLANs and ports. */
export function shownInterfaces({ vlans, ports }: Configuration, interfaceType: string): Shown {
  const children = [
    ...vlans.map((vlan) => shownVlan(String(vlan))),
    ...Object.entries(ports).map(([name, port]) => shownPort(port, portName(name, interfaceType))),
  ];
  return { name: 'interface', self: INTERFACES, children };
}

/** A document of one resource. A value alone also tells its own path. */
export function documentOf(shown: Shown, self: string): HttpAnswer {
  const body =
    'text' in shown
      ? `<${shown.name} ${NAMESPACES} y:self="${self}">${escapeXml(shown.text)}</${shown.name}>\n`
      : `${lines(shown, NAMESPACES, '').join('\n')}\n`;
  return { status: 200, body, headers: { 'content-type': 'application/vnd.configuration.resource+xml' } };
}

function lines(shown: Shown, namespaces: string, indent: string): string[] {
  if ('text' in shown) return [`${indent}<${shown.name}>${escapeXml(shown.text)}</${shown.name}>`];
  const head = `${indent}<${shown.name}${namespaces && ` ${namespaces}`} y:self="${shown.self}"`;
  if (shown.children.length === 0) return [`${head}/>`];
  return [`${head}>`, ...shown.children.flatMap((child) => lines(child, '', `${indent}  `)), `${indent}</${shown.name}>`];
}

/** The answer to the operation `show-firmware-version` (Network OS YANG Reference, brocade-firmware-ext). */
export function firmwareVersion(): HttpAnswer {
  const body = [
    '<output xmlns="urn:brocade.com:mgmt:brocade-firmware-ext">',
    '  <show-firmware-version>',
    '    <switchid>fcs</switchid>',
    '    <os-name>Network Operating System Software</os-name>',
    `    <os-version>${VERSION}</os-version>`,
    '    <copy-right-info>Copyright (c) 1995-2015 Brocade Communications Systems, Inc.</copy-right-info>',
    '    <build-time>10:20:30 Mar 2, 2015</build-time>',
    `    <firmware-full-version>${VERSION}</firmware-full-version>`,
    '    <control-processor-memory>2037 MB</control-processor-memory>',
    '  </show-firmware-version>',
    '</output>',
  ];
  return { status: 200, body: `${body.join('\n')}\n`, headers: { 'content-type': 'application/vnd.operations.resource+xml' } };
}
