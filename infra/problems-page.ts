import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { doubtReasons, failureReasons, refusalReasons } from '../db/commands/outcome.ts';
import { everywhere } from '../functions/http/everywhere.ts';
import { problemTypes } from '../functions/http/problem.ts';
import { operations } from '../functions/operations.ts';
import { codeRemedies, type Remedy, reacting, reasonRemedies, remedyOf, typeRemedies } from './remedies.ts';

/** Where the page is kept. */
export const problemsPage = fileURLToPath(new URL('../docs/problems.md', import.meta.url));

const statuses: Readonly<Record<string, number>> = problemTypes;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The cells of a remedy: who, and what. */
function cells(remedy: Remedy | undefined): readonly [string, string] {
  return remedy ? [reacting[remedy.who], remedy.what] : ['', ''];
}

function reasons(list: Readonly<Record<string, string>>): string {
  return table(
    ['reason', 'it means', 'who reacts', 'what to do'],
    Object.entries(list).map(([reason, meaning]) => [`\`${reason}\``, meaning, ...cells(reasonRemedies[reason])]),
  );
}

/** The page of every error that HaaS answers or records, from the tables that the code itself uses. */
export function renderProblemsPage(): string {
  const refusals = operations.flatMap(({ id, refusals }) =>
    Object.entries(refusals).map(([code, [type, when]]) => ({ id, code, type, when })),
  );
  const common = new Set<string>(everywhere.map(([code]) => code));
  const special = Object.entries(codeRemedies).filter(([code]) => !common.has(code));
  const typesOf = (wanted: string) =>
    [...new Set(refusals.flatMap(({ code, type }) => (code === wanted ? type : [])))].join(', ');
  return `# Problems

Made from the code by \`npm run docs\`.

Every error of the API is JSON: \`{"type", "code", "msg", "request_id"}\`. Clients branch on \`type\`; \`code\` says which refusal it is;
\`msg\` is for people and names the remedy. A request that was refused has changed nothing, but for those of types \`OBMError\` and
\`HeadnodeError\`: these tell how something ended that the BMC of a node or the host of a headnode was to do.

Who reacts is the same for an error wherever it comes up: look for its code in the first table, then in the one by code, then go by its
type.

## Of every operation

${table(
  ['code', 'type', 'meaning', 'who reacts', 'what to do'],
  everywhere.map(([code, type, meaning]) => [
    `\`${code}\``,
    `${problemTypes[type]} ${type}`,
    meaning,
    ...cells(remedyOf(type, code)),
  ]),
)}

## By type

${table(
  ['type', 'status', 'who reacts', 'what to do'],
  Object.entries(typeRemedies).map(([type, remedy]) => [
    type,
    String(statuses[type]),
    ...(remedy ? cells(remedy) : ['as its code says', 'see below']),
  ]),
)}

## By code

Codes that are not here are dealt with by their type.

${table(
  ['code', 'type', 'who reacts', 'what to do'],
  special.map(([code, remedy]) => [`\`${code}\``, typesOf(code), ...cells(remedy)]),
)}

## Of each operation

${table(
  ['operation', 'code', 'type', 'when'],
  refusals.map(({ id, code, type, when }) => [`\`${id}\``, `\`${code}\``, `${problemTypes[type]} ${type}`, when]),
)}

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
