import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hostname } from '../../../db/devices/access.ts';
import type { BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import { complaints, findingOf } from '../../reading/ipmitool-complaints.ts';
import { type ProgramEnd, runProgram } from '../../sessions/program.ts';
import { quote } from '../../sessions/screen.ts';
import { BmcError } from './bmc-error.ts';
import { explain } from './bmc-words.ts';
import type { OpenBmc } from './driver.ts';

/** What is known of the BMC at one address, from earlier calls. */
export interface KnownBmc {
  /** The cipher suite with which it was reached last. */
  suite?: number;
  /** It holds boot devices and says of each that it is not valid, even of one that was set just now. */
  deniesBoot?: boolean;
}

/** The program, and the milliseconds that one call of it may take. */
export interface IpmitoolOptions {
  readonly program: string;
  readonly timeout: number;
}

/** What ipmitool printed. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** The suites that are tried, best first: 17 for BMCs that know SHA-256, 3 that every other one must know (IPMI 2.0, section 13.28.2). */
const suites = [17, 3] as const;

/**
 * How long ipmitool waits for an answer (`-N`, seconds), and how often it asks (`-R`). What only reads may be asked again soon. What
 * changes the machine is asked once: a BMC whose answer is late does again what it is told again. A console waits longer as well,
 * because there a late answer makes it type everything again.
 */
const paces = { read: ['-N', '1', '-R', '2'], change: ['-N', '3', '-R', '1'], console: ['-N', '2', '-R', '2'] } as const;
type Pace = keyof typeof paces;

/** What can be put into IPMI packets, and said to ipmitool as an argument. Checked again here: what comes signed may come from an older API. */
const user = z.string().regex(/^(?!-)[!-~]{1,16}$/);
const password = z.string().regex(/^[ -~]{0,20}$/);

/** Calls of `ipmitool` for one BMC. Each is a session of its own. */
export class Ipmitool {
  readonly known: KnownBmc;
  readonly #target: OpenBmc;
  readonly #options: IpmitoolOptions;

  constructor(target: OpenBmc, options: IpmitoolOptions, known: KnownBmc) {
    this.#target = target;
    this.#options = options;
    this.known = known;
  }

  /**
   * Makes one call. `words` are constants, `task` says what they are for. Throws BmcError when ipmitool could not be run to its end,
   * or ended with another code than 0, except for the findings in `spared`. Some failures end with 0.
   */
  async call(
    words: readonly string[],
    task: string,
    pace: Exclude<Pace, 'console'>,
    spared: readonly ReturnType<typeof findingOf>[] = [],
  ): Promise<Said> {
    this.#check(task);
    for (const [index, suite] of this.suites().entries()) {
      const end = await runProgram(this.#options.program, this.argv(suite, pace, words), {
        timeout: this.#options.timeout,
        signal: this.#target.signal,
        // The names of manufacturers are told only here.
        environment: words[0] === 'mc' ? this.environment : { ...this.environment, HOME: withoutNames(this.#target.stateDir) },
      });
      const finding = end.end === 'exited' && end.code !== 0 ? findingOf(end.stderr) : undefined;
      const isDone = end.end === 'exited' && end.code === 0;
      if (isDone || finding === 'idle' || finding === 'refused') this.known.suite = suite;
      if (isDone) return end;
      if (finding !== undefined && spared.includes(finding)) return { stdout: '', stderr: '' };
      if (diagnose(end) !== 'cipher' || index === this.suites().length - 1) throw this.failed(end, task);
    }
    throw new TypeError('there is no cipher suite to try');
  }

  /** The cipher suites to try, one after the other. */
  suites(): readonly number[] {
    const { cipher_suite: only } = this.#target.access.settings;
    if (only !== undefined) return [only];
    const { suite } = this.known;
    return suite === undefined ? suites : [suite, ...suites.filter((other) => other !== suite)];
  }

  /** The arguments of a call. Without `-C` ipmitool asks for the suites, which costs 10 s at a BMC that does not tell them. */
  argv(suite: number, pace: Pace, words: readonly string[]): string[] {
    const { access, credentials } = this.#target;
    const level = (access.settings.privilege_level ?? 'administrator').toUpperCase();
    const where = ['-I', 'lanplus', '-H', access.host, '-p', String(access.port), '-U', credentials.user, '-E', '-L', level];
    // Without -v all failures of a session look alike.
    return ['-v', ...where, '-C', String(suite), ...paces[pace], ...words];
  }

  /** What ipmitool gets the password by: a process list shows arguments to everybody, and the environment to the agent's user alone. */
  get environment(): Readonly<Record<string, string>> {
    return { IPMI_PASSWORD: this.#target.credentials.password };
  }

  /** The error for a program that did not end well. */
  failed(end: ProgramEnd, task: string): BmcError {
    if (end.end === 'missing') return this.error('no-program', task);
    return this.error(diagnose(end), task, end.stderr, end.end === 'exited' ? end.stdout : end.why);
  }

  /** The error for a call that ended with 0 and did not say what it should. */
  unclear({ stdout, stderr }: Said, task: string, problem?: string): BmcError {
    const finding = findingOf(stderr);
    // The session was open, whatever was said of it on the way.
    const isOfCommand = finding === 'refused' || finding === 'privilege' || finding === 'hung';
    return this.error(isOfCommand ? finding : 'unrecognised', task, stderr, ...(problem === undefined ? [] : [problem]), stdout);
  }

  /** An error that quotes what ipmitool `said`, on stderr first. */
  error(diagnosis: BmcDiagnosis, task: string, ...said: string[]): BmcError {
    const { access, credentials, signal } = this.#target;
    const [stderr = '', ...others] = said;
    if (signal.aborted) return new BmcError(diagnosis, `${access.label}: ${task} was called off`);
    const words = [...complaints(stderr), ...others].join('\n').trim();
    const quoted = words === '' ? '' : ` (ipmitool: ${quote(words, [credentials.password])})`;
    return new BmcError(diagnosis, `${explain(diagnosis, access, task)}${quoted}`);
  }

  #check(task: string): void {
    const { access, credentials, signal } = this.#target;
    if (signal.aborted) throw this.error('hung', task);
    if (!hostname.safeParse(access.host).success) throw this.error('no-answer', task, '', 'that is no host name');
    if (!user.safeParse(credentials.user).success) throw this.error('wrong-user', task, '', 'it is no user name that IPMI knows');
    if (!password.safeParse(credentials.password).success)
      throw this.error('wrong-password', task, '', 'IPMI takes at most 20 printable ASCII characters');
  }
}

/** What is wrong where a call did not end well. */
function diagnose(end: ProgramEnd): BmcDiagnosis {
  if (end.end === 'missing') return 'no-program';
  const finding = findingOf(end.stderr);
  if (end.end === 'cut') {
    // Of what was cut short nobody can tell how far it came. But an assertion about a cipher suite comes first of all.
    if (end.by === 'signal' && finding === 'cipher') return 'cipher';
    return end.by === 'size' ? 'unrecognised' : 'hung';
  }
  return finding === undefined || finding === 'idle' ? 'unrecognised' : finding;
}

/** The shortest list of manufacturers that ipmitool takes. */
const oneManufacturer = '0\n  Reserved\n    nobody\n      nobody\n';
/** Folders that have it. */
const homes = new Set<string>();

/**
 * A home folder in which ipmitool finds a list of one manufacturer. Otherwise it reads all of them, in 4.7 MB, at each call, which is
 * four fifths of what a call costs (38 ms of a processor, and 8 without).
 */
function withoutNames(stateDir: string): string {
  const home = join(stateDir, 'ipmitool');
  const list = join(home, '.local', 'usr', 'share', 'misc', 'enterprise-numbers.txt');
  if (!homes.has(home)) {
    mkdirSync(dirname(list), { recursive: true, mode: 0o700 });
    writeFileSync(list, oneManufacturer);
    homes.add(home);
  }
  return home;
}
