import { hashPassword } from '../../functions/passwords.ts';
import type { SoakDatabase } from './database.ts';
import type { Rack } from './rack.ts';
import type { Random } from './random.ts';
import type { User } from './users.ts';

/** How many requests are sent at once. */
const LANES = 8;
/** Projects share the nodes; there is one for so many. */
const NODES_PER_PROJECT = 30;
export const ADMINISTRATOR = { name: 'root', password: 'correct horse' };

/** HTTP Basic credentials. */
export function basic({ name, password }: { readonly name: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** Sends a request as the administrator, and throws unless it succeeds. */
export type Arrange = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** A way to arrange things by the API host at this address. */
export function arranging(host: string): Arrange {
  return async (method, path, body) => {
    const answer = await fetch(`${host}/v0${path}`, {
      method,
      headers: { authorization: basic(ADMINISTRATOR) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

/** Makes the users of a run: one in ten is an administrator, the others act for two projects each. */
export function makeUsers(count: number, projects: readonly string[], random: Random): User[] {
  return Array.from({ length: count }, (_, index) => {
    const isAdmin = index % 10 === 0;
    const own = projects.filter(() => random.percent(200 / projects.length));
    const [first = ''] = projects;
    return {
      name: `user-${index + 1}`,
      password: ADMINISTRATOR.password,
      isAdmin,
      projects: isAdmin ? projects : own.length > 0 ? own : [random.oneOf(projects) ?? first],
    };
  });
}

/** The projects that compete for so many nodes. */
export function makeProjects(nodes: number): string[] {
  return Array.from({ length: Math.max(3, Math.round(nodes / NODES_PER_PROJECT)) }, (_, index) => `project-${index + 1}`);
}

/** Registers people, projects, some of them with a quota, and the whole rack. */
export async function register(
  { sql }: SoakDatabase,
  arrange: Arrange,
  rack: Rack,
  projects: readonly string[],
  users: readonly User[],
): Promise<void> {
  const passwordHash = await hashPassword(ADMINISTRATOR.password);
  for (const { name, isAdmin } of [{ ...ADMINISTRATOR, isAdmin: true }, ...users]) {
    await sql`insert into users (label, password_hash, is_admin) values (${name}, ${passwordHash}, ${isAdmin})`;
  }
  for (const [index, project] of projects.entries()) {
    await arrange('PUT', `/project/${project}`);
    const nodes = Math.ceil(rack.nodes.length / projects.length);
    if (index % 2 === 0) await arrange('PUT', `/project/${project}/quota`, { nodes, networks: 5 });
  }
  for (const { name, projects: own } of users) {
    await sql`insert into project_members
      select u.id, p.id from users u, projects p where u.label = ${name} and p.label = any(${[...own]})`;
  }
  for (const { name, registration } of rack.switches) await arrange('PUT', `/switch/${name}`, registration);
  await inLanes(rack.nodes, (node) =>
    arrange('PUT', `/node/${node}`, { obm: { type: 'mock', host: `bmc-of-${node}`, user: 'haas', password: 'correct horse' } }),
  );
  const cables = rack.switches.flatMap((each) => each.cables);
  await inLanes(cables, async ({ node, nic, switch: name, port }) => {
    await arrange('PUT', `/node/${node}/nic/${nic}`, { macaddr: '52:54:00:00:00:01' });
    await arrange('PUT', `/switch/${name}/port/${port}`);
    await arrange('POST', `/switch/${name}/port/${port}/connect_nic`, { node, nic });
  });
  // A new switch has all ports in one VLAN: they are nobody's before they were taken off it.
  await inLanes(cables, ({ switch: name, port }) => arrange('POST', `/switch/${name}/port/${port}/revert`));
}

/** Does something for each of a list, a few at a time. */
export async function inLanes<T>(list: readonly T[], work: (each: T) => Promise<unknown>): Promise<void> {
  const left = list.values();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (const each of left) await work(each);
    }),
  );
}
