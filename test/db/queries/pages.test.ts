import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { listNodes } from '../../../db/queries/nodes.ts';
import { testDatabase } from '../../support/database.ts';

describe.for(['force_custom_plan', 'force_generic_plan'])('a page of 10,000 nodes, with %s', (plan_cache_mode) => {
  test('is read from the index, and nothing but the page', async (context) => {
    const sent: { text: string; parameters: unknown[] }[] = [];
    const { superuserUrl } = await testDatabase(context);
    const sql = postgres(superuserUrl, {
      max: 1,
      connection: { plan_cache_mode },
      debug: (_, text, parameters) => void sent.push({ text, parameters }),
    });
    context.onTestFinished(() => sql.end());
    await sql`insert into nodes (label, obmd_uri, obmd_token)
      select 'node-' || number, 'http://obmd.test', '' from generate_series(1, 10000) number`;
    await sql`analyze nodes`;

    for (const which of ['all', 'free'] as const) {
      for (const after of [undefined, 'node-5', 'node-9998']) {
        sent.length = 0;
        const labels = await listNodes(sql, which, { limit: 100, after });
        const [statement] = sent.filter(({ text }) => text.includes('from nodes'));
        if (!statement) throw new Error('no statement was sent');
        const explain = `explain (analyze, costs off, timing off, summary off) ${statement.text}`;
        const lines = await sql.unsafe(explain, statement.parameters.map(String), { prepare: true });
        const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
        expect(plan).toMatch(/Index.* Scan using nodes_in_order on nodes/);
        expect(plan).not.toContain('Seq Scan');
        expect(plan).toContain(`actual rows=${labels.length}`);
      }
    }
  });
});
