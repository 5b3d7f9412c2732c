import type { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import { junos as family, junosSettings } from '../../db/devices/junos.ts';
import { CaptureError } from '../reading/capture.ts';
import { commitComment, parseJunosPort, waiting, waitingCommit } from '../reading/junos.ts';
import { idsOf, readJunosVlans } from '../reading/junos-configuration.ts';
import type { ConsoleFamily, ConsoleStep } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';
import type { NotUnderstood } from './port-family.ts';

type Settings = z.output<typeof junosSettings>;

/** Members in one line; the CLI takes lines of more than a thousand characters. */
const membersPerLine = 32;

/** Minutes until Junos takes a change back. A commit was seen to take one, so that one would be too few. */
const confirmWithin = 2;

const showTerse = (port: string) => `show interfaces ${port} terse`;
const showVlans = 'show configuration vlans | display inheritance | display set';
const showCommits = 'show system commit';

/** Anew, because to set a statement that somebody deactivated leaves it so. */
const disable = (port: string) => [`delete interfaces ${port} disable`, `set interfaces ${port} disable`];

const switching = (port: string) => `interfaces ${port} unit 0 family ethernet-switching`;

/** From configuration mode back. Nothing is edited in between but under the exclusive lock, which ends with it. */
const inConfiguration = (...lines: ConsoleStep[]): ConsoleStep[] => ['configure exclusive', ...lines, 'exit configuration-mode'];

/** Statements that bring a port's VLANs to the wanted ones, whatever it holds. The VLANs are named by their ids. */
function vlansOf(port: string, { native, tagged }: PortState): string[] {
  const members = native === null ? tagged : [native, ...tagged];
  // A trunk needs a member; without the family, the port carries nothing.
  if (members.length === 0) return [`delete ${switching(port)}`, `delete interfaces ${port} native-vlan-id`];
  const lists = Array.from({ length: Math.ceil(members.length / membersPerLine) }, (_, index) =>
    members.slice(index * membersPerLine, (index + 1) * membersPerLine),
  );
  return [
    `delete ${switching(port)} vlan`,
    native === null ? `delete interfaces ${port} native-vlan-id` : `set interfaces ${port} native-vlan-id ${native}`,
    `set ${switching(port)} interface-mode trunk`,
    ...lists.map((list) => `set ${switching(port)} vlan members [ ${list.join(' ')} ]`),
  ];
}

/** Statements that make the VLANs that are not there. One that is there keeps the name that it has. */
function missingVlans({ native, tagged }: PortState, configuration: string): string[] | NotUnderstood {
  const vlans = readJunosVlans(configuration);
  const existing = idsOf(vlans);
  const missing = (native === null ? tagged : [native, ...tagged]).filter((vlan) => !existing.has(vlan));
  const taken = missing.map((vlan) => `haas-${vlan}`).find((name) => vlans.byName.has(name) || vlans.inactive.has(name));
  if (taken !== undefined) return { problem: `a VLAN called ${taken} is there, but it is deactivated or has another id` };
  return missing.map((vlan) => `set vlans haas-${vlan} vlan-id ${vlan}`);
}

/**
 * How a Juniper EX or QFX with ELS is spoken to, over SSH. A change is one commit; one that is to end with an open port must be
 * confirmed, so that the switch takes it back if the agent dies before the port was read back and opened.
 */
export const junosFamily: ConsoleFamily<Settings> = {
  family,
  settings: junosSettings,
  patience: { line: 120_000 },
  dialect: {
    // `user@host> ` is the outermost, `user@host# ` is configuration mode. A switch without a name is `root>`.
    prompt: /^([\w.-]+(?:@[\w.-]+)?)(?:>|(#)) ?$/,
    username: /^(?:[\w.-]+ )?login: ?$/i,
    password: /^password: ?$/i,
    denied: /^(?:Login incorrect|Permission denied|Authentication failed)/im,
    // root lands in a shell: `%`, `root@host% `, `root@host:RE:0% `, `root@host:~ # `.
    elevate: { from: /^(?:\S*%|\S*@\S*:\S+ #) ?$/, line: 'cli' },
    pager: /^\s*---\(more(?: \d+%)?\)---\s*$/,
    log: /(?:Broadcast Message from |Commit was not confirmed; automatic rollback complete|Message from syslogd@|[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? +\S+ [\w/.-]+(?:\[\d+\])?: )/,
    // Completion would turn the name of a VLAN into that of another one as it is typed.
    prepare: ['set cli screen-length 0', 'set cli screen-width 511', 'set cli complete-on-space off'],
    logout: 'exit',
    leave: ['rollback 0', 'exit configuration-mode'],
  },
  refusal:
    /^[ \t]*\^[ \t]*$|^(?:error:|syntax error|unknown command|invalid |missing |ambiguous|permission denied)|^.{0,80}: Value must be /im,
  chatter: new RegExp(
    [
      // Where one is, and in which member of a virtual chassis.
      String.raw`(?:\{[\w:-]+\})?(?:\[edit[^\]]*\])?`,
      String.raw`(?:fpc|re|node|member|localre)\d*:`,
      '-+',
      'Entering configuration mode',
      'Exiting configuration mode',
      'load complete',
      'configuration check succeeds',
      'commit complete',
      String.raw`(?:# )?commit confirmed will be (?:automatically )?rolled back in \d+ minutes?(?: unless confirmed)?`,
      'warning: uncommitted changes will be discarded on exit',
      // The whole state is set: what should go may be gone already.
      'warning: statement not found.*',
      // Others in configuration mode, who have changed nothing.
      'Users currently editing the configuration:',
      String.raw`\s+\S+ terminal \S+ \(pid \d+\) .*`,
      String.raw`\s+(?:private |exclusive )?\[edit[^\]]*\]`,
      // A site without a licence for something else.
      String.raw`\s+'[\w.-]+'`,
      String.raw`\s+warning: requires '[\w.-]+' licen[cs]e`,
      // The port itself, looked up before it is shut: Junos takes a configuration for ports that are not there.
      'Interface +Admin +Link .*',
      String.raw`(?:ge|mge|xe|et)-[\d/:]+(?:\.\d+)? +(?:up|down) +(?:up|down)\b.*`,
    ]
      .map((line) => `^(?:${line})\\s*$`)
      .join('|'),
  ),
  // Somebody holds the lock, or commits.
  busy: /configuration database locked|another commit is in progress|commit is pending/i,

  version: { step: 'show version', pattern: /^(?:Junos: |JUNOS .*?\[)([\w.:-]+)/m },

  read: (port) => [
    showTerse(port),
    `show configuration interfaces ${port} | display inheritance | display set`,
    showVlans,
    // Refused where the port does not switch.
    { line: `show ethernet-switching interface ${port}.0`, mayFail: true },
  ],
  parse: (port, [terse = '', configuration = '', vlans = '', switched = '']) =>
    parseJunosPort(port, { terse, configuration, vlans, switching: switched }),

  prior: (port) => [showTerse(port), showVlans, showCommits],
  change(port, want, _settings, [, vlans = '', commits = '']) {
    try {
      // To commit would confirm it; one of our own that a lost session left behind is taken over.
      if (waitingCommit(commits) === 'foreign') return { problem: 'a commit of somebody else waits to be confirmed' };
      const missing = missingVlans(want, vlans);
      if ('problem' in missing) return missing;
      return inConfiguration(
        ...disable(port),
        ...missing,
        ...vlansOf(port, want),
        want.enabled ? `commit confirmed ${confirmWithin} comment ${commitComment}` : 'commit',
      );
    } catch (error) {
      if (error instanceof CaptureError) return { problem: error.message };
      throw error;
    }
  },
  enable: (port) => inConfiguration(`delete interfaces ${port} disable`, 'commit'),
  shut: (port) => [showTerse(port), ...inConfiguration(...disable(port), 'commit')],

  transaction: {
    // Whole once more: had the switch taken the change back meanwhile, `disable` alone would open the port to what it held before.
    confirm: (port, want) =>
      want.enabled ? inConfiguration(...vlansOf(port, want), `delete interfaces ${port} disable`, 'commit') : [],
    // Not `rollback 1`, which might be somebody else's commit by now: the port stays shut, and is restored like any other.
    settle: inConfiguration('commit'),
    pending: { step: showCommits, pattern: waiting },
  },

  save: null,
};

/** The driver for switches of type `junos`, over SSH. */
export const junos = consoleSwitch(junosFamily);
