import { z } from 'zod';
import type { Part } from '../../db/queries/pages.ts';
import { label } from './labels.ts';

/** The most that one page of a list has. */
const MOST = 1000;

/** By how many entries a page is bounded. */
export const pageLimit = z
  .string()
  .regex(/^(?:[1-9]\d{0,2}|1000)$/, `must be a whole number, 1 to ${MOST}`)
  .meta({ description: 'How many entries to answer at most; all unless given', examples: ['100'] })
  .transform(Number)
  .optional();

/** The query of a list that can be asked for in pages, in the order of its labels. */
export const paging = z.strictObject({
  limit: pageLimit,
  after: label.optional().meta({
    description: 'Name after which the page begins; it need not exist any more',
    examples: ['node-42'],
  }),
});

/**
 * A page of a list as it is answered. `last`: after which entry the next one begins, null where there is no more. `first`: before which
 * entry the one before ends, where lists are read backwards too.
 */
export class Page<T> {
  readonly body: T;
  readonly last: string | null;
  readonly first: string | null;

  constructor(body: T, last: string | null, first: string | null = null) {
    this.body = body;
    this.last = last;
    this.first = first;
  }
}

/**
 * The page that was asked for, of entries that were read with one more than it is to have. `bodyOf` makes what is answered of them,
 * `keyOf` that after which the next page begins.
 */
export function pageOf<E, T>(
  entries: readonly E[],
  { limit }: Pick<Part, 'limit'>,
  bodyOf: (entries: E[]) => T,
  keyOf: (entry: E) => string,
): Page<T> {
  const shown = entries.slice(0, limit);
  const last = shown.length < entries.length ? shown.at(-1) : undefined;
  return new Page(bodyOf(shown), last === undefined ? null : keyOf(last));
}

/** As `pageOf`, of a list of labels. */
export function pageOfLabels(labels: readonly string[], part: Pick<Part, 'limit'>): Page<string[]> {
  return pageOf(
    labels,
    part,
    (shown) => shown,
    (shown) => shown,
  );
}

/**
 * The header by which a client finds the page after a page, or the one before (RFC 8288): the same request, with all else that its query
 * asks for. Undefined where there is neither. `path` is the one of the operation, with its parameters in braces.
 */
export function linkTo(
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: unknown,
  { last, first }: Pick<Page<unknown>, 'last' | 'first'>,
): string | undefined {
  const filled = path.replace(/\{(\w+)\+?\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const { after: _after, before: _before, ...rest } = z.record(z.string(), z.string()).parse(query);
  const link = (relation: 'next' | 'prev', more: Readonly<Record<string, string>>) => {
    const asked = Object.entries({ ...rest, ...more }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return `<${filled}?${asked.join('&')}>; rel="${relation}"`;
  };
  const links = [
    ...(last === null ? [] : [link('next', { after: last })]),
    ...(first === null ? [] : [link('prev', { before: first })]),
  ];
  return links.length === 0 ? undefined : links.join(', ');
}
