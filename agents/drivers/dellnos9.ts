import { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import { dellnos9Port, dellnos9Settings, dellnos9 as family } from '../../db/devices/dellnos9.ts';
import { type DellPort, forwardedBy, parseDellPort } from '../reading/dellnos9.ts';
import { parseXml, xmlElement } from '../reading/xml.ts';
import type { ConsoleFamily } from './console-family.ts';
import { consoleSwitch } from './console-switch.ts';
import type { SwitchDriver } from './driver.ts';
import type { NotUnderstood } from './port-family.ts';
import { type RestFamily, type RestStep, restSwitch } from './rest-switch.ts';

const overRest = dellnos9Settings.extend({ transport: z.literal('rest') });
const overConsole = dellnos9Settings.extend({ transport: z.enum(['ssh', 'telnet']) });
type Settings = z.output<typeof dellnos9Settings>;

/** Lines that belong together: the first leads into a mode of configuration, the others are typed there. */
type Block = readonly string[];

/** What its command line calls a port: `1/3` is `GigabitEthernet 1/3`. */
function typed(port: string, { interface_type }: Settings): string {
  const parts = dellnos9Port(port, interface_type);
  if (!parts) throw new TypeError(`${port} is no canonical name of a port`);
  return `${parts.type} ${parts.numbers}`;
}

const questions = (port: string, settings: Settings) =>
  [`running-config interface ${typed(port, settings)}`, `interfaces switchport ${typed(port, settings)}`] as const;

function held(
  port: string,
  [configuration = '', membership = '']: readonly string[],
  settings: Settings,
): DellPort | NotUnderstood {
  return parseDellPort(typed(port, settings), configuration, membership);
}

/**
 * Leads a port from what it holds to what is wanted. VLANs have members here, so it leaves exactly those that it is in, before it
 * enters others: it can be untagged in one VLAN only. VLANs are created by their names.
 *
 * A port is hybrid only while it has tagged and untagged VLANs: one without tagged VLANs takes every tagged frame ("When a hybrid
 * port is untagged in a VLAN but it receives tagged traffic, all traffic is accepted", Configuration Guide for the S3048-ON,
 * "Configuring Native VLANs"). It becomes and ceases to be one while it is no switchport (`% Error: Port is in Layer-2 mode`).
 * A switchport in no other VLAN is untagged in VLAN 1; so a port without VLANs is none. On the way from one VLAN to another it passes VLAN 1,
 * so it must be shut.
 */
function change(port: DellPort, name: string, { native, tagged }: PortState): Block[] {
  const member = native !== null || tagged.length > 0;
  const hybrid = native !== null && tagged.length > 0;
  const anew = port.switchport && (!member || hybrid !== port.hybrid);
  const stays = port.switchport && !anew;
  const leave = port.tagged.filter((vlan) => !stays || !tagged.includes(vlan));
  const enter = tagged.filter((vlan) => !stays || !port.tagged.includes(vlan));
  // From VLAN 1 it goes by itself.
  const left = port.untagged !== null && port.untagged !== 1 && (!stays || port.untagged !== native) ? port.untagged : null;
  const mode = hybrid ? 'portmode hybrid' : 'no portmode hybrid';
  const lines = [anew && 'no switchport', member && !stays && hybrid !== port.hybrid && mode, member && !stays && 'switchport'];
  return [
    ...leave.map((vlan) => [`interface vlan ${vlan}`, `no tagged ${name}`]),
    ...(left === null ? [] : [[`interface vlan ${left}`, `no untagged ${name}`]]),
    ...(lines.some(Boolean) ? [[`interface ${name}`, ...lines.filter((line) => line !== false)]] : []),
    ...(native === null || (stays && port.untagged === native) ? [] : [[`interface vlan ${native}`, `untagged ${name}`]]),
    ...enter.map((vlan) => [`interface vlan ${vlan}`, `tagged ${name}`]),
  ];
}

function changed(port: string, want: PortState, settings: Settings, prior: readonly string[]): Block[] | NotUnderstood {
  const found = held(port, prior, settings);
  return 'problem' in found ? found : change(found, typed(port, settings), want);
}

/** Of a port that is open, `interface` says `no shutdown`. */
const isShut = ([configuration = '']: readonly string[]): boolean => /^ *shutdown *$/m.test(configuration);

/** What both carriers share. A refusal is `% Error: ...`, over REST with HTTP status 200. */
const refusal = /^[ \t]*\^[ \t]*$|^[ \t]*% ?(?:Error|Invalid|Incomplete|Ambiguous|Failure|Authorization|Access)/im;

const parse = (port: string, answers: readonly string[], settings: Settings) => {
  const found = held(port, answers, settings);
  return 'problem' in found ? found : forwardedBy(found);
};
const version = /^\s*Dell (?:EMC )?(?:Networking OS|Application Software) Version:\s+(\S+)/im;

/** How OS 9 is spoken to at its console. */
export const dellnos9Console: ConsoleFamily<z.output<typeof overConsole>> = {
  family,
  settings: overConsole,
  dialect: {
    prompt: /^([\w.-]+)(?:\((conf[\w/:.-]*)\))?#\s?$/,
    username: /\blogin: ?$/i,
    password: /^password: ?$/i,
    denied:
      /^% ?(?:Error: )?(?:Access denied|Authentication failed|Login (?:incorrect|invalid)|Bad passwords?)|^Login incorrect/im,
    elevate: { from: /^[\w.-]+>\s?$/, line: 'enable' },
    // `banner login acknowledge`.
    acknowledge: { question: /\[y\/n\] ?:? ?$/i, line: 'y' },
    pager: /^\s*--More--\s*$/,
    // From 9.13 on without a colon behind the time, and maybe with a time zone.
    log: /(?:[A-Z][a-z]{2} +\d{1,2} )?(?:\d{1,2}:\d\d:\d\d|\d+[wd]\d+[dh]\S*)(?: [A-Z]{3,5})? ?:? %\S+ %[A-Z0-9_]+-\d-[A-Z0-9_]+:/,
    prepare: ['terminal length 0'],
    logout: 'exit',
    leave: ['end'],
  },
  refusal,
  // Nothing is said to a line that is taken.
  chatter: /^(?!)/,

  version: { step: 'show version', pattern: version },
  read(port, settings) {
    const [configuration, membership] = questions(port, settings).map((question) => `show ${question}`);
    return [configuration ?? '', { line: membership ?? '', mayFail: true }];
  },
  parse,
  prior: (port, _want, settings) => dellnos9Console.read(port, settings),
  isShut,
  change(port, want, settings, prior) {
    const blocks = changed(port, want, settings, prior);
    return 'problem' in blocks ? blocks : ['configure', ...blocks.flat(), 'end'];
  },
  enable: (port, settings) => ['configure', `interface ${typed(port, settings)}`, 'no shutdown', 'end'],
  shut: (port, settings) => ['configure', `interface ${typed(port, settings)}`, 'shutdown', 'end'],

  save: {
    step: {
      line: 'copy running-config startup-config',
      questions: [{ asked: /\[confirm yes\/no\] ?: ?$/i, reply: 'yes' }],
    },
    done: /^\d+ bytes successfully copied/m,
  },
};

/** Most characters of commands that one request may hold (Open Automation Guide, "REST API Framework to Execute the CLIs"). */
const longestCommands = 1_000;

/** A request to the command line behind the REST server: one element, its lines separated as the predecessor's were. */
function command(kind: 'config-commands' | 'show-command' | 'exec-command', ...lines: readonly string[]): RestStep {
  const body = xmlElement('input', xmlElement(kind, lines.join('\r\n')));
  return { method: 'POST', path: '/api/running/dell/_operations/cli', body: body.xml };
}

/** As few requests as will hold the blocks. */
export function packed(blocks: readonly Block[]): RestStep[] {
  const requests: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const block of blocks) {
    const longer = block.reduce((sum, line) => sum + line.length + 2, 0);
    if (length + longer > longestCommands) {
      requests.push([]);
      length = 0;
    }
    length += longer;
    requests.at(-1)?.push(...block);
  }
  return requests.map((lines) => command('config-commands', ...lines));
}

