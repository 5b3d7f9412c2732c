import { readFileSync } from 'node:fs';
import { CaptureError, type CaptureKind, captureKinds } from '../agents/reading/capture.ts';
import { captures } from '../agents/reading/captures.ts';

const types = () => Object.keys(captures).sort().join(', ');

const usage = `haas-agent: the agent of a management node. Run it as  npx haas-agent <command>

  run
      Takes commands until SIGTERM or SIGINT. Configured by HAAS_AGENT_URL and HAAS_AGENT_STATE_DIR: see docs/configuration.md.
  read <type> <what> < capture.txt
      Prints as JSON what HaaS understands of a switch's output, and fails on the first line that it does not, naming it.
      For bug reports, and to see whether a switch speaks as HaaS expects. Contacts nobody.
      <type>  ${types()}
      <what>  ${captureKinds.join(', ')}
`;

function isCaptureKind(text: string): text is CaptureKind {
  return captureKinds.some((kind) => kind === text);
}

/** Ends the process with a message: 2 for a call that is wrong, 1 for output that is not understood. */
function fail(code: 1 | 2, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function read(type: string | undefined, what: string | undefined): void {
  const readers = type !== undefined && Object.hasOwn(captures, type) ? captures[type] : undefined;
  if (!readers) fail(2, `haas-agent read: there is no type ${type ?? '(none was given)'}: the types are ${types()}`);
  if (what === undefined || !isCaptureKind(what))
    fail(2, `haas-agent read: there is no output ${what ?? '(none was given)'}: there are ${captureKinds.join(', ')}`);
  const reader = readers[what];
  if (!reader) fail(2, `haas-agent read: of a ${type} it reads ${Object.keys(readers).join(', ')}, not ${what}`);
  try {
    process.stdout.write(`${JSON.stringify(reader(readFileSync(0, 'utf8')), null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    fail(1, `haas-agent read ${type} ${what}: ${error.message}`);
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'run') await import('../agents/run.ts');
else if (command === 'read') read(rest[0], rest[1]);
else if (command === '--help' || command === 'help') process.stdout.write(usage);
else fail(2, usage);
