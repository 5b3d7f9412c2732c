import type { DeviceSession } from '../device-session.ts';
import { type ClickCommand, clickCommand, type Given } from './click.ts';
import { configDb, toJson } from './config-db.ts';
import type { Configuration } from './configuration.ts';
import {
  type BriefColumns,
  showInterfacesStatus,
  showMac,
  showSwitchportConfig,
  showSwitchportStatus,
  showVersion,
  showVlanBrief,
  showVlanConfig,
} from './show.ts';

/** Runs a command of `show`: what it prints. */
export type ShowRun = (session: DeviceSession<Configuration>, given: Given) => string;

/** The commands of `show` that administrators read VLANs and ports with. */
export function showCommands(switchportMode: boolean, columns: BriefColumns): ClickCommand<ShowRun>[] {
  const modes: ClickCommand<ShowRun>[] = [
    clickCommand('interfaces switchport status', [], [], ({ configuration }) => showSwitchportStatus(configuration)),
    clickCommand('interfaces switchport config', [], [], ({ configuration }) => showSwitchportConfig(configuration)),
  ];
  return [
    clickCommand('vlan brief', [], ['--verbose'], ({ configuration }) => showVlanBrief(configuration, columns)),
    clickCommand('vlan config', [], [], ({ configuration }) => showVlanConfig(configuration)),
    clickCommand('interfaces status', ['[INTERFACENAME]'], ['--verbose'], ({ configuration, device }, { values: [name] }) =>
      showInterfacesStatus(configuration, name === undefined ? device.ports : name.split(',')),
    ),
    ...(switchportMode ? modes : []),
    clickCommand('mac', [], ['-p, --port <port>', '-v, --vlan <vlan>'], () => showMac()),
    clickCommand('version', [], ['--verbose'], ({ device }) => showVersion(device, new Date())),
    clickCommand('runningconfiguration all', [], ['--verbose'], ({ configuration, device }) =>
      toJson(configDb(configuration, device.hostname)),
    ),
  ];
}
