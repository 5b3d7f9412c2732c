import { dirname } from 'node:path';
import type { Running } from './carry-out.ts';
import type { Operation } from './document.ts';
import { Failure } from './failure.ts';
import { ask, readAll } from './prompt.ts';
import { read } from './request.ts';
import { apply } from './site-layout/apply.ts';
import { contradictions } from './site-layout/checks.ts';
import type { Manner } from './site-layout/draft.ts';
import { FieldJudge } from './site-layout/fields.ts';
import { normalized, withPortNames } from './site-layout/names.ts';
import type { Mistake } from './site-layout/place.ts';
import { distinct, mistakesIn, type Plan, planFor } from './site-layout/plan.ts';
import { portNames, readRegistered } from './site-layout/registered.ts';
import { withSecrets } from './site-layout/secrets.ts';
import { count, showPlan, summary } from './site-layout/show-plan.ts';
import { readSource, type Source, type WayToBmc } from './site-layout/source.ts';
import { harmless, writeAll } from './terminal.ts';

/** No more mistakes than this are told at once. */
const MOST_TOLD = 200;

/** What an import may be told. */
export interface ImportOptions extends Manner {
  /** Nobody is asked whether the plan is to be carried out. */
  readonly yes: boolean;
  /** The plan is only shown. */
  readonly dryRun: boolean;
  /** Every line of it. */
  readonly verbose: boolean;
  /** The layout does not speak of the whole site: nothing is told of what it does not have. */
  readonly isPart?: boolean;
}

/** Makes the site what a file says: JSON or YAML, in our form or the predecessor's; `-`: standard input. Throws Failure where it is wrong, or something is refused. */
export async function importFile(
  running: Running,
  operations: readonly Operation[],
  file: string,
  options: ImportOptions & { readonly bmc?: WayToBmc | undefined },
): Promise<void> {
  const { terminal } = running;
  const isPiped = file === '-';
  if (isPiped && !options.yes && !options.dryRun)
    throw new Failure('usage', 'the layout comes by standard input, so that nobody can be asked: give --yes or --dry-run');
  const text = isPiped ? await readAll(terminal.stdin) : read(file);
  const source = readSource(text, isPiped ? '<stdin>' : file, options.bmc);
  if ('mistakes' in source) throw wrong(source.mistakes);
  await importSite(
    running,
    operations,
    { ...source, layout: withSecrets(source.layout, terminal.env, isPiped ? '.' : dirname(file)) },
    options,
  );
}

/** Makes the site what a layout says, whose secrets are text. Throws Failure where the layout is wrong, or something is refused. */
export async function importSite(
  running: Running,
  operations: readonly Operation[],
  source: Source,
  options: ImportOptions,
  judge = new FieldJudge(),
): Promise<void> {
  if (!running.manner.wait) throw new Failure('usage', 'an import waits for devices: leave --no-wait out');
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    const plan = await makePlan(running, source, options, judge, interrupted.signal);
    await carryOutPlan(running, operations, source, plan, options, interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted || error instanceof Failure) throw error;
    throw new Failure('interrupted', 'interrupted before anything was changed');
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** Compares a layout with its site. Throws Failure, which names every mistake, where there is any. */
async function makePlan(
  { api, progress }: Running,
  { layout: given, placeOf }: Source,
  manner: Manner,
  judge: FieldJudge,
  signal: AbortSignal,
): Promise<Plan> {
  const told = (mistakes: readonly Mistake[]) =>
    mistakes
      .map(({ path, message }) => `${placeOf(path)} ${message}`)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const alone = normalized(given);
  const mistakes = mistakesIn(alone, judge);
  progress.say('reading what is registered', true);
  const registered = await readRegistered(api, signal).catch((error: unknown) => {
    // What is wrong in any case is told first.
    throw mistakes.length > 0 && error instanceof Failure ? wrong(told(mistakes)) : error;
  });
  const layout = withPortNames(alone, await portNames(api, alone, registered.site, signal));
  progress.end();
  const plan = planFor(layout, registered, manner, judge);
  const all = distinct([...mistakes, ...contradictions(layout), ...plan.mistakes]);
  if (all.length > 0) throw wrong(told(all));
  if (plan.conflicts.length > 0) throw new Failure('conflict', list('nothing was changed', told(plan.conflicts)));
  return plan;
}

function wrong(mistakes: readonly string[]): Failure {
  const what = `${mistakes.length === 1 ? 'there is a mistake' : `there are ${mistakes.length} mistakes`} in the layout, and nothing was changed`;
  return new Failure('usage', list(what, mistakes));
}

function list(what: string, lines: readonly string[]): string {
  const rest = lines.length - MOST_TOLD;
  return [`${what}:`, ...lines.slice(0, MOST_TOLD), ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n');
}

async function carryOutPlan(
  running: Running,
  operations: readonly Operation[],
  { placeOf }: Source,
  plan: Plan,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<void> {
  const { terminal, manner } = running;
  const { steps } = plan;
  // What goes because its list does not have it stands in no other place than that list.
  const left = options.isPart ? plan.left.filter(({ path }) => path.length > 1) : plan.left;
  const say = (text: string) => writeAll(terminal.stdout, text);
  const sayJson = (value: unknown) => say(`${JSON.stringify(value)}\n`);
  if (!manner.json) await say(showPlan({ ...plan, left }, placeOf, options.verbose));
  if (options.dryRun) {
    const of = (kind: Plan['steps'][number]['kind']) => steps.filter((step) => step.kind === kind).map(({ what }) => what);
    if (manner.json)
      await sayJson({ create: of('create'), change: of('change'), delete: of('delete'), left: left.map(({ what }) => what) });
    if (steps.length > 0) throw new Failure('differs', `the site differs from the layout. ${summary(steps)}`);
    return;
  }
  if (steps.length > 0 && !options.yes) {
    const answer = await ask(terminal, `${manner.json ? `${summary(steps)} ` : ''}Shall this be done? [y/N] `, signal);
    if (!/^y(?:es)?$/i.test(answer.trim())) throw new Failure('interrupted', 'nothing was changed');
  }
  await apply(running, operations, steps, placeOf, signal);
  const [created, changed, deleted] = [count(steps, 'create'), count(steps, 'change'), count(steps, 'delete')];
  if (manner.json) await sayJson({ created, changed, deleted, left: left.map(({ what }) => what) });
  else if (steps.length > 0)
    await say(harmless(`Done: ${created} created, ${changed} changed, ${deleted} deleted.`).concat('\n'));
}
