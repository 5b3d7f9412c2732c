import { collisions, contradictions, oddities, unknownNames } from './checks.ts';
import { Draft, type Manner } from './draft.ts';
import type { FieldJudge } from './fields.ts';
import type { SiteLayout } from './layout.ts';
import { type Mistake, valueAt } from './place.ts';
import { planHeadnodes, planNetworks } from './plan-networks.ts';
import { planNodes } from './plan-nodes.ts';
import { planProjects, planUsers } from './plan-people.ts';
import { planSwitches } from './plan-switches.ts';
import type { Registered } from './registered.ts';
import { whyMissing } from './secrets.ts';

/** What makes a site what a layout says: the steps of it, whether they can be taken or not. */
function planOf(layout: SiteLayout, site: SiteLayout, manner: Manner): Draft {
  const draft = new Draft(manner);
  planProjects(draft, layout, site);
  planUsers(draft, layout, site);
  planSwitches(draft, layout, site);
  planNodes(draft, layout, site);
  planNetworks(draft, layout, site);
  planHeadnodes(draft, layout, site);
  return draft;
}

/** Everything that is wrong with a layout in itself, as far as it can be known without its site. */
export function mistakesIn(layout: SiteLayout, judge: FieldJudge): Mistake[] {
  // What it takes to make all of it anew names every field that there is.
  const { steps } = planOf(layout, {}, { deletes: false, renews: false });
  return distinct([...steps.flatMap((step) => judge.mistakesOf(step, false)), ...contradictions(layout)]);
}

/** The plan by which a site becomes what a layout says, and everything that is wrong with the layout there. */
export function planFor(layout: SiteLayout, { site, agents }: Registered, manner: Manner, judge: FieldJudge) {
  const draft = planOf(layout, site, manner);
  const missing = draft.steps
    .flatMap((step) => (step.kind === 'delete' ? [] : judge.mistakesOf(step, true)))
    .map(({ path, message }) => ({ path, message: message === 'is missing' ? whyMissing(valueAt(layout, path)) : message }));
  return {
    steps: draft.steps,
    left: draft.left,
    mistakes: distinct([...draft.mistakes, ...missing, ...unknownNames(layout, site, agents, manner.deletes)]),
    conflicts: [...draft.conflicts, ...collisions(layout, site, manner.deletes)],
    oddities: oddities(layout),
  };
}
export type Plan = ReturnType<typeof planFor>;

/** The first that is said of each place. */
export function distinct(mistakes: readonly Mistake[]): Mistake[] {
  const said = new Set<string>();
  return mistakes.filter(({ path }) => {
    const key = path.join('/');
    const isNew = !said.has(key);
    said.add(key);
    return isNew;
  });
}
