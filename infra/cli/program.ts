import { readFileSync } from 'node:fs';
import { Command, Help, Option } from 'commander';
import { z } from 'zod';
import type { Operation } from './document.ts';
import type { Place } from './form.ts';
import { addSpelling, commandAt } from './operation-command.ts';
import { addOwnCommands } from './own-commands.ts';
import { type Spelling, spellingsOf } from './predecessor.ts';
import { seconds } from './running.ts';
import { isColoured, type Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  haas login http://127.0.0.1:5000              sign in; the token is kept
  haas node list free                           which machines there are to have
  haas project node add blue node-01            reserve one
  haas node network connect node-01 eth0 net-1  put it on a network, and wait until the switch has done it
  haas node power cycle node-01 --pxe           have it boot from the network
  haas node console node-01                     sit down at its serial console
  haas commands                                 every operation of the API, in both spellings

Exit codes: 0 done, 1 refused, 2 usage, 3 not signed in or not allowed, 4 not found, 5 conflict, 6 a device failed,
7 the API was not reached, 8 not done within --timeout, 9 something differs (--dry-run), 130 interrupted`;

/** The command line: a command for each spelling of each operation of the document, and those that are more than one operation. */
export function makeProgram(terminal: Terminal, operations: readonly Operation[]): Command {
  const { stdout, stderr } = terminal;
  const program = new Command('haas')
    .description('Uses a HaaS: reserves machines, connects them to networks, switches their power.')
    .version(version(), '--version', 'Show the version')
    .helpOption('-h, --help', 'Show how it is used')
    .option('--endpoint <url>', 'Address of the API')
    .option('--login <user>', 'Sign in as this user for this command; the password is asked for')
    .option('--token <token>', 'Use this token for this command; - has it asked for')
    .option('--json', 'Show exactly the answer of the API')
    .addOption(new Option('--jsonout').hideHelp())
    .option('--no-wait', 'Do not wait for devices: show the status_id')
    .addOption(new Option('--timeout <seconds>', 'Wait for devices at most this long').argParser(seconds))
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns || 100,
      getErrHelpWidth: () => stderr.columns || 100,
      getOutHasColors: () => isColoured(terminal, stdout),
      getErrHasColors: () => isColoured(terminal, stderr),
    })
    .showHelpAfterError('(--help shows how it is used)')
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/^\[options\] ?/, '')}`.trim(),
      formatHelp: withoutIds,
    });
  const spellings = spellingsOf(operations);
  const places = new Map<Command, readonly Place[]>();
  for (const spelling of spellings) {
    if (spellings.some((other) => isDefaultOf(other, spelling))) continue;
    const isDefault = spellings.some((other) => isDefaultOf(spelling, other));
    const command = commandAt(program, spelling.words, isDefault);
    places.set(command, spelling.form.places);
    if (isDefault && command.parent) places.set(command.parent, spelling.form.places);
    addSpelling(command, spelling, spellings, terminal, program);
  }
  addOwnCommands({ terminal, program, operations, spellings, places });
  return program;
}

/** Whether a group does the same as one of its commands: `node bootdev`, of which there is a `set`. */
function isDefaultOf(spelling: Spelling, group: Spelling): boolean {
  const { words } = spelling;
  return spelling.operation === group.operation && words.length > 1 && words.slice(0, -1).join(' ') === group.words.join(' ');
}

/** Ids stand in no list of commands, where they would hide the others; but they are suggested to whoever mistypes one. */
function withoutIds(command: Command, helper: Help): string {
  const shown: Help = Object.create(helper);
  shown.visibleCommands = (each) => helper.visibleCommands(each).filter((known) => !known.name().includes('_'));
  return Help.prototype.formatHelp.call(shown, command, shown);
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}
