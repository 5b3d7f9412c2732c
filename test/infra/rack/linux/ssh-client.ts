import { once } from 'node:events';
import ssh2 from 'ssh2';
import { onTestFinished } from 'vitest';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';

/** Who may log in to a switch under test. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** What a command left; the code is null when the connection ended first. */
interface Left {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** An SSH connection over which commands are run one by one. */
export interface Client {
  /** Runs a command whatever comes of it. */
  run(command: string): Promise<Left>;
  /** The output of a command that must succeed without complaint. */
  output(command: string): Promise<string>;
}

/** Logs in to a switch for the length of one test. */
export async function connected(simulated: SimulatedSwitch): Promise<Client> {
  const client = new ssh2.Client();
  onTestFinished(() => {
    client.end();
  });
  client.connect({ host: '127.0.0.1', port: simulated.tcpPort('ssh'), ...LOGIN });
  await once(client, 'ready');
  client.on('error', () => {});
  const run = (command: string): Promise<Left> =>
    new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        const left: Left = { stdout: '', stderr: '', code: null };
        channel.on('data', (bytes: Buffer) => {
          left.stdout += bytes.toString('latin1');
        });
        channel.stderr.on('data', (bytes: Buffer) => {
          left.stderr += bytes.toString('latin1');
        });
        channel.on('exit', (code: number | null) => {
          left.code = code;
        });
        channel.on('close', () => resolve(left));
      });
    });
  return {
    run,
    async output(command) {
      const { stdout, stderr, code } = await run(command);
      if (code !== 0 || stderr !== '') throw new Error(`${command}: exit code ${code}, ${stderr}${stdout}`);
      return stdout;
    },
  };
}
