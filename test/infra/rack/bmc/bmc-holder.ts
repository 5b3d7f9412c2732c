// Starts a BMC in the folder given, has another user open its console, and says which processes it has started.
import { readFileSync } from 'node:fs';
import { startBmc } from '../../../../infra/rack/bmc/simulated-bmc.ts';

const bmc = await startBmc({ name: 'node-1', folder: process.argv[2] ?? '' });
await bmc.holdSol();
process.stdout.write(readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'latin1'));
