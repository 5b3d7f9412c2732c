import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { doubtReasons, failureReasons, refusalReasons } from '../db/commands/outcome.ts';
import { problemTypes } from '../functions/http/problem.ts';
import { operations } from '../functions/operations.ts';

/** Where the page is kept. */
export const problemsPage = fileURLToPath(new URL('../docs/problems.md', import.meta.url));

const everywhere = [
  [
    'invalid_request',
    'ValidationError',
    'An argument is missing, unknown, or of the wrong form. `errors` names each, as `[{"path", "msg"}]`.',
  ],
  ['not_authenticated', 'AuthorizationError', 'Unknown user, wrong password, or no HTTP Basic credentials at all.'],
  ['not_an_administrator', 'AuthorizationError', 'The operation is for administrators.'],
  ['unknown_path', 'NotFoundError', 'There is nothing at this path. Every operation is below `/v0`.'],
  [
    'method_not_allowed',
    'MethodNotAllowedError',
    'The path is right, the method is not; the header `Allow` lists those that are.',
  ],
  ['foreign_origin', 'AuthorizationError', 'A web page of another place wanted to change something, or asked for a WebSocket.'],
  ['no_web_socket', 'NotImplementedError', 'A WebSocket was asked for, and this host of the API has none. Use a plain GET.'],
  ['too_large', 'PayloadTooLargeError', 'A request body is 1 MiB at most.'],
  ['database_unavailable', 'UnavailableError', 'Postgres did not answer, or two requests collided. Try again.'],
  ['internal', 'InternalError', 'A defect. The log of the API has more under the `request_id`.'],
] as const;

const remedies: Record<string, string> = {
  malformed: 'Alarm: somebody writes into the commands table.',
  'unknown-key': "After a rotation: add the new key to the agent's `trusted-keys.json`. Otherwise an alarm.",
  'bad-signature': 'Alarm: somebody alters commands.',
  'wrong-issuer': 'Alarm, or an agent whose `trusted-keys.json` is of another deployment.',
  'altered-row': 'Alarm: somebody alters commands.',
  'wrong-agent': 'Alarm, or two agents share a database login.',
  'wrong-device': 'Alarm: somebody alters commands.',
  'wrong-seq': 'Alarm: somebody alters commands.',
  'not-yet-valid': 'Set the clocks of the API hosts and the management node (NTP).',
  expired: 'Ask again. If it happens often, compare the clocks and look at what keeps the agent busy.',
  replayed: 'Alarm: somebody alters commands. Or the state folder of the agent was put back to an older one.',
  'out-of-order': 'Alarm: somebody alters commands. Or two hosts run processes of one agent.',
  'unknown-kind': 'Upgrade the agent.',
  'unknown-version': 'Upgrade the agent.',
  'bad-parameters': 'A defect, or an agent of another version than the API.',
  'bad-credentials':
    'The password must be entered again, for this address and to the key that the agent has now: PATCH the switch, or the node of a BMC, with its login.',
  policy: "The message names the rule in the agent's `policy.json`.",
  unreachable:
    'Look at the address (PATCH the switch or the node when it has changed), the cable, the session limit of the device. Then ask again.',
  denied:
    "Look at user name and password, and PATCH the switch or the node when they have changed. If the switch was replaced, remove its line from the agent's `known-hosts`.",
  'device-refused': 'The message says what the switch answered. Mend it there, then ask again.',
  mismatch: 'Somebody else configures this port, or the switch says yes and does not mean it. Then ask again.',
  interrupted: 'Ask again.',
  unreadable: 'The message says what the device answered. If it is one that HaaS should understand, that is a defect.',
  'no-reaction':
    'Look at the console of the machine: its operating system may hang, or ignore its power button. `"force": true` does not ask it.',
  incomplete: 'Look at what was read back, and ask again for what is missing.',
  closed: 'Start the console (`PUT /v0/node/<node>/console`), then ask again.',
  unproven: 'When the switch answers again, revert the port.',
  abandoned: 'Start the agent, then revert the port.',
  contradiction: 'Revert the port; the message says what did not fit.',
  moved: 'Check the switch at its new address, then revert the port.',
};

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function reasons(list: Readonly<Record<string, string>>): string {
  return table(
    ['reason', 'it means', 'what to do'],
    Object.entries(list).map(([reason, meaning]) => [`\`${reason}\``, meaning, remedies[reason] ?? '']),
  );
}

/** The page of every error that HaaS answers or records, from the tables that the code itself uses. */
export function renderProblemsPage(): string {
  const refusals = operations.flatMap(({ id, refusals }) =>
    Object.entries(refusals).map(([code, [type, when]]) => [`\`${id}\``, `\`${code}\``, `${problemTypes[type]} ${type}`, when]),
  );
  return `# Problems

Made from the code by \`npm run docs\`.

Every error of the API is JSON: \`{"type", "code", "msg", "request_id"}\`. Clients branch on \`type\`; \`code\` says which refusal it is;
\`msg\` is for people and names the remedy. A request that was refused has changed nothing, but for those of types \`OBMError\` and
\`HeadnodeError\`: these tell how something ended that the BMC of a node or the host of a headnode was to do.

## Of every operation

${table(
  ['code', 'type', 'meaning'],
  everywhere.map(([code, type, meaning]) => [`\`${code}\``, `${problemTypes[type]} ${type}`, meaning]),
)}

## Of each operation

${table(['operation', 'code', 'type', 'when'], refusals)}

## Of networking actions

An action whose status is \`ERROR\` says in \`error\` what happened; the command's state and reason stand in the table \`commands\` and in
the agent's log. The states are described in [command-states.md](command-states.md).

### failed: the device is as it was before

${reasons(failureReasons)}

### refused: the agent did not take it for an order; no session was opened

${reasons(refusalReasons)}

### unknown: what the device holds could not be proven, and the port is suspect

${reasons(doubtReasons)}

## Of \`npm start\`

Each is one sentence that names the remedy: a busy port (set \`HAAS_LISTEN\`), a state folder that cannot be used or is in use (set
\`HAAS_STATE_DIR\`), a \`DATABASE_URL\` that does not connect, a database of a newer version, a key file that is damaged (restore it), a
platform without embedded PostgreSQL (set \`DATABASE_URL\`).
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(problemsPage, renderProblemsPage());
