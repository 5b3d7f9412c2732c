// Verifies one password, on a thread of its own: for a second it does nothing else.
import { parentPort, workerData } from 'node:worker_threads';
import { verify } from 'unixcrypt';

parentPort?.postMessage(verify(workerData.password, workerData.passwordHash));