/** What the command line said: the text of `command`, without the line that was typed at first and the prompt at last. */
function transcript(body: string): string | NotUnderstood {
  const root = parseXml(body);
  const [said, ...more] = root?.name === 'output' ? root.children : [];
  if (said?.name !== 'command' || said.children.length > 0 || more.length > 0) return { problem: 'no transcript of a command' };
  const lines = said.text.replace(/\r+\n?/g, '\n').split('\n');
  while (lines[0]?.trim() === '') lines.shift();
  if (/^(?:[\w.-]+#)?\s*(?:show|write)\b/.test(lines[0] ?? '')) lines.shift();
  while (lines.at(-1)?.trim() === '' || /^[\w.-]+#\s*$/.test(lines.at(-1) ?? '')) lines.pop();
  return lines.join('\n');
}

/** How OS 9 is spoken to over its REST server: by the same lines, because interfaces read over REST do not tell their VLANs. */
export const dellnos9Rest: RestFamily<z.output<typeof overRest>> = {
  family,
  settings: overRest,
  // It is slow: a second and more for a line was seen.
  patience: { line: 60_000 },
  probe: command('show-command', 'version'),
  unwrap: transcript,
  refusal,
  // The lines as they were typed at the prompts that they were typed at, whatever those look like.
  chatter:
    /^\s*(?:[\w.-]+(?:\(conf[\w/:.-]*\))?# ?)?\s*(?:conf(?:igure)?(?: terminal)?|end|exit|interface [A-Za-z]+ [\d/]+|(?:no )?(?:un)?tagged [A-Za-z]+ [\d/]+|(?:no )?(?:shutdown|switchport|portmode hybrid))?\s*$/,

  version: { step: command('show-command', 'version'), pattern: version },
  read(port, settings) {
    const [configuration, membership] = questions(port, settings).map((question) => command('show-command', question));
    return configuration && membership ? [configuration, { ...membership, mayFail: true }] : [];
  },
  parse,
  prior: (port, _want, settings) => dellnos9Rest.read(port, settings),
  isShut,
  change(port, want, settings, prior) {
    const blocks = changed(port, want, settings, prior);
    return 'problem' in blocks ? blocks : packed(blocks);
  },
  enable: (port, settings) => [command('config-commands', `interface ${typed(port, settings)}`, 'no shutdown')],
  shut: (port, settings) => [command('config-commands', `interface ${typed(port, settings)}`, 'shutdown')],

  // The command that asks before it overwrites cannot be used here; this one asks nothing, and need not say anything.
  save: { step: command('exec-command', 'write memory'), done: /^[\s!]*(?:\d+ bytes successfully copied[\s!]*)?$/ },
};

const rest = restSwitch(dellnos9Rest);
const console = consoleSwitch(dellnos9Console);

/** The driver for switches of type `dellnos9`, over REST, SSH and telnet. */
export const dellnos9: SwitchDriver = {
  type: family.type,
  open: (target) => (target.access.settings['transport'] === 'rest' ? rest : console).open(target),
};
