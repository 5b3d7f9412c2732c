import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { z } from 'zod';
import type { CommandResult, CommandService } from '../../../infra/rack/command-service.ts';
import type { ConfigurationModel } from '../../../infra/rack/simulated-device.ts';
import type { SimulatedPort, SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';
import { type SwitchOptions, startSwitch } from '../../../infra/rack/switch-simulator.ts';
import { parseVlanList } from '../../../infra/rack/vlan-list.ts';
import type { OvsLab } from './lab.ts';

/**
 * Starts an SSH server that runs what it is told of `ovs-vsctl` for the switch of a lab, and that takes the faults of a simulated
 * switch. The ports are shut, as they should be before a switch is registered: fresh ones carry every VLAN.
 */
export async function startOvsMachine(lab: OvsLab, options: SwitchOptions): Promise<SimulatedSwitch> {
  for (const port of options.ports) {
    const shut = ['vlan_mode=trunk', 'trunks=4095', 'protected=true'];
    await lab.vsctl(
      'clear',
      'port',
      port,
      'tag',
      'external_ids',
      '--',
      'set',
      'port',
      port,
      ...shut,
      'external_ids:haas-shut=true',
    );
  }
  const portName = { pattern: /^p\d$/, example: 'p1' };
  return await startSwitch({ type: 'ovs', portName, sessions: 10, model: modelOf(lab), commands: commandsOf(lab) }, options);
}

const vsctl = 'ovs-vsctl';

/** Runs `ovs-vsctl` as on the machine of the lab. */
function commandsOf({ folder }: OvsLab): CommandService<null> {
  return {
    async run(session, command): Promise<CommandResult> {
      const [program = '', ...words] = command.split(' ');
      if (program !== vsctl) return { stdout: '', stderr: `sh: ${program}: not found\n`, code: 127 };
      if (session.lying) return { stdout: 'br0\n', stderr: '', code: 0 };
      const options = { reject: false, stripFinalNewline: false, env: { OVS_RUNDIR: folder } };
      const { stdout, stderr, exitCode } = await execa(program, words, options);
      return { stdout, stderr, code: exitCode ?? 142 };
    },
    refusal: () => ({
      stdout: '',
      stderr: 'ovs-vsctl: unix:/nowhere: database connection failed (Connection refused)\n',
      code: 1,
    }),
    warning: () => '2026-01-02T03:04:05Z|00001|ovsdb_idl|WARN|lab: a row was changed by somebody else',
  };
}

/** Nothing is remembered beside the switch's own database, which keeps every change by itself. */
function modelOf(lab: OvsLab): ConfigurationModel<null> {
  return {
    format: 'ovs-lab',
    schema: z.null(),
    savedAtOnce: true,
    fresh: () => null,
    fitToPorts: () => null,
    port: (_none, name) => portOf(lab, name),
    vlans: () => parseVlanList('1-4094') ?? [],
  };
}

/** What a port of the lab is to frames, by its columns one at a time: another reading than the driver's. */
function portOf({ database }: OvsLab, name: string): SimulatedPort | null {
  const asked = ['vlan_mode', 'tag', 'trunks', 'external_ids'].flatMap((what) => ['--', 'get', 'port', name, what]);
  const { status, stdout } = spawnSync(vsctl, ['--timeout=10', `--db=${database}`, ...asked], { encoding: 'utf8' });
  if (status !== 0) return null;
  const [mode = '', tag = '', trunks = '', notes = ''] = stdout.split('\n');
  const note = (key: string) => new RegExp(`haas-${key}="?([^"}=]*?)"?[,}] ?(?:haas|$)?`).exec(notes)?.[1];
  const numbers = (text: string) => text.match(/\d+/g)?.map(Number) ?? [];
  if (note('shut') === 'true') {
    const noted = (key: string) => note(key) ?? 'none';
    const vlans = (text: string) => (text === 'none' ? [] : (parseVlanList(text) ?? []));
    return { enabled: false, native: vlans(noted('native'))[0] ?? null, tagged: vlans(noted('tagged')) };
  }
  const native = mode === 'trunk' ? null : Number(tag);
  const tagged = mode === 'access' ? [] : numbers(trunks).filter((vlan) => vlan !== native && vlan !== 4095);
  return { enabled: true, native, tagged };
}
