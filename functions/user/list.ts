import { z } from 'zod';
import { listUsers as readUsers } from '../../db/queries/users.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists all users with their rights. */
export const listUsers = reading({
  id: 'list_users',
  summary: 'List all users, whether they are administrators, and their projects',
  method: 'GET',
  path: '/auth/basic/users',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.record(z.string(), z.strictObject({ is_admin: z.boolean(), projects: z.array(z.string()) })),
  refusals: {},

  async read({ sql }) {
    const users = await readUsers(sql);
    return Object.fromEntries(users.map(({ label, isAdmin, projects }) => [label, { is_admin: isAdmin, projects }]));
  },
});
