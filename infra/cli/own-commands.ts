import { Argument, type Command, Option } from 'commander';
import { z } from 'zod';
import { complete, completionScript, namesOf, shells } from './completion.ts';
import type { Operation } from './document.ts';
import { Failure } from './failure.ts';
import type { Place } from './form.ts';
import { commandAt } from './operation-command.ts';
import type { Spelling } from './predecessor.ts';
import { perform, readCommonOptions, seconds } from './running.ts';
import { show } from './table.ts';
import { harmless, type Terminal, writeAll } from './terminal.ts';

/** What there is besides the operations. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly program: Command;
  readonly operations: readonly Operation[];
  readonly spellings: readonly Spelling[];
  /** What comes after each command. */
  readonly places: Map<Command, readonly Place[]>;
}

/** Commands that are no single operation: signing in and out, a terminal at a console, site layouts, a HIL, the audit as a whole, help, completion. */
export function addOwnCommands(surroundings: Surroundings): void {
  addSignIn(surroundings);
  for (const of of ['node', 'headnode']) {
    const operation = surroundings.operations.find(({ path }) => path === `/v0/${of}/{${of}}/console`);
    if (!operation) continue;
    addConsole(surroundings, of);
  }
  addSiteLayout(surroundings);
  addHil(surroundings);
  addAudit(surroundings);
  addEvents(surroundings);
  addHelp(surroundings);
  addCompletion(surroundings);
}

function addSignIn({ terminal, program }: Surroundings): void {
  const of = (endpoint: string | undefined) => {
    const options = readCommonOptions(program);
    return { ...options, endpoint: endpoint ?? options.endpoint };
  };
  program
    .command('login')
    .description('Sign in: have the API make a token, and keep that in place of a password')
    .argument('[endpoint]', 'Address of the API, such as https://haas.example')
    .option('--name <name>', 'What the token is called at the API')
    .addOption(new Option('--expires-in <seconds>', 'For how long it is good').argParser(seconds))
    .addHelpText(
      'after',
      '\nExamples:\n  haas login https://haas.example\n  haas login https://haas.example --login ada < password-file\n  haas login https://haas.example --token -',
    )
    .action(async (endpoint: string | undefined, own: { name?: string; expiresIn?: number }) => {
      const { logIn } = await import('./sign-in.ts');
      await logIn(terminal, { ...of(endpoint), ...own });
    });
  program
    .command('logout')
    .description('Revoke the token that login kept, and forget it')
    .argument('[endpoint]', 'Address of the API; that of the last login unless given')
    .option('--forget', 'Only forget it, where the API cannot be reached')
    .action(async (endpoint: string | undefined, { forget = false }: { forget?: boolean }) => {
      const { logOut } = await import('./sign-in.ts');
      await logOut(terminal, { endpoint: of(endpoint).endpoint, forget });
    });
}

function addConsole({ terminal, program, places }: Surroundings, of: string): void {
  const command = commandAt(program, [of, 'console', 'attach'], true);
  for (const each of [command, commandAt(program, [of, 'console'])]) places.set(each, [{ name: of }]);
  command
    .description(`Sit down at the serial console of a ${of}`)
    .usage(`[options] <${of}>`)
    .addArgument(new Argument(`[${of}]`, `Name of a ${of}`))
    .addOption(new Option('--steal', 'Take the right to type away from whoever has it').conflicts('watch'))
    .option('--watch', 'Only watch')
    .option('--tail <lines>', 'Begin with so many of the last lines')
    .option('--escape <key>', 'The key that leaves', '^]')
    .addHelpText(
      'after',
      `\nCtrl-] leaves; the ${of} and its console go on. Without a terminal the console is shown, and nothing is typed.`,
    )
    .action(async (label: string | undefined, own: { steal?: boolean; watch?: boolean; tail?: string; escape: string }) => {
      if (label === undefined) return command.error(`error: missing required argument '${of}'`);
      const { attach, escapeKey } = await import('./console.ts');
      const attaching = {
        path: `/v0/${of}/${encodeURIComponent(label)}/console`,
        name: `${of} ${harmless(label)}`,
        write: own.steal ? ('steal' as const) : own.watch ? ('none' as const) : ('take' as const),
        leaveKey: escapeKey(own.escape),
        tail: own.tail,
      };
      await perform(terminal, readCommonOptions(program), (running) => attach(running, attaching));
    });
}

