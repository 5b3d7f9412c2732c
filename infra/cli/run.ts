import { CommanderError } from 'commander';
import { type Operation, readOperations } from './document.ts';
import { exitCodes, Failure } from './failure.ts';
import { makeProgram } from './program.ts';
import { harmless, type Terminal } from './terminal.ts';

/** Runs one command, and answers the exit code. */
export async function run(
  words: readonly string[],
  terminal: Terminal,
  operations: readonly Operation[] = readOperations(),
): Promise<number> {
  try {
    await makeProgram(terminal, operations).parseAsync(words, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    // It has said by itself what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof Failure)) throw error;
    terminal.stderr.write(`haas: ${harmless(error.message, 'keep lines')}\n`);
    return exitCodes[error.ending];
  }
}
