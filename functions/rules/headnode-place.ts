import type { HeadnodeSize } from '../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../db/devices/vm-host.ts';
import type { VmHost } from '../../db/queries/vm-hosts.ts';

/** A host that offers a template, and how large a headnode from it would be there. */
export interface Place {
  readonly host: VmHost;
  readonly template: OfferedTemplate;
  readonly size: HeadnodeSize;
}

/** What users ask of the size of a headnode; the rest is the template's. */
type AskedSize = { readonly [K in keyof HeadnodeSize]?: HeadnodeSize[K] | undefined };

/** Where a headnode from a template could be, whether there is room or not. */
export function placesFor(hosts: readonly VmHost[], image: string, asked: AskedSize): Place[] {
  return hosts.flatMap((host) =>
    host.report.templates
      .filter(({ name }) => name === image)
      .map((template) => ({
        host,
        template,
        size: {
          memory: asked.memory ?? template.memory,
          vcpus: asked.vcpus ?? template.vcpus,
          disk: asked.disk ?? template.disk,
        },
      })),
  );
}

/** The most problems of hosts that one message tells. */
const MOST_PROBLEMS = 5;
/** What may be the name of a template in a sentence: without the sentence's full stop. */
const NAME = /[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?/g;

/** What to tell a user whose template no host offers: those that are offered, or what is wrong with it. */
export function noImageMessage(hosts: readonly VmHost[], image: string): string {
  const images = [...new Set(hosts.flatMap(({ report }) => report.templates.map(({ name }) => name)))].sort();
  const problems = hosts.flatMap(({ agent, report }) => report.problems.map((problem) => ({ agent, problem })));
  const own = problems.filter(({ problem }) => problem.match(NAME)?.includes(image));
  const told = (own.length > 0 || images.length > 0 ? own : problems)
    .slice(0, MOST_PROBLEMS)
    .map(({ agent, problem }) => `agent ${agent}: ${problem}`);
  return [`there is no image ${image}`, images.length > 0 ? `there are ${images.join(', ')}` : 'there are none', ...told].join(
    '; ',
  );
}

/** What a host has left when a headnode of this size is there too; negative: what it lacks. */
function left({ host: { report, used }, size }: Place): HeadnodeSize {
  const after = (what: keyof HeadnodeSize) => report.limits[what] - used[what] - size[what];
  return { memory: after('memory'), vcpus: after('vcpus'), disk: after('disk') };
}

/** What a place lacks of the room for the headnode, in words; undefined where it has enough. */
export function lackAt(place: Place): string | undefined {
  const { memory, vcpus, disk } = left(place);
  const parts = [
    memory < 0 ? `${-memory} MiB of memory` : [],
    vcpus < 0 ? `${-vcpus} vcpus` : [],
    disk < 0 ? `${-disk} GiB of disk` : [],
  ].flat();
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** The place to choose: one with room, whose agent is there, and of those where most memory is free. Undefined: there is none at all. */
export function bestPlace(places: readonly Place[]): Place | undefined {
  const rank = (place: Place) => [Number(lackAt(place) === undefined), Number(place.host.isSeen), left(place).memory];
  return [...places].sort((a, b) => {
    const others = rank(b);
    return (
      rank(a)
        .map((each, index) => (others[index] ?? 0) - each)
        .find((difference) => difference !== 0) ?? 0
    );
  })[0];
}
