import type { z } from 'zod';
import { sonic as family, sonicSettings } from '../../db/devices/sonic.ts';
import { parseSonicPort, parseSonicVlans, readSonicPort, sonicTables } from '../reading/sonic.ts';
import { type CommandFamily, type CommandStep, commandSwitch } from './command-switch.ts';

type Settings = z.output<typeof sonicSettings>;

/** Configuration needs root; the password of sudo is never asked for: the account must need none. */
const config = (...words: string[]) => ['sudo', '-n', 'config', ...words];

/** Asks for the configuration as the database has it. One table at a time: others hold secrets of the switch. */
const table = (name: string) => ['sudo', '-n', 'sonic-cfggen', '-d', '--var-json', name];

/**
 * How SONiC (202205 and later) is driven: by `config` and `show` of its own shell, each of which ends with an exit code. Changes act at
 * once and are lost at the next start unless they are saved. A port is in exactly the VLANs whose member it is; frames without a tag
 * are dropped where it is an untagged member of none.
 */
export const sonicFamily: CommandFamily<Settings> = {
  family,
  settings: sonicSettings,
  // Starting Python takes a slow switch seconds.
  patience: { line: 30_000 },
  refusal: /^(?:Usage|Error|sudo): |^Root privileges are required|^Traceback \(most recent call last\)/m,
  // The mode of the port, and services that follow the VLANs.
  chatter: /^(?:\S+ switched from \w+ to \w+ mode|(?:Restarting|Starting) \w+ service\.*)\s*$/,

  version: { step: ['show', 'version'], pattern: /^SONiC Software Version: (?:SONiC[.-])?(\S+)/m },

  // A table that is empty prints nothing at all: what shows members must agree.
  read: () => [...sonicTables.map(table), ['show', 'vlan', 'config']],
  parse: parseSonicPort,

  prior: () => [...sonicTables, 'VLAN'].map(table),
  change(port, { native, tagged }, _settings, answers) {
    const now = readSonicPort(port, answers);
    if ('problem' in now) return now;
    const vlans = parseSonicVlans(answers[sonicTables.length] ?? '');
    if ('problem' in vlans) return vlans;
    const unwanted = [...now.untagged.filter((vlan) => vlan !== native), ...now.tagged.filter((vlan) => !tagged.includes(vlan))];
    const wanted = native === null ? tagged : [native, ...tagged];
    return [
      ...shut(port),
      // A port may have one untagged VLAN only: the old ones go first.
      ...unwanted.map((vlan) => config('vlan', 'member', 'del', `${vlan}`, port)),
      ...wanted.filter((vlan) => !vlans.has(`Vlan${vlan}`)).map((vlan) => config('vlan', 'add', `${vlan}`)),
      ...trunkMode(port, now.mode),
      ...(native === null || now.untagged.includes(native) ? [] : [config('vlan', 'member', 'add', '-u', `${native}`, port)]),
      ...tagged.filter((vlan) => !now.tagged.includes(vlan)).map((vlan) => config('vlan', 'member', 'add', `${vlan}`, port)),
    ];
  },
  enable: (port) => [config('interface', 'startup', port)],
  shut,

  save: { step: config('save', '-y'), done: /^Running command: \S*sonic-cfggen -d --print-data\b/m },
};

function shut(port: string): CommandStep[] {
  return [config('interface', 'shutdown', port)];
}

/**
 * Makes a port take members. Releases with modes refuse them for a routed port, and tagged ones for an access port (sonic-utilities,
 * config/vlan.py); those without have no such command, and where no mode is set none is missing.
 */
function trunkMode(port: string, mode: string | undefined): CommandStep[] {
  const argv = config('switchport', 'mode', 'trunk', port);
  if (mode === 'trunk') return [];
  return [mode === undefined ? { argv, mayFail: true } : argv];
}

/** The driver for switches of type `sonic`, over SSH. */
export const sonic = commandSwitch(sonicFamily);
