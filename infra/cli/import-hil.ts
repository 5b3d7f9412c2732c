import { writeFileSync } from 'node:fs';
import type { Running } from './carry-out.ts';
import type { Operation } from './document.ts';
import { Failure } from './failure.ts';
import { hilAddress, readHilDatabase } from './hil/database.ts';
import { note } from './hil/finding.ts';
import { poolOf } from './hil/networks.ts';
import { shownSurvey } from './hil/report.ts';
import { HilSite } from './hil/site.ts';
import { type Survey, survey } from './hil/survey.ts';
import { type ImportOptions, importSite } from './import.ts';
import { asYaml } from './site-layout/as-yaml.ts';
import { FieldJudge } from './site-layout/fields.ts';
import { type Terminal, writeAll } from './terminal.ts';

/** What reading a HIL may be told. */
export interface HilOptions {
  /** The address of its database; undefined: that of HAAS_HIL_URL. */
  readonly from: string | undefined;
  /** The agent that reaches all switches and BMCs; undefined: the only one. */
  readonly agent: string | undefined;
  /** What is ambiguous is left out. */
  readonly skipAmbiguous: boolean;
}

/** Moves a HIL to the site: reads its database, tells what is to be known of it, and goes on as with a layout. Throws Failure where something is ambiguous. */
export async function importHil(
  running: Running,
  operations: readonly Operation[],
  hil: HilOptions,
  options: ImportOptions,
): Promise<void> {
  const judge = new FieldJudge();
  const { source } = await lookedOver(running.terminal, hil, judge, running.manner.json);
  await importSite(running, operations, source, { ...options, isPart: true }, judge);
}

/** Writes a HIL as a layout into a new file that only its owner can read, for there are passwords in it. Throws Failure where something is ambiguous. */
export async function writeHil(terminal: Terminal, hil: HilOptions, file: string): Promise<void> {
  const { source } = await lookedOver(terminal, hil, new FieldJudge(), false);
  try {
    writeFileSync(file, asYaml(source.layout), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new Failure('refused', `${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
  await writeAll(terminal.stdout, `Written to ${file}, with its passwords. Then:  haas import ${file}\n`);
}

/** `isForScripts`: standard output is for what comes of it. */
async function lookedOver(terminal: Terminal, hil: HilOptions, judge: FieldJudge, isForScripts: boolean): Promise<Survey> {
  const { env, stdout, stderr } = terminal;
  const address = hilAddress(hil.from, env);
  if (address.password === undefined && hil.from !== undefined && new URL(address.url).password !== '') {
    stderr.write(
      'haas: others on this machine can read a password on the command line: give it in PGPASSWORD, or all in HAAS_HIL_URL\n',
    );
  }
  const site = new HilSite(await readHilDatabase(address));
  const found = survey(site, judge, hil.agent);
  const shown = { ...found, findings: [...found.findings, ...pool(site, env['HAAS_VLANS'])] };
  await writeAll(isForScripts ? stderr : stdout, shownSurvey(site, shown, hil.skipAmbiguous));
  const doubts = found.findings.filter(({ leaves }) => leaves.length > 0);
  if (doubts.length > 0 && !hil.skipAmbiguous) {
    throw new Failure(
      'conflict',
      `nothing was changed: ${doubts.length === 1 ? 'one finding is' : `${doubts.length} findings are`} ambiguous. Mend what they name in HIL, or leave it out with --skip-ambiguous`,
    );
  }
  return found;
}

/** `vlans`: what HaaS gives out, where the environment says so. */
function pool(site: HilSite, vlans: string | undefined) {
  const given = poolOf(site);
  if (given === '' || given === vlans) return [];
  return [
    note(
      `HIL gives out VLANs ${given}${vlans === undefined ? '' : `, and HAAS_VLANS here is ${vlans}`}`,
      `Should HaaS give out the same:  HAAS_VLANS=${given}  at its API hosts, and in the policy of the agents.`,
    ),
  ];
}
