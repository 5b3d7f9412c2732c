import { listed } from '../dell/general-mode.ts';
import { portGroups, text } from '../dell/layout.ts';
import { formatVlanList, wrapList } from '../vlan-list.ts';
import { ALL_ALLOWED, type Configuration, defaultVlanName, existingVlans, type PortConfiguration } from './configuration.ts';
import { configuredVlans, portOf } from './show-ports.ts';
import { NO_SUCH_VLAN } from './wording.ts';

const VERSION = '6.3.3.10';
const MAC = '0200.5E30.4801';
const PORT_CHANNELS = 128;
const LIST_WIDTH = 100;

/** `show vlan`, and `show vlan id`, in which only ports that frames of the VLAN pass stand. */
export function showVlan(configuration: Configuration, vlans: readonly number[] = existingVlans(configuration)): string {
  if (vlans.some((vlan) => configuration.vlans[vlan] === undefined)) return NO_SUCH_VLAN;
  return text([
    '',
    'VLAN   Name                             Ports          Type',
    '-----  ---------------                  -------------  --------------',
    ...vlans.flatMap((vlan) => {
      const names = Object.keys(configuration.ports).filter((name) => {
        const { native, tagged } = configuredVlans(portOf(configuration, name));
        return native === vlan || tagged.includes(vlan);
      });
      const groups = [...(vlan === 1 ? [`Po1-${PORT_CHANNELS}`] : []), ...portGroups(names)];
      // One group stands on each line, whatever room there is.
      const [first = '', ...more] = groups.map((group, index) => (index < groups.length - 1 ? `${group},` : group));
      const head = `${String(vlan).padEnd(5)}  ${(configuration.vlans[vlan] ?? '').padEnd(32)}`;
      return [`${head} ${first.padEnd(13)}  ${vlan === 1 ? 'Default' : 'Static'}`].concat(
        more.map((line) => `${' '.repeat(40)}${line.padEnd(15)}`),
      );
    }),
  ]);
}

/** The lines of a port in the running configuration. What is at its default is not printed: no list means every VLAN. */
function portLines({ description, shutdown, mode, access, native, allowed, general }: PortConfiguration): string[] {
  const lines: string[] = [];
  const say = (condition: boolean, line: string) => {
    if (condition) lines.push(line);
  };
  say(description !== '', `description "${description}"`);
  say(shutdown, 'shutdown');
  say(mode !== 'access', `switchport mode ${mode}`);
  say(access !== 1, `switchport access vlan ${access}`);
  say(native !== 1, `switchport trunk native vlan ${native}`);
  if (allowed === '') lines.push('switchport trunk allowed vlan none');
  else if (allowed !== ALL_ALLOWED) {
    const [first, ...more] = wrapList(allowed.split(','), ',', LIST_WIDTH);
    lines.push(`switchport trunk allowed vlan ${first}`, ...more.map((list) => `switchport trunk allowed vlan add ${list}`));
  }
  say(general.pvid !== 1, `switchport general pvid ${general.pvid}`);
  say(general.untagged !== '1' && general.untagged !== '', `switchport general allowed vlan add ${general.untagged}`);
  say(general.tagged !== '', `switchport general allowed vlan add ${general.tagged} tagged`);
  const members = [...listed(general.untagged), ...listed(general.tagged)];
  say(!members.includes(1), 'switchport general allowed vlan remove 1');
  say(!general.filtering, 'switchport general ingress-filtering disable');
  say(general.taggedOnly, 'switchport general acceptable-frame-type tagged-only');
  return lines;
}

/** `show running-config interface X`: the lines alone, without the name. */
export function showRunningInterface(configuration: Configuration, name: string): string {
  const lines = portLines(portOf(configuration, name));
  return text(lines.length === 0 ? [''] : ['', ...lines]);
}

/** The whole running configuration, nothing indented. */
export function showRunning(configuration: Configuration, hostname: string, ports: readonly string[]): string {
  const vlans = existingVlans(configuration).filter((vlan) => vlan !== 1);
  const named = vlans.filter((vlan) => configuration.vlans[vlan] !== defaultVlanName(vlan));
  return text([
    '',
    '!Current Configuration:',
    `!System Description "${model(ports)}, ${VERSION}, Linux 3.6.5"`,
    `!System Software Version ${VERSION}`,
    '!',
    'configure',
    ...(vlans.length === 0 ? [] : [`vlan ${formatVlanList(vlans)}`, 'exit']),
    ...named.flatMap((vlan) => [`vlan ${vlan}`, `name "${configuration.vlans[vlan]}"`, 'exit']),
    `hostname "${hostname}"`,
    'slot 1/0 2    ! Dell Networking N3048',
    'stack',
    'member 1 2    ! N3048',
    'exit',
    // The real switch prints a digest here; no reader should find one to try.
    'username "admin" password * privilege 15 encrypted',
    'ip ssh server',
    ...Object.entries(configuration.ports).flatMap(([name, port]) => {
      const lines = portLines(port);
      return lines.length === 0 ? [] : ['!', `interface ${name}`, ...lines, 'exit'];
    }),
    'exit',
  ]);
}

function model(ports: readonly string[]): string {
  return `Dell Networking ${ports.filter((name) => name.startsWith('Gi')).length > 24 ? 'N3048' : 'N3024'}`;
}

/** `show mac address-table` of a switch that has heard nobody: only itself. */
export function showMacAddressTable(): string {
  return text([
    '',
    'Aging time is 300 Sec',
    '',
    'Vlan     Mac Address           Type        Port',
    '-------- --------------------- ----------- ---------------------',
    `${'1'.padEnd(8)} ${MAC.padEnd(21)} ${'Management'.padEnd(11)} Vl1`,
  ]);
}

/** `show version`. `up` is the time since the start in milliseconds. */
export function showVersion(hostname: string, ports: readonly string[], up: number): string {
  const seconds = Math.floor(up / 1000);
  const line = (name: string, value: string) => `${name.padEnd(34, '.')} ${value}`;
  return text([
    '',
    line('Machine Description', 'Dell Networking Switch'),
    line('System Model ID', model(ports).slice(-5)),
    line('Machine Type', model(ports)),
    line('System Name', hostname),
    line('Serial Number', 'SIMULATED00'),
    line('Manufacturer', '0xbc00'),
    line('Burned In MAC Address', MAC),
    line('System Object ID', '1.3.6.1.4.1.674.10895.3061'),
    line(
      'System Up Time',
      `${Math.floor(seconds / 86400)} days, ${Math.floor(seconds / 3600) % 24}h:${Math.floor(seconds / 60) % 60}m:${seconds % 60}s`,
    ),
    '',
    'unit active      backup      current-active next-active',
    '---- ----------- ----------- -------------- --------------',
    `1    ${VERSION.padEnd(11)} 6.2.6.6     ${VERSION.padEnd(14)} ${VERSION}`,
  ]);
}
