import { refusalAtCaret, understandByMode } from '../console.ts';
import type { SimulatedSwitch } from '../simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../switch-simulator.ts';
import { banner, login } from './banner.ts';
import { nexusCommands } from './commands.ts';
import { nexusConfiguration } from './configuration.ts';
import { WORDING } from './parameters.ts';
import { Shell } from './shell.ts';
import { logTime } from './time.ts';

/** What a simulated Nexus 5000 is made of; its ports are named `Ethernet1/3` or `Ethernet101/1/3`. */
export type NexusOptions = SwitchOptions;

/** Starts a simulated Cisco Nexus 5000 (NX-OS 7.3), as `startSwitch` does. */
export function startNexus(options: NexusOptions): Promise<SimulatedSwitch> {
  const nothing = { interfaces: [], vlans: [], text: '', number: 0 };
  return startSwitch(
    {
      type: 'nexus',
      portName: { pattern: /^Ethernet\d{1,3}\/(\d{1,2}\/)?\d{1,3}$/, example: 'Ethernet1/3' },
      sessions: 32,
      model: nexusConfiguration,
      console: {
        login,
        sshLogin: 'protocol',
        openShell: (device, username) => new Shell(device, username),
        banner: (_shell, terminalType) => banner(terminalType),
        promptLead: () => '\r',
        lineEnd: '\r\r\n',
        understand: understandByMode(nexusCommands(options.ports), WORDING, nothing),
        refusal: refusalAtCaret,
        invalid: WORDING.invalid,
        pager: {
          more: '\x1b[7m--More--\x1b[27m',
          erase: '\r\x1b[K',
          keys: { ' ': 'screen', '\n': 'line', q: 'stop', '\x03': 'stop' },
        },
        terminal: { columns: 80, rows: 24, widest: 511 },
        logLine,
        controlZ: 'end',
      },
    },
    options,
  );
}

function logLine({ device: { hostname, ports }, mode, configuration }: Shell): string {
  const name = (mode.kind === 'interface' ? mode.interfaces[0] : undefined) ?? ports[0] ?? 'Ethernet1/1';
  const state = configuration.ports[name]?.mode ?? 'access';
  return `${logTime(new Date())} ${hostname} %ETHPORT-5-IF_UP: Interface ${name} is up in mode ${state}`;
}
