import { command, type Rule } from '../command-grammar.ts';
import { type Action as ConsoleAction, silently } from '../console.ts';
import { EVERY_VLAN, formatVlanList } from '../vlan-list.ts';
import { ALL_ALLOWED, allowedVlans, defaultVlanName, freshPort, type PortConfiguration } from './configuration.ts';
import { type Arguments, interfacesOf, lineUpTo, numberBetween, trunkVlans, vlan, vlanList, wordUpTo } from './parameters.ts';
import { save } from './save.ts';
import type { Shell } from './shell.ts';
import {
  showInterfaceStatus,
  showMacAddressTable,
  showRunning,
  showRunningInterfaces,
  showSwitchport,
  showVersion,
  showVlan,
} from './show.ts';

const LONGEST_VLAN_NAME = 32;
const LONGEST_DESCRIPTION = 254;

type Action = ConsoleAction<Shell, Arguments>;

function execCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const interfaces = interfacesOf(ports);
  const shown = ({ interfaces }: Arguments) => (interfaces.length > 0 ? interfaces : ports);
  const switchport: Action = (shell, given) => showSwitchport(shell.configuration, shown(given));
  const status: Action = (shell, given) => showInterfaceStatus(shell.configuration, shown(given));
  return [
    command(enterConfiguration, 'configure terminal'),
    command(() => save, 'copy running-config startup-config'),
    command(leaveEverything, 'end'),
    command(leaveOne, 'exit'),
    command(switchport, 'show interface switchport'),
    command(switchport, 'show interface', interfaces, 'switchport'),
    command(status, 'show interface status'),
    command(status, 'show interface', interfaces, 'status'),
    command(() => showMacAddressTable(), 'show mac address-table'),
    command(
      ({ configuration, device, username }) => showRunning(configuration, device.hostname, username),
      'show running-config',
    ),
    command(
      (shell, given) => showRunningInterfaces(shell.configuration, given.interfaces, `Ethernet${given.text}`),
      'show running-config interface',
      interfaces,
    ),
    command(({ device }) => showVersion(device.hostname, Date.now() - device.started.getTime()), 'show version'),
    command((shell) => showVlan(shell.configuration, false), 'show vlan'),
    command((shell) => showVlan(shell.configuration, true), 'show vlan brief'),
    command(
      silently((shell, { number }) => (shell.length = number)),
      'terminal length',
      numberBetween(0, 511),
    ),
    command(
      silently((shell, { number }) => (shell.width = number)),
      'terminal width',
      numberBetween(24, 511),
    ),
    command(() => '', 'terminal monitor'),
    command(() => '', 'terminal no monitor'),
  ];
}

function configCommands(ports: readonly string[]): Rule<Arguments, Action>[] {
  const interfaces = interfacesOf(ports);
  return [
    command(
      silently((shell, given) => shell.enter({ kind: 'interface', interfaces: given.interfaces })),
      'interface',
      interfaces,
    ),
    command(resetInterfaces, 'default interface', interfaces),
    command(
      silently((shell, { vlans }) => shell.enter({ kind: 'vlan', vlans, name: null, real: !shell.lying })),
      'vlan',
      vlanList,
    ),
    command(deleteVlans, 'no vlan', vlanList),
  ];
}

