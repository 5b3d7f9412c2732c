import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type PrivateMachine, startPrivateMachine } from './lab/private-machine.ts';
import { missingRequirements } from './lab/requirements.ts';

const inside = fileURLToPath(new URL('lab/inside.ts', import.meta.url));

const usage = `npm run lab [-- --keep]: shows the whole workflow, for real, on this machine. docs/lab.md tells more.

  --keep   leaves everything running until Ctrl-C, before it is given back
`;

/** What is asked for; undefined for what nobody knows. */
function readOptions(): { keep: boolean } | undefined {
  try {
    return parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values;
  } catch {
    return undefined;
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Asks the machine to come to an end at the first signal, and ends it at the second. */
function endBySignal(machine: PrivateMachine): void {
  let asked = false;
  for (const signal of signals) {
    process.on(signal, () => {
      if (asked) machine.kill();
      asked = true;
      machine.leave();
    });
  }
}

const options = readOptions();
const missing = options ? await missingRequirements() : [usage];
if (!options || missing.length > 0) {
  process.stderr.write(`${missing.join('\n')}\n`);
  process.exit(1);
}

const machine = startPrivateMachine(inside, options.keep ? ['--keep'] : []);
endBySignal(machine);
process.stdout.write(`A shell in the midst of it:  nsenter --target ${await machine.firstProcess()} --mount --net --pid\n`);
process.exitCode = (await machine.ended) ?? 1;
