import type { Action as ConsoleAction } from '../console.ts';
import type { Arguments } from '../dell/parameters.ts';
import { type PortConfiguration, returnToDefaultVlan } from './configuration.ts';
import type { Shell } from './shell.ts';
import { LOCKED, NOT_CREATED } from './wording.ts';

type Action = ConsoleAction<Shell, Arguments>;

/** What becomes of a port that has lost the VLAN of its untagged frames: it keeps the number, or falls into the default VLAN. */
export type LostVlan = 'inactive' | 'default';

/** A command that changes the configuration, which only one session may do at a time. */
export function changing(run: (shell: Shell, given: Arguments) => string): Action {
  return (shell, given) => (shell.takeLock() ? run(shell, given) : LOCKED);
}

/** Changes the ports of the interface mode one stands in. */
export function onPorts(edit: (port: PortConfiguration, given: Arguments) => void): Action {
  return changing((shell, given) => changePorts(shell, given, edit, 'inactive'));
}

/** The same for VLANs that have to exist: if one does not, nothing is changed. */
export function onPortsWithVlans(edit: (port: PortConfiguration, given: Arguments) => void): Action {
  return changing((shell, given) => {
    if (given.vlans.some((vlan) => shell.configuration.vlans[vlan] === undefined)) return NOT_CREATED;
    return changePorts(shell, given, edit, 'inactive');
  });
}

/** The same for changes by which a port may lose the VLAN of its untagged frames. */
export function takingFromPorts(lostVlan: LostVlan, edit: (port: PortConfiguration, given: Arguments) => void): Action {
  return changing((shell, given) => changePorts(shell, given, edit, lostVlan));
}

/** Deletes VLANs; all of them must exist, and VLAN 1 stays. */
export function takeAwayVlans(lostVlan: LostVlan): Action {
  return changing((shell, { vlans }) => {
    if (vlans.some((vlan) => shell.configuration.vlans[vlan] === undefined)) return NOT_CREATED;
    if (vlans.includes(1)) return 'VLAN 1 is the default VLAN and cannot be deleted.\n';
    shell.change((configuration) => {
      for (const vlan of vlans) delete configuration.vlans[vlan];
      if (lostVlan === 'default') returnToDefaultVlan(configuration);
    });
    return '';
  });
}

function changePorts(
  shell: Shell,
  given: Arguments,
  edit: (port: PortConfiguration, given: Arguments) => void,
  lostVlan: LostVlan,
): string {
  const { mode } = shell;
  if (mode.kind !== 'interface') return '';
  shell.change((configuration) => {
    for (const name of mode.interfaces) {
      const port = configuration.ports[name];
      if (port !== undefined) edit(port, given);
    }
    if (lostVlan === 'default') returnToDefaultVlan(configuration);
  });
  return '';
}
