import type { LayoutNode, SiteLayout } from './layout.ts';

/** A layout with everything written as HaaS keeps it, so that it can be compared: short names of types, and hardware addresses in one notation. */
export function normalized(layout: SiteLayout): SiteLayout {
  return {
    ...layout,
    switches: layout.switches?.map((each) => {
      const type = shortType(each.type);
      const { hostname, transport } = each;
      const isSelf = type === 'ovs' && transport !== 'ssh' && (hostname === '127.0.0.1' || hostname === '::1');
      return { ...each, type, ...(isSelf ? { hostname: 'localhost' } : {}) };
    }),
    nodes: layout.nodes?.map(normalizedNode),
  };
}

function normalizedNode(node: LayoutNode): LayoutNode {
  const { obm, nics } = node;
  return {
    ...node,
    obm: obm && { ...obm, type: shortType(obm.type) },
    nics: nics?.map((nic) => ({ ...nic, mac: hardwareAddress(nic.mac) })),
  };
}

/** The predecessor has URLs for types, which end in the short name. */
function shortType(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

/** A hardware address in lower case with colons, however it was typed; anything else as it is. */
function hardwareAddress(text: string): string {
  const isOne = /^[0-9a-f]{2}([:.-]?[0-9a-f]{2}){5}$/i.test(text) || /^[0-9a-f]{4}([.:-][0-9a-f]{4}){2}$/i.test(text);
  return isOne ? (text.toLowerCase().match(/[0-9a-f]{2}/g) ?? []).join(':') : text;
}

/** Every port that a layout names, by its switch. */
export function portsNamed(layout: SiteLayout): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  const add = (label: string, port: string) => named.set(label, (named.get(label) ?? new Set<string>()).add(port));
  for (const { name, ports = [] } of layout.switches ?? []) for (const port of ports) add(name, port.name);
  for (const { nics = [] } of layout.nodes ?? []) {
    for (const { switch: label, port } of nics) if (label && port) add(label, port);
  }
  return named;
}

/** A layout in which ports are called as `known` says: by the name that HaaS has for them, where it has another. */
export function withPortNames(layout: SiteLayout, known: (label: string, port: string) => string | undefined): SiteLayout {
  return {
    ...layout,
    switches: layout.switches?.map((each) => ({
      ...each,
      ports: each.ports?.map((port) => ({ ...port, name: known(each.name, port.name) ?? port.name })),
    })),
    nodes: layout.nodes?.map((node) => ({
      ...node,
      nics: node.nics?.map((nic) => (nic.switch && nic.port ? { ...nic, port: known(nic.switch, nic.port) ?? nic.port } : nic)),
    })),
  };
}
