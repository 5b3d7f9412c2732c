import { type Configuration, existingVlans, membersOf, portNumber } from './configuration.ts';

/** A table of CONFIG_DB: fields by key, keys of several parts joined by `|`. */
export type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** CONFIG_DB as `sonic-cfggen -d` reads it. A table without entries is not there. */
export function configDb(configuration: Configuration, hostname: string): Record<string, Table> {
  const vlans = existingVlans(configuration);
  const ports = Object.entries(configuration.ports);
  const tables: Record<string, Table> = {
    DEVICE_METADATA: { localhost: { hostname, hwsku: 'Force10-S6000', mac: '02:00:5e:50:4c:01', type: 'ToRRouter' } },
    INTERFACE: addresses(ports.map(([name, port]) => [name, port.addresses])),
    PORT: Object.fromEntries(ports.map(([name, { admin, mode }]) => [name, portEntry(name, admin, mode)])),
    VLAN: Object.fromEntries(vlans.map((vlan) => [`Vlan${vlan}`, { vlanid: `${vlan}` }])),
    VLAN_INTERFACE: addresses(vlans.map((vlan) => [`Vlan${vlan}`, configuration.vlans[vlan]?.addresses ?? []])),
    VLAN_MEMBER: Object.fromEntries(
      vlans.flatMap((vlan) =>
        membersOf(configuration, vlan).map(({ name, way }) => [`Vlan${vlan}|${name}`, { tagging_mode: way }]),
      ),
    ),
  };
  return Object.fromEntries(Object.entries(tables).filter(([, table]) => Object.keys(table).length > 0));
}

/** Data as `json.dumps(..., indent=4)` writes it. */
export function toJson(data: object): string {
  return `${JSON.stringify(data, null, 4)}\n`;
}

/** The lanes of a port: four, beginning with the one it is named after. */
export function lanes(name: string): string {
  return [0, 1, 2, 3].map((lane) => portNumber(name) + lane).join(',');
}

/** The name of a port as it is printed on the box. */
export function alias(name: string): string {
  return `etp${Math.floor(portNumber(name) / 4) + 1}`;
}

function portEntry(name: string, admin: string, mode: string | null): Record<string, string> {
  const entry = { admin_status: admin, alias: alias(name), index: `${Math.floor(portNumber(name) / 4)}`, lanes: lanes(name) };
  return { ...entry, ...(mode === null ? {} : { mode }), mtu: '9100', speed: '40000' };
}

function addresses(interfaces: readonly (readonly [string, readonly string[]])[]): Table {
  return Object.fromEntries(
    interfaces.flatMap(([name, list]) =>
      list.length > 0 ? [name, ...list.map((ip) => `${name}|${ip}`)].map((key) => [key, {}]) : [],
    ),
  );
}
