import { administratorCommand } from './admin/administrator.ts';
import { agentCommand } from './admin/agent.ts';
import { agentLoginCommand } from './admin/agent-login.ts';
import { type AdminCommand, CallError, readCall } from './admin/command.ts';
import { databaseCommand } from './admin/database.ts';
import { dropAgentKeyCommand } from './admin/drop-agent-key.ts';
import { forgetSigningKeyCommand } from './admin/forget-signing-key.ts';
import { keysCommand } from './admin/keys.ts';
import { migrateCommand } from './admin/migrate.ts';
import { restoredCommand } from './admin/restored.ts';
import { rotateAgentKeyCommand } from './admin/rotate-agent-key.ts';
import { rotateSigningKeyCommand } from './admin/rotate-signing-key.ts';

/** Every command, in the order in which somebody meets them. */
const commands: readonly AdminCommand[] = [
  databaseCommand,
  migrateCommand,
  keysCommand,
  administratorCommand,
  agentLoginCommand,
  agentCommand,
  rotateSigningKeyCommand,
  forgetSigningKeyCommand,
  rotateAgentKeyCommand,
  dropAgentKeyCommand,
  restoredCommand,
];

const usage = `haas-admin: prepares a PostgreSQL server, API hosts and agents. Run it as  npx haas-admin <command>

${commands.map((command) => `  ${command.usage}\n`).join('')}`;

async function run([name, ...rest]: string[]): Promise<string> {
  if (name === undefined || [name, ...rest].some((text) => text === '--help' || text === '-h')) return usage;
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new CallError(`there is no command ${name}`);
  return command.run(readCall(command, rest, process.env));
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`haas-admin: ${message}${error instanceof CallError ? `\n\n${usage}` : '\n'}`);
  process.exitCode = 1;
}
