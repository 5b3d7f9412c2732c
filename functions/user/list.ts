import { z } from 'zod';
import { listUsers as readUsers } from '../../db/queries/users.ts';
import { projectLabel, userLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOf, paging } from '../http/paging.ts';

/** Lists all users with their rights. */
export const listUsers = reading({
  id: 'list_users',
  summary: 'List all users, whether they are administrators, and their projects',
  method: 'GET',
  path: '/auth/basic/users',
  access: 'admin',
  params: nothing,
  query: paging,
  result: z.record(
    userLabel,
    z.strictObject({
      is_admin: z.boolean().meta({ description: 'Whether the user is an administrator', examples: [false] }),
      projects: z.array(projectLabel),
    }),
  ),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOf(
      await readUsers(sql, query),
      query,
      (users) => Object.fromEntries(users.map(({ label, isAdmin, projects }) => [label, { is_admin: isAdmin, projects }])),
      ({ label }) => label,
    );
  },
});
