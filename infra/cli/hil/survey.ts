import { Failure } from '../failure.ts';
import type { FieldJudge } from '../site-layout/fields.ts';
import { normalized } from '../site-layout/names.ts';
import { type Mistake, type Path, shownPath } from '../site-layout/place.ts';
import { mistakesIn } from '../site-layout/plan.ts';
import type { Source } from '../site-layout/source.ts';
import { ambiguous, type Finding } from './finding.ts';
import { findingsOfHeadnodes } from './headnodes.ts';
import { LeftOut } from './left-out.ts';
import { findingsOfNetworks } from './networks.ts';
import { findingsOfNodes } from './nodes.ts';
import { findingsOfPeople } from './people.ts';
import type { HilSite } from './site.ts';
import { findingsOfSwitches } from './switches.ts';
import { type Mapped, toLayout } from './to-layout.ts';

/** A HIL as it would be moved: a layout without what is left out, and everything that is to be known of it. */
export interface Survey {
  readonly source: Source;
  readonly findings: readonly Finding[];
  readonly left: LeftOut;
}

/** Looks a HIL over. `agent` is who reaches its switches and BMCs; undefined: the only one there is. */
export function survey(site: HilSite, judge: FieldJudge, agent?: string): Survey {
  const findings = [
    ...findingsOfPeople(site),
    ...findingsOfNetworks(site),
    ...findingsOfSwitches(site),
    ...findingsOfNodes(site),
    ...findingsOfHeadnodes(site),
  ];
  for (;;) {
    const left = new LeftOut(
      site,
      findings.flatMap(({ leaves }) => leaves),
    );
    const mapped = toLayout(site, left, agent);
    // What HaaS does not take is found by what judges every layout. Each round leaves something out, so that it ends.
    const mistakes = mistakesIn(normalized(mapped.layout), judge);
    if (mistakes.length === 0) return { source: { layout: mapped.layout, placeOf: placesOf(site, mapped) }, findings, left };
    findings.push(...mistakes.map((mistake) => findingOf(site, mapped, mistake)));
  }
}

/** How many parts of a path lead to a thing: `nodes`, 3; of a port `switches`, 3, `ports`, 5. */
const depth = (of: string) => (of === 'port' ? 4 : 2);

function findingOf(site: HilSite, { thingAt }: Mapped, { path, message }: Mistake): Finding {
  const thing = thingAt(path);
  if (!thing) throw new Failure('refused', `this HIL cannot be written as a layout: ${shownPath(path)} ${message}`);
  const field = shownPath(path.slice(depth(thing.of)));
  return ambiguous(
    [thing],
    `${site.called(thing.of, thing.id)}: ${field} ${message}`,
    'HaaS does not take it so: correct it in the database of HIL.',
  );
}

function placesOf(site: HilSite, { thingAt }: Mapped): (path: Path) => string {
  return (path) => {
    const thing = thingAt(path);
    return thing
      ? `HIL's ${site.called(thing.of, thing.id)} ${shownPath(path.slice(depth(thing.of)))}`.trimEnd()
      : shownPath(path);
  };
}
