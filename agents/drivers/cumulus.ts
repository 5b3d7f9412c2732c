import type { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import { cumulusSettings, cumulus as family } from '../../db/devices/cumulus.ts';
import { parseCumulusPort } from '../reading/cumulus.ts';
import { formatVlans } from '../reading/vlan-list.ts';
import { type CommandFamily, type CommandStep, commandSwitch } from './command-switch.ts';

type Settings = z.output<typeof cumulusSettings>;

/** What one `nv set` is given at a time. */
const longestList = 400;

const nv = (...words: string[]) => ['nv', ...words];

/**
 * What an earlier session of the same user left pending is laid aside before anything is set, for it would be applied as well.
 * Where nothing is pending there is nothing to lay aside.
 */
const detach: CommandStep = { argv: nv('config', 'detach'), mayFail: true };

const apply = nv('config', 'apply', '-y');

const link = (port: string, state: 'up' | 'down') => [nv('set', 'interface', port, 'link', 'state', state), apply];

const shut = (port: string): CommandStep[] => [detach, ...link(port, 'down')];

/** What puts a port that is in no bridge into its VLANs, all of it pending. */
function join(port: string, { native, tagged }: PortState, bridge: string): string[][] {
  const member = (...words: string[]) => nv('set', 'interface', port, 'bridge', 'domain', bridge, ...words);
  const vlans = native === null ? tagged : [native, ...tagged];
  // A port carries only VLANs that its bridge has.
  const known = formatVlans(vlans, longestList).map((list) => nv('set', 'bridge', 'domain', bridge, 'vlan', list));
  if (vlans.length === 0) return [];
  if (tagged.length === 0) return [...known, member('access', `${native}`)];
  return [
    ...known,
    ...formatVlans(vlans, longestList).map((list) => member('vlan', list)),
    // `none` drops frames without a tag; left out, they would be of the bridge's own untagged VLAN.
    member('untagged', native === null ? 'none' : `${native}`),
  ];
}

/**
 * How Cumulus Linux 5 is driven: by NVUE. `nv set` and `nv unset` make a change pending, `nv config apply` makes it run.
 * A port in no VLAN is in no bridge: a bridge port without a list of VLANs carries all of its bridge's.
 */
export const cumulusFamily: CommandFamily<Settings> = {
  family,
  settings: cumulusSettings,
  // Applying rewrites the configuration files of the whole switch and reloads what reads them.
  patience: { line: 120_000 },
  refusal: /^(?:Error|Failure|Invalid config|Config invalid|usage)\b|Failure during apply|Config invalid at/im,
  chatter:
    /^(?:(?:created|applied|applied_and_saved) \[rev_id: [\w.-]+\]|(?:Warning: )?(?:config )?apply (?:skipped|executed)\b.*no config diff\.?)\s*$/,

  version: {
    step: nv('show', 'system', '-o', 'json'),
    pattern: /"(?:build|product-release)": *"(?:Cumulus Linux )?([\w.~+-]+)"/,
  },

  read: (port, { bridge }) => [
    nv('show', 'interface', port, '-o', 'json'),
    { argv: nv('show', 'interface', port, '--applied', '-o', 'json'), mayFail: true },
    nv('show', 'bridge', 'domain', bridge, '--applied', '-o', 'json'),
  ],
  parse: (_port, [running = '', configured = '', domain = ''], { bridge }) =>
    parseCumulusPort(running, configured, domain, bridge),

  // A port that is not there can be configured like any other: so it is asked for first.
  prior: (port) => [nv('show', 'interface', port, '-o', 'json')],
  change: (port, want, { bridge }) => [
    ...shut(port),
    // Whatever it is in, it leaves, and the pending whole takes its place: nothing of the old is left to add to.
    { argv: nv('unset', 'interface', port, 'bridge'), mayFail: true },
    ...join(port, want, bridge),
    apply,
  ],
  enable: (port) => link(port, 'up'),
  shut,

  save: { step: nv('config', 'save'), done: /^saved\b/m },
};

/** The driver for switches of type `cumulus`, over SSH. */
export const cumulus = commandSwitch(cumulusFamily);
