import { expect } from 'vitest';
import { z } from 'zod';
import type { Answer, World } from './world.ts';

/** Queries of lists that are no paging. */
export const malformedPages = {
  'a page of nothing': { input: 'limit=0' },
  'a page that is too large': { input: 'limit=1001' },
  'a limit with a leading zero': { input: 'limit=010' },
  'a page after nothing': { input: 'after=' },
};

/** Labels that are in order, and that no header or address could hold as they are. */
export const oddLabels = ['Z', 'a b', 'a%2Fb', 'a&limit=1', 'a+b', 'a?b#c', 'quoted "<y>; rel=x"', 'ärmel', '日本', '😀'];

/** What a list has: the entries of an array, or of an object each with its key. */
function entriesIn({ body, status, text }: Answer): unknown[] {
  expect(status, text).toBe(200);
  return Array.isArray(body) ? body : Object.entries(z.record(z.string(), z.unknown()).parse(body));
}

/** The path of the next page, as the answer says it. */
function nextOf({ headers }: Answer): string | null {
  const link = headers.get('link');
  if (link === null) return null;
  const [, path] = /^<\/v0(\/[!-;=?-~]+)>; rel="next"$/.exec(link) ?? [];
  return path ?? expect.fail(`this is no link to a page: ${link}`);
}

/** Asks for a list in pages for as long as there are any. */
async function pagesOf(w: World, user: string, path: string, limit: number): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let next: string | null = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
  while (next !== null) {
    const answer = await w.call(user, 'GET', next);
    pages.push(entriesIn(answer));
    next = nextOf(answer);
  }
  return pages;
}

/** Looks whether a list of three entries or more is answered in pages: full ones, which together are the plain list. Answers that. */
export async function expectPages(w: World, user: string, path: string): Promise<unknown[]> {
  const plain = await w.call(user, 'GET', path);
  expect(nextOf(plain)).toBeNull();
  const all = entriesIn(plain);
  expect(all.length).toBeGreaterThan(2);
  for (const limit of [1, 2, all.length - 1, all.length, 1000]) {
    const pages = await pagesOf(w, user, path, limit);
    expect(pages.flat()).toEqual(all);
    expect(pages.map((page) => page.length).slice(0, -1)).toEqual(Array(Math.ceil(all.length / limit) - 1).fill(limit));
  }
  return all;
}

/**
 * Looks whether nothing is shown twice or left out of a list of three labels or more that changes between its pages: the label at which a
 * page ended is removed, and others are added before and after it.
 */
export async function expectSteadyPages(
  w: World,
  user: string,
  path: string,
  changes: { readonly add: (label: string) => Promise<unknown>; readonly remove: (label: string) => Promise<unknown> },
): Promise<void> {
  const labelsIn = (answer: Answer) => entriesIn(answer).map((entry) => String(Array.isArray(entry) ? entry[0] : entry));
  const [first = '', last = '', ...rest] = labelsIn(await w.call(user, 'GET', path));
  const page = await w.call(user, 'GET', `${path}?limit=2`);
  expect(labelsIn(page)).toEqual([first, last]);
  await changes.add(`${first}!`);
  await changes.add(`${last}!`);
  await changes.remove(last);
  expect(labelsIn(await w.call(user, 'GET', nextOf(page) ?? ''))).toEqual([`${last}!`, ...rest.slice(0, 1)]);
  expect(labelsIn(await w.call(user, 'GET', path))).toEqual([first, `${first}!`, `${last}!`, ...rest]);
}
