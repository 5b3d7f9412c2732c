import { execa } from 'execa';
import type { SimulatedBmc } from '../../../../infra/rack/bmc/simulated-bmc.ts';

/** How a call of ipmitool ended. */
export interface Answer {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks a BMC with the real ipmitool, which asks everything once, and waits two seconds for each answer. */
export async function ipmitool(
  bmc: SimulatedBmc,
  words: string,
  access: { user?: string; password?: string } = {},
): Promise<Answer> {
  const { exitCode, stdout, stderr } = await execa('ipmitool', argv(bmc, words, access.user), {
    ...options(access.password ?? bmc.password),
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}

/** A serial console opened with the real ipmitool. */
export interface Console {
  /** All that the machine has printed since it was opened. */
  output(): string;
  type(text: string): void;
  /** Ends it and answers how it ended. */
  close(): Promise<Answer>;
  kill(): Promise<void>;
}

const ANNOUNCEMENT = '[SOL Session operational.  Use ~? for help]\n';

/** Opens the serial console; rejects with what ipmitool says when it cannot. */
export async function openConsole(bmc: SimulatedBmc): Promise<Console> {
  const child = execa('ipmitool', argv(bmc, 'sol activate', undefined), { ...options(bmc.password), stdin: 'pipe' });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString('latin1');
  });
  const opened = new Promise<boolean>((resolve) => {
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      // Without a terminal the announcement stays in ipmitool's buffer; that there is no terminal it says at once.
      if (said.includes('tcgetattr')) resolve(true);
    });
    void child.then(() => resolve(false));
  });
  if (!(await opened)) throw new Error((await child).stderr);
  return {
    output: () => output.slice(ANNOUNCEMENT.length),
    type: (text) => void child.stdin.write(Buffer.from(text, 'latin1')),
    async close() {
      child.stdin.end();
      const { exitCode, stdout, stderr } = await child;
      return { exitCode, stdout, stderr };
    },
    async kill() {
      child.kill('SIGKILL');
      await child;
    },
  };
}

function argv(bmc: SimulatedBmc, words: string, user = bmc.user): string[] {
  const access = ['-H', bmc.host, '-p', `${bmc.port}`, '-U', user, '-E'];
  return ['-v', '-I', 'lanplus', '-C', '3', '-N', '2', '-R', '1', ...access, ...words.split(' ')];
}

function options(password: string) {
  return {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', IPMI_PASSWORD: password },
  } as const;
}