function addSiteLayout({ terminal, program, operations }: Surroundings): void {
  program
    .command('import')
    .description('Make the site what a file says: switches, nodes, projects, users, networks')
    .argument('<file>', 'A site layout in JSON or YAML, also one of HIL; - for standard input')
    .option('--dry-run', 'Only show what would be done; ends with 9 where that is anything')
    .option('--yes', 'Do it without asking')
    .option('--delete', 'Delete what the file does not have')
    .option('--renew-credentials', 'Send the passwords and tokens of what is registered already, too')
    .addOption(new Option('--bmc <way>', 'Of nodes with both, the way to the BMC').choices(['obm', 'obmd']))
    .option('--verbose', 'Show every line of the plan')
    .addHelpText(
      'after',
      '\nExamples:\n  haas import rack.yaml --dry-run     what would be done\n  haas import rack.yaml\n  haas export > site.yaml',
    )
    .action(async (file: string, options: unknown) => {
      const { importFile } = await import('./import.ts');
      const { yes, dryRun, delete: deletes, renewCredentials: renews, verbose, bmc } = importOptions.parse(options);
      const chosen = { yes, dryRun, deletes, renews, verbose, bmc };
      await perform(terminal, readCommonOptions(program), (running) => importFile(running, operations, file, chosen));
    });
  program
    .command('export')
    .description('Write everything that is registered as a site layout, without secrets: YAML, or JSON with --json')
    .action(async () => {
      const { exportSite } = await import('./export.ts');
      await perform(terminal, readCommonOptions(program), exportSite);
    });
}

const importOptions = z.object({
  yes: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  delete: z.boolean().default(false),
  renewCredentials: z.boolean().default(false),
  verbose: z.boolean().default(false),
  bmc: z.enum(['obm', 'obmd']).optional(),
});

function addHil({ terminal, program, operations }: Surroundings): void {
  program
    .command('import-hil')
    .description('Move a HIL here: what its database says, whatever the races of HIL left in it')
    .option('--from <url>', 'Its database; unless given, HAAS_HIL_URL. A password can stand in PGPASSWORD')
    .option('--agent <name>', 'Agent that reaches its switches and BMCs; needed unless there is exactly one')
    .option('--skip-ambiguous', 'Leave out what is ambiguous, instead of changing nothing')
    .addOption(new Option('--out <file>', 'Write it as a site layout, for  haas import').conflicts(['dryRun', 'yes']))
    .option('--dry-run', 'Only show what would be done; ends with 9 where that is anything')
    .option('--yes', 'Do it without asking')
    .option('--verbose', 'Show every line of the plan')
    .addHelpText(
      'after',
      '\nExamples:\n  haas import-hil --from postgres://hil_reader@hil.example/hil --dry-run\n  haas import-hil --from postgres://hil_reader@hil.example/hil --out site.yaml',
    )
    .action(async (options: unknown) => {
      const { importHil, writeHil } = await import('./import-hil.ts');
      const { from, agent, skipAmbiguous, out, yes, dryRun, verbose } = hilOptions.parse(options);
      const hil = { from, agent, skipAmbiguous };
      if (out !== undefined) return writeHil(terminal, hil, out);
      const manner = { yes, dryRun, verbose, deletes: false, renews: false };
      await perform(terminal, readCommonOptions(program), (running) => importHil(running, operations, hil, manner));
    });
}

const hilOptions = z.object({
  from: z.string().optional(),
  agent: z.string().optional(),
  skipAmbiguous: z.boolean().default(false),
  out: z.string().optional(),
  yes: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  verbose: z.boolean().default(false),
});

