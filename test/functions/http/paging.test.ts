import { describe, expect, test } from 'vitest';
import { linkTo, pageOfLabels, paging } from '../../../functions/http/paging.ts';

describe('the query of a page', () => {
  test.for([
    { query: {}, part: {} },
    { query: { limit: '1' }, part: { limit: 1 } },
    { query: { limit: '999', after: 'ä b' }, part: { limit: 999, after: 'ä b' } },
    { query: { limit: '1000' }, part: { limit: 1000 } },
  ])('$query', ({ query, part }) => {
    expect(paging.parse(query)).toEqual(part);
  });

  test.for(['0', '1001', '9999', '-1', '+1', '01', '1.0', '1e2', '0x10', ' 1', '1 ', '١', '', 'all', 5, null])(
    'a limit is not %j',
    (limit) => {
      expect(paging.safeParse({ limit }).success).toBe(false);
    },
  );

  test.for(['', 'a/b', '-a', 'a\nb', 'x'.repeat(256)])('no page begins after %j', (after) => {
    expect(paging.safeParse({ after }).success).toBe(false);
  });
});

describe('a page', () => {
  const labels = ['a', 'b', 'c'];
  test.for([
    { limit: undefined, body: labels, last: null },
    { limit: 3, body: labels, last: null },
    { limit: 2, body: ['a', 'b'], last: 'b' },
  ])('of at most $limit of what was read', ({ limit, body, last }) => {
    expect(pageOfLabels(labels, { limit })).toEqual({ body, last, first: null });
  });
});

test('a link names the path as it was asked for, the rest of the query, and where the next page begins', () => {
  const query = { limit: '2', project: 'a&b', after: 'old' };
  expect(linkTo('/v0/x/{a}/y/{b+}', { a: 'ä/1', b: 'gi1/0/5' }, query, { last: '<n>, 1"', first: null })).toBe(
    '</v0/x/%C3%A4%2F1/y/gi1%2F0%2F5?limit=2&project=a%26b&after=%3Cn%3E%2C%201%22>; rel="next"',
  );
});
