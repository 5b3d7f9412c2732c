import { text } from '../dell/layout.ts';
import { type Configuration, freshPort } from './configuration.ts';

const RULE = '-'.repeat(81);

function row(cells: readonly string[]): string {
  return [16, 16, 9, 9, 9, 5, 5, 0]
    .map((width, column) => (cells[column] ?? '').slice(0, width ? width - 1 : undefined).padEnd(width))
    .join('')
    .trimEnd();
}

/** `show interface status`. `Vlan` is where untagged frames land, of a trunk too; the description is cut. */
export function showStatus(configuration: Configuration, interfaces: readonly string[]): string {
  return text([
    RULE,
    row(['Port', 'Description', 'Status', 'Speed', 'Duplex', 'Mode', 'Vlan', 'Tagged-Vlans']),
    RULE,
    ...interfaces.map((name) => {
      const { description, shutdown, routed, mode, access, tagged } = configuration.ports[name] ?? freshPort();
      const link = shutdown ? ['down', '0', 'full'] : ['up', '10G', 'full'];
      const cells = [name.replace('ethernet', 'Eth '), description, ...link];
      if (routed) return row([...cells, '', '-', '']);
      return row([...cells, mode === 'trunk' ? 'T' : 'A', access === null ? '-' : String(access), tagged || '-']);
    }),
    RULE,
  ]);
}

/** `show interface ethernet1/1/1`, as far as anybody here looks at it. */
export function showInterfaces(configuration: Configuration, interfaces: readonly string[]): string {
  return text(
    interfaces.flatMap((name) => {
      const { description, shutdown } = configuration.ports[name] ?? freshPort();
      const line = shutdown ? 'down' : 'up';
      return [
        `${name.replace('ethernet', 'Ethernet ')} is ${line}, line protocol is ${line}`,
        ...(description === '' ? [] : [`Description: ${description}`]),
        'Hardware is Eth',
        'Pluggable media present, SFP+ type is SFP+ 10GBASE-SR',
        'Internet address is not set',
        'MTU 1532 bytes',
        'LineSpeed 10G, Auto-Negotiation off',
        'FEC is off, Current FEC is off',
        'Flowcontrol rx off tx off',
        '',
      ];
    }),
  );
}
