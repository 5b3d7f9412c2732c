import { execa } from 'execa';

/** How another user of a BMC reaches it: directly, whatever becomes of the packets of everybody else. */
export interface OtherUser {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A serial console that another user has. */
export interface HeldConsole {
  /** Gives it back, if it was not lost meanwhile. */
  release(): Promise<void>;
}

/** Ends the serial-over-LAN session of a BMC, whosever it is; nothing happens when there is none. Rejects when the BMC refuses. */
export async function deactivateSol(access: OtherUser): Promise<void> {
  const { exitCode, stderr, shortMessage } = await execa('ipmitool', [...words(access), 'sol', 'deactivate'], {
    ...options(access),
    stdin: 'ignore',
    timeout: 30_000,
  });
  if (exitCode !== 0 && !stderr.includes('already de-activated')) throw new Error(stderr || shortMessage);
}

/** Opens the serial console of a BMC and keeps it. Rejects with what ipmitool says when somebody else has it. */
export async function activateSol(access: OtherUser): Promise<HeldConsole> {
  const child = execa('ipmitool', [...words(access), 'sol', 'activate'], {
    ...options(access),
    // It gives the console back when its input ends: so it does when this process is gone as well.
    stdin: 'pipe',
    stdout: 'ignore',
  });
  child.stdin.on('error', () => {});
  const opened = new Promise<boolean>((resolve) => {
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      // Its own announcement stays in its buffer when it writes to a pipe. Next it misses the terminal, and says so at once.
      if (said.includes('tcgetattr')) resolve(true);
    });
    void child.then(() => resolve(false));
  });
  if (!(await opened)) {
    const { stderr, shortMessage } = await child;
    throw new Error(stderr || shortMessage);
  }
  return {
    async release() {
      child.stdin.end();
      // The BMC may be gone, and then ipmitool takes its time.
      const impatient = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await child;
      clearTimeout(impatient);
    },
  };
}

function words({ host, port, user }: OtherUser): string[] {
  return ['-I', 'lanplus', '-C', '3', '-N', '2', '-R', '2', '-H', host, '-p', `${port}`, '-U', user, '-E'];
}

function options({ password }: OtherUser) {
  return {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', IPMI_PASSWORD: password },
  } as const;
}
