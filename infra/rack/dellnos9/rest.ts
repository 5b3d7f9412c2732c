import type { Interpretation } from '../console.ts';
import type { DeviceSession } from '../device-session.ts';
import type { HttpAnswer, HttpRequest } from '../http-server.ts';
import { escapeXml, parseXml, type XmlElement } from '../xml.ts';
import { type Configuration, isInVlan, type PortConfiguration } from './configuration.ts';
import { resourceName, shortName } from './port-names.ts';
import { transcriptOf } from './rest-cli.ts';
import { PretendingShell, Shell } from './shell.ts';
import { WORDING } from './wording.ts';

const NAMESPACE = 'http://www.dell.com/ns/dell:0.1/root';
const CLI = '/api/running/dell/_operations/cli';
const INTERFACE = '/api/running/dell/interfaces/interface/';
/** Of one command tag; what is longer is not taken (Open Automation Guide). */
const LONGEST_COMMAND = 1000;

type Understand = (shell: Shell, line: string) => Interpretation;

/** Answers one request. What the operation `cli` carries out is answered 200 even if every line of it is refused. */
export async function answerRest(
  session: DeviceSession<Configuration>,
  request: HttpRequest,
  understand: Understand,
): Promise<HttpAnswer> {
  // The predecessor had a backslash before the question mark, which does no harm.
  const [path = '', query = ''] = request.path.replace(/(%5C|\\)?\?/i, '?').split('?');
  if (path === CLI) return request.method === 'POST' ? runCli(session, request.body, understand) : notAllowed;
  if (!path.startsWith(INTERFACE)) return notFound;
  const name = path.slice(INTERFACE.length);
  const port = Object.keys(session.configuration.ports).find((each) => resourceName(each) === name);
  if (port !== undefined) {
    if (request.method === 'GET') return showPort(session.configuration, port, /(^|&)with-defaults/.test(query));
    return request.method === 'PUT' ? putPort(session, port, request.body) : notAllowed;
  }
  const vlan = /^vlan-(\d{1,4})$/.exec(name)?.[1];
  if (vlan === undefined || session.configuration.vlans[vlan] === undefined) return notFound;
  return request.method === 'GET' ? document('interface', [`  <name>${name}</name>`]) : notAllowed;
}

/** How a request is refused for no reason: what goes to the command line is refused there. */
export function refusedRest(hostname: string, { path, body }: HttpRequest): HttpAnswer {
  if (!path.startsWith(CLI)) return failure(400, 'operation-failed', 'the operation failed');
  const [tag] = parseXml(body)?.children ?? [];
  return transcript(`${tag?.text ?? ''}\n^\n${WORDING.invalid}\n${hostname}#`);
}

async function runCli(session: DeviceSession<Configuration>, body: string, understand: Understand): Promise<HttpAnswer> {
  const input = parseXml(body);
  if (input?.name !== 'input') return failure(400, 'malformed-message', 'input expected');
  const [tag, ...more] = input.children;
  if (tag === undefined || more.length > 0) return failure(400, 'bad-element', 'one command tag expected');
  if (tag.text.length > LONGEST_COMMAND) return failure(400, 'invalid-value', `more than ${LONGEST_COMMAND} characters`);
  const lines = linesOf(tag);
  if (lines === null) return failure(400, 'unknown-element', `unknown element: ${tag.name}`);
  // The lines of one request build on each other, so a lie has to hold to its end.
  const shell = new (session.lying ? PretendingShell : Shell)(session.device, session.username, 'exec');
  return transcript(await transcriptOf(shell, lines, understand));
}

/** What a command tag has typed. The lines of one that configures are separated by line ends, or by those written as `\r\n`. */
function linesOf({ name, text }: XmlElement): string[] | null {
  const lines = text.split(/(?:\\r\\n|\r\n|\n)/).filter((line) => line.trim() !== '');
  if (name === 'config-commands') return ['conf', ...lines, 'end'];
  const [line = '', ...more] = lines;
  if (more.length > 0) return null;
  if (name === 'show-command') return [`show ${line.trim()}`];
  return name === 'exec-command' ? [line.trim()] : null;
}

/** A port as a resource. Without `with-defaults` it lacks what is as it was at first, being shut among it; VLANs it always lacks. */
function showPort({ ports }: Configuration, name: string, withDefaults: boolean): HttpAnswer {
  const port = ports[name];
  if (port === undefined) return notFound;
  const lines = [`  <name>${resourceName(name)}</name>`];
  if (port.description !== '') lines.push(`  <description>${escapeXml(port.description)}</description>`);
  if (port.hybrid || withDefaults) lines.push('  <portmode>', `    <hybrid>${port.hybrid}</hybrid>`, '  </portmode>');
  if (port.switchport) lines.push('  <switchport>', '  </switchport>');
  if (!port.shutdown || withDefaults) lines.push(`  <shutdown>${port.shutdown}</shutdown>`);
  return document('interface', lines);
}

/** Puts a port in place of the one that is there: what the body lacks is as it was at first. The VLANs of the port forbid most of that. */
function putPort(session: DeviceSession<Configuration>, name: string, body: string): HttpAnswer {
  const element = parseXml(body);
  if (element?.name !== 'interface') return failure(400, 'malformed-message', 'interface expected');
  const given = (path: string, root = element): string | null =>
    root.children.find((child) => child.name === path)?.text.trim() ?? null;
  if (given('name') !== resourceName(name))
    return failure(400, 'invalid-value', 'the name in the body is not the one in the path');
  const portmode = element.children.find((child) => child.name === 'portmode');
  const hybrid = (portmode && given('hybrid', portmode)) ?? 'false';
  const shutdown = given('shutdown') ?? 'true';
  if (![hybrid, shutdown].every((text) => text === 'true' || text === 'false')) {
    return failure(400, 'invalid-value', 'neither true nor false');
  }
  const wanted: Omit<PortConfiguration, 'untagged' | 'tagged'> = {
    description: given('description') ?? '',
    hybrid: hybrid === 'true',
    switchport: given('switchport') !== null,
    shutdown: shutdown === 'true',
  };
  const port = session.configuration.ports[name];
  if (port === undefined) return notFound;
  if (isInVlan(port) && (wanted.hybrid !== port.hybrid || wanted.switchport !== port.switchport)) {
    return failure(400, 'operation-failed', `% Error: ${shortName(name)} Port is a member of a Vlan.`);
  }
  session.change(({ ports }) => Object.assign(ports[name] ?? {}, wanted));
  return { status: 204, body: '' };
}

function transcript(text: string): HttpAnswer {
  const command = escapeXml(text).replaceAll('\n', '\r\n');
  return answer(200, `<output xmlns='${NAMESPACE}'>\n  <command>${command}</command>\n</output>\n`);
}

function document(root: string, lines: readonly string[]): HttpAnswer {
  return answer(200, [`<${root} xmlns="${NAMESPACE}">`, ...lines, `</${root}>`, ''].join('\n'));
}

function failure(status: number, tag: string, message: string): HttpAnswer {
  const error = `<error-tag>${tag}</error-tag><error-message>${escapeXml(message)}</error-message>`;
  return answer(status, `<errors>\n  <error>${error}</error>\n</errors>\n`);
}

function answer(status: number, body: string): HttpAnswer {
  return { status, body, headers: { 'content-type': 'application/vnd.yang.data+xml' } };
}

const notFound = failure(404, 'invalid-value', 'uri keypath not found');
const notAllowed = failure(405, 'operation-not-supported', 'method not allowed');