function addAudit({ terminal, program }: Surroundings): void {
  commandAt(program, ['audit', 'verify'])
    .description('Verify the whole audit: that nothing in it was altered, removed or moved')
    .option('--expect <head>', 'Look whether this head, which it printed earlier, is still in the audit')
    .addHelpText(
      'after',
      '\nExamples:\n  haas audit verify\n  haas audit verify --expect 1041:pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4\n\nIt prints the head of the audit. Keep that elsewhere: only by an earlier head it is found that the end was cut off.\nFor administrators only.',
    )
    .action(async ({ expect }: { expect?: string }) => {
      const { readHead, verifyAudit } = await import('./audit.ts');
      const expected = expect === undefined ? undefined : readHead(expect);
      await perform(terminal, readCommonOptions(program), (running) => verifyAudit(running, expected));
    });
}

function addEvents({ terminal, program }: Surroundings): void {
  commandAt(program, ['events', 'watch'], true)
    .description('Show who changes what, as it happens, until Ctrl-C')
    .option('--after <seq>', 'Begin after this entry of the audit; with what is done from now on unless given')
    .addHelpText(
      'after',
      '\nA connection that is lost is made again, and nothing is left out. With --json: one JSON object a line.',
    )
    .action(async ({ after }: { after?: string }) => {
      const { watchEvents } = await import('./events.ts');
      await perform(terminal, readCommonOptions(program), (running) => watchEvents(running, after));
    });
}

function addHelp({ terminal, program, operations, spellings }: Surroundings): void {
  program
    .helpCommand(false)
    .command('help')
    .description('Show how a command is used')
    .argument('[command...]', 'Its words')
    .action((words: string[]) => {
      const command = words.reduce((parent, word) => {
        const next = parent.commands.find((each) => each.name() === word);
        if (!next) throw new Failure('usage', `there is no command ${words.join(' ')}: haas commands shows all`);
        return next;
      }, program);
      command.outputHelp();
    });
  program
    .command('commands')
    .description('List every operation of the API, in both spellings')
    .argument('[word]', 'Only those that have this word somewhere')
    .action(async (word = '') => {
      const rows = operations.map((operation) => {
        const names = spellings.filter((each) => each.operation === operation);
        const grouped = names.find(({ kind }) => kind === 'grouped');
        const usage = (grouped?.form.places ?? []).map(({ name, isOptional }) => (isOptional ? `[${name}]` : name.toUpperCase()));
        return {
          grouped: [...(grouped?.words ?? []), ...usage].join(' '),
          'in one word': operation.id,
          for: operation.access === 'admin' ? 'administrators' : 'all',
          what: operation.summary,
        };
      });
      const shown = rows.filter((row) =>
        Object.values(row).some((text) => text.toLowerCase().includes(String(word).toLowerCase())),
      );
      if (shown.length === 0) throw new Failure('notFound', `no command has anything to do with ${word}`);
      const { stdout } = terminal;
      await writeAll(
        stdout,
        show(shown, { columns: stdout.isTTY ? stdout.columns || undefined : undefined, heading: (text) => text }),
      );
    });
}

function addCompletion({ terminal, program, operations, places }: Surroundings): void {
  program
    .command('completion')
    .description('Print the completion script of a shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(haas completion bash)      in ~/.bashrc\n  source <(haas completion zsh)       in ~/.zshrc, after compinit\n  haas completion fish | source       in ~/.config/fish/config.fish',
    )
    .action(async (shell: unknown) => {
      await writeAll(terminal.stdout, completionScript(z.enum(shells).parse(shell)));
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const candidates = await complete(
        program,
        words,
        (command) => places.get(command) ?? [],
        (name, options) => namesOf(terminal, operations, name, options),
      );
      await writeAll(
        terminal.stdout,
        candidates.map(({ text, description }) => `${harmless(text)}\t${harmless(description)}\n`).join(''),
      );
    });
}
