import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { describeError } from '../expected-error.ts';
import { type Ground, startGround } from './ground.ts';
import { LabError } from './lab-error.ts';
import { processes } from './leftovers.ts';
import { LAB_FOLDER } from './private-machine.ts';
import { Screen } from './screen.ts';
import { until } from './wait.ts';
import { Workflow } from './workflow.ts';

// Runs in the private machine, started by infra/lab.ts. Whatever is not stopped here ends with it.

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const screen = new Screen();

let keeping = false;
const left = once(process.stdin.resume(), 'end');
void left.then(() => {
  if (keeping) return;
  screen.say('\nStopped before its end.');
  process.exit(130);
});

/** Leaves everything as it is, for somebody to look around, until they have seen enough. */
async function keep({ house }: Ground): Promise<void> {
  keeping = true;
  screen.say(`
Everything goes on running. In a shell that the line at the top opens:
  curl -u 'admin:${house.password}' ${house.url}/v0/nodes/all
  curl -u 'admin:${house.password}' -N ${house.url}/v0/node/node-2/console
  virsh list --all; ovs-vsctl show; ls ${LAB_FOLDER}
Ctrl-C has everything given back, and ends it.`);
  await left;
}

/** Nothing of what was started may be left: no process but this one, its parent, and those that Node.js runs for it. */
async function nobodyIsLeft(): Promise<void> {
  const others = async () =>
    (await processes()).filter(
      ({ pid, parent, name }) => pid !== 1 && pid !== process.pid && !(parent === process.pid && name === 'esbuild'),
    );
  await until('every process has ended', async () => (await others()).length === 0, {
    limit: 10_000,
    tail: async () => (await others()).map(({ pid, name }) => `process ${pid} is ${name}`).join('\n'),
  });
}

async function runLab(): Promise<void> {
  screen.chapter('The machine room');
  const ground = await startGround(LAB_FOLDER, screen);
  const workflow = new Workflow(ground, screen);
  await workflow.register();
  await workflow.provision();
  await workflow.isolate();
  if (values.keep) await keep(ground);
  await workflow.giveBack();
  await ground.stop();
  await nobodyIsLeft();
  screen.done('everything has stopped, and no process is left');
}

try {
  await runLab();
  screen.say('\nThe whole workflow works on this machine.');
  process.exit(0);
} catch (error) {
  screen.say(`\nThe workflow does not work on this machine: ${error instanceof LabError ? error.message : describeError(error)}`);
  if (values.keep) {
    keeping = true;
    screen.say('\nWhat runs goes on running until Ctrl-C.');
    await left;
  }
  process.exit(1);
}
