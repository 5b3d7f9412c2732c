import { harmless } from '../terminal.ts';
import type { Plan } from './plan.ts';
import { type Phase, phases, type Step } from './step.ts';

/** Of more lines than this, which tell what is added or what is left, so many are shown. What changes or goes is always shown whole. */
const SHOWN = 10;

const marks = { create: '+', change: '~', delete: '-' } as const;

/** A plan as people read it, line by line. `isWhole`: every line, however many things are added. */
export function showPlan(
  { steps, left, oddities }: Plan,
  placeOf: (path: Plan['oddities'][number]['path']) => string,
  isWhole: boolean,
): string {
  const lines = [
    ...phases.flatMap((phase) => linesOf(phase, ofPhase(steps, phase), ({ kind }) => !isWhole && kind === 'create')),
    ...(left.length > 0 ? ['Left as it is, since something would be deleted (--delete does it):'] : []),
    ...phases.flatMap((phase) => linesOf(phase, ofPhase(left, phase), () => !isWhole)),
    ...oddities.map(({ path, message }) => `Odd: ${placeOf(path)} ${message}`),
    summary(steps),
  ];
  return lines.map((line) => `${harmless(line)}\n`).join('');
}

/** `12 to create, 1 to change, 0 to delete` */
export function summary(steps: readonly Step[]): string {
  if (steps.length === 0) return 'Nothing to do.';
  return `${shownNumber(count(steps, 'create'))} to create, ${shownNumber(count(steps, 'change'))} to change, ${shownNumber(count(steps, 'delete'))} to delete.`;
}

/** How many steps are of a kind. */
export function count(steps: readonly Step[], kind: Step['kind']): number {
  return steps.filter((step) => step.kind === kind).length;
}

const numbers = new Intl.NumberFormat('en');

/** A number with its thousands set apart. */
export function shownNumber(number: number): string {
  return numbers.format(number);
}

function ofPhase(steps: readonly Step[], phase: Phase): Step[] {
  return steps.filter((step) => step.phase === phase);
}

function linesOf(phase: Phase, steps: readonly Step[], shortens: (step: Step) => boolean): string[] {
  const long = steps.filter(shortens);
  const hidden = new Set(long.length <= SHOWN + 1 ? [] : long.slice(SHOWN));
  const lines = steps.filter((step) => !hidden.has(step)).map(({ kind, what }) => `  ${marks[kind]} ${what}`);
  return hidden.size === 0 ? lines : [...lines, `    ... and ${shownNumber(hidden.size)} more: ${phase} (--verbose shows all)`];
}
