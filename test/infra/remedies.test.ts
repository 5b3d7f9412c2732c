import { expect, test } from 'vitest';
import { operations } from '../../functions/operations.ts';
import { renderProblemsPage } from '../../infra/problems-page.ts';
import { codeRemedies, reasonRemedies, remedyOf } from '../../infra/remedies.ts';

test('there is a remedy for every refusal of every operation', () => {
  const refusals = operations.flatMap(({ refusals }) => Object.entries(refusals));
  expect(
    refusals.filter(([code, [type]]) => remedyOf(type, code) === undefined).map(([code, [type]]) => `${type} ${code}`),
  ).toEqual([]);
});

test('there is no remedy for an error that nobody answers', () => {
  const rows = renderProblemsPage().split('\n');
  const known = new Set(rows.flatMap((row) => /^\| `([\w-]+)` \| (?! \|)/.exec(row)?.[1] ?? []));
  expect(Object.keys({ ...codeRemedies, ...reasonRemedies }).filter((code) => !known.has(code))).toEqual([]);
});