function interfaceCommands(): Rule<Arguments, Action>[] {
  const allowed = (choose: (now: readonly number[], given: readonly number[]) => readonly number[]): Action =>
    onPorts((port, { vlans }) => {
      const chosen = new Set(choose(allowedVlans(port), vlans));
      port.allowed = formatVlanList(EVERY_VLAN.filter((id) => chosen.has(id)));
    });
  const trunk = 'switchport trunk allowed vlan';
  const allowAll = onPorts((port) => (port.allowed = ALL_ALLOWED));
  return [
    command(
      onPorts((port, { text }) => (port.description = text)),
      'description',
      lineUpTo(LONGEST_DESCRIPTION),
    ),
    command(
      onPorts((port) => (port.description = '')),
      'no description',
    ),
    command(
      onPorts((port) => (port.shutdown = true)),
      'shutdown',
    ),
    command(
      onPorts((port) => (port.shutdown = false)),
      'no shutdown',
    ),
    // The 5000 has no routed ports, so this says nothing and its opposite is refused.
    command(() => '', 'switchport'),
    command(refuseRouting, 'no switchport'),
    command(
      onPorts((port) => (port.mode = 'access')),
      'switchport mode access',
    ),
    command(
      onPorts((port) => (port.mode = 'trunk')),
      'switchport mode trunk',
    ),
    command(
      onPorts((port) => (port.mode = 'access')),
      'no switchport mode',
    ),
    command(
      onPorts((port, { vlans }) => (port.access = vlans[0] ?? 1)),
      'switchport access vlan',
      vlan,
    ),
    command(
      onPorts((port) => (port.access = 1)),
      'no switchport access vlan',
    ),
    command(
      onPorts((port, { vlans }) => (port.native = vlans[0] ?? 1)),
      'switchport trunk native vlan',
      vlan,
    ),
    command(
      onPorts((port) => (port.native = 1)),
      'no switchport trunk native vlan',
    ),
    command(
      allowed((_, given) => given),
      trunk,
      trunkVlans,
    ),
    command(
      allowed((now, given) => [...now, ...given]),
      `${trunk} add`,
      trunkVlans,
    ),
    command(
      allowed((now, given) => now.filter((id) => !given.includes(id))),
      `${trunk} remove`,
      trunkVlans,
    ),
    command(
      allowed((_, given) => EVERY_VLAN.filter((id) => !given.includes(id))),
      `${trunk} except`,
      trunkVlans,
    ),
    command(
      allowed(() => []),
      `${trunk} none`,
    ),
    command(allowAll, `${trunk} all`),
    // Taking the list away does not close the trunk: it opens it to every VLAN.
    command(allowAll, `no ${trunk}`),
  ];
}

function vlanCommands(): Rule<Arguments, Action>[] {
  return [
    command((shell, { text }) => nameVlan(shell, () => text), 'name', wordUpTo(LONGEST_VLAN_NAME)),
    command((shell) => nameVlan(shell, defaultVlanName), 'no name'),
  ];
}

/** The commands of a switch with these ports that are known in each mode. Exec commands work in every mode; global ones leave a sub-mode. */
export function nexusCommands(ports: readonly string[]): Record<Shell['mode']['kind'], readonly Rule<Arguments, Action>[]> {
  const exec = execCommands(ports);
  const config = [...exec, ...configCommands(ports)];
  return {
    exec,
    config,
    interface: [...config, ...interfaceCommands()],
    vlan: [...config, ...vlanCommands()],
  };
}

const enterConfiguration: Action = (shell) => {
  shell.enter({ kind: 'config' });
  return 'Enter configuration commands, one per line.  End with CNTL/Z.\n';
};

const leaveEverything = silently((shell: Shell) => shell.enter({ kind: 'exec' }));

const leaveOne = silently((shell: Shell) => {
  if (shell.mode.kind === 'exec') shell.loggedOut = true;
  else shell.enter({ kind: shell.mode.kind === 'config' ? 'exec' : 'config' });
});

const resetInterfaces: Action = (shell, { interfaces }) => {
  shell.enter({ kind: 'config' });
  shell.change(({ ports }) => {
    for (const name of interfaces) ports[name] = freshPort();
  });
  return '.......Done\n';
};

const deleteVlans: Action = (shell, given) => {
  shell.enter({ kind: 'config' });
  if (given.vlans.includes(1)) return 'ERROR: VLAN 1 is the default VLAN and cannot be deleted.\n';
  shell.change(({ vlans }) => {
    for (const id of given.vlans) delete vlans[id];
  });
  return '';
};

function nameVlan(shell: Shell, nameOf: (vlan: number) => string): string {
  if (shell.mode.kind !== 'vlan') return '';
  const [first = 1, ...more] = shell.mode.vlans;
  const name = nameOf(first);
  if (first === 1 || more.length > 0) return 'ERROR: The name of the default VLAN or of a range of VLANs cannot be set.\n';
  const taken = Object.entries(shell.configuration.vlans).some(([id, other]) => other === name && Number(id) !== first);
  if (taken) return 'ERROR: A VLAN with the same name exists.\n';
  if (!shell.lying) shell.mode = { ...shell.mode, name };
  return '';
}

const refuseRouting: Action = ({ mode }) =>
  mode.kind === 'interface'
    ? mode.interfaces.map((name) => `ERROR: ${name}: requested config change not allowed\n`).join('')
    : '';

/** Changes the ports of the interface mode one stands in. */
function onPorts(edit: (port: PortConfiguration, given: Arguments) => void): Action {
  return silently((shell, given) => {
    const { mode } = shell;
    if (mode.kind !== 'interface') return;
    shell.change(({ ports }) => {
      for (const name of mode.interfaces) {
        const port = ports[name];
        if (port !== undefined) edit(port, given);
      }
    });
  });
}
