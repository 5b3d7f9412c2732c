import { describeError } from '../expected-error.ts';
import { openApi } from './api.ts';
import { readHostConfiguration } from './configuration.ts';

/** An API host in production: all operations, or the one named in HAAS_OPERATION, until SIGTERM. */
async function run(): Promise<void> {
  const { address, monitoringAddress, served, ...options } = await readHostConfiguration(process.env);
  const { log } = options;
  const host = await openApi(options);
  if (monitoringAddress) {
    const { port } = await host.listenForMonitoring(monitoringAddress);
    log.info({ port }, 'the API can be watched');
  }
  const { port } = await host.listen(address, served);
  log.info({ port, operations: served.length }, 'the API answers');
  log.flush();

  const signal = await new Promise<string>((resolve) => {
    for (const each of ['SIGTERM', 'SIGINT'] as const) process.once(each, resolve);
  });
  log.info({ signal }, 'the API stops');
  await host.close();
}

run().catch((error: unknown) => {
  process.stderr.write(`The API does not start: ${describeError(error)}\n`);
  process.exitCode = 1;
});
