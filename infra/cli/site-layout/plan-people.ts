import { byName, type Draft, same, shownChange, unnamed } from './draft.ts';
import type { LayoutProject, LayoutUser, SiteLayout } from './layout.ts';
import type { Path } from './place.ts';
import { textOf, whyMissing } from './secrets.ts';

const NO_LIMITS = { nodes: null, networks: null, headnodes: null };

/** Projects, with who acts for them and how much they may have. */
export function planProjects(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.projects);
  for (const [at, project] of (layout.projects ?? []).entries()) {
    const path = ['projects', at];
    const known = there.get(project.name);
    if (!known) {
      const { name } = project;
      const values = { project: name };
      draft.add({
        phase: 'projects',
        kind: 'create',
        what: `project ${name}`,
        operation: 'project_create',
        values,
        path,
        names: { project: 'name' },
      });
    }
    planMembers(draft, project, known, path);
    planQuota(draft, project, known, path);
  }
  for (const { name } of unnamed(site.projects, layout.projects)) {
    const values = { project: name };
    draft.replace({
      phase: 'delete projects',
      kind: 'delete',
      what: `project ${name}`,
      operation: 'project_delete',
      values,
      path: ['projects'],
    });
  }
}

function planMembers(draft: Draft, { name, members }: LayoutProject, known: LayoutProject | undefined, path: Path): void {
  const there = known?.members ?? [];
  for (const [at, user] of (members ?? []).entries()) {
    if (there.includes(user)) continue;
    draft.add({
      phase: 'members',
      kind: 'create',
      what: `user ${user} in project ${name}`,
      operation: 'user_add_project',
      values: { user, project: name },
      path: [...path, 'members', at],
      names: { user: null, project: null },
    });
  }
  for (const user of members ? there.filter((each) => !members.includes(each)) : []) {
    const values = { user, project: name };
    const what = `user ${user} in project ${name}`;
    draft.replace({
      phase: 'remove members',
      kind: 'delete',
      what,
      operation: 'user_remove_project',
      values,
      path: [...path, 'members'],
    });
  }
}

function planQuota(draft: Draft, { name, quota }: LayoutProject, known: LayoutProject | undefined, path: Path): void {
  const before = { ...NO_LIMITS, ...known?.quota };
  const after = { ...before, ...quota };
  const changes = (['nodes', 'networks', 'headnodes'] as const).filter((what) => !same(before[what], after[what]));
  if (changes.length === 0) return;
  draft.add({
    phase: 'quotas',
    kind: known ? 'change' : 'create',
    what: `quota of project ${name}: ${changes.map((what) => shownChange(what, before[what], after[what])).join(', ')}`,
    operation: 'set_quota',
    values: { project: name, ...Object.fromEntries(changes.map((what) => [what, after[what]])) },
    path: [...path, 'quota'],
    names: { project: null },
  });
}

/** Users and their rights. */
export function planUsers(draft: Draft, layout: SiteLayout, site: SiteLayout): void {
  const there = byName(site.users);
  for (const [at, user] of (layout.users ?? []).entries()) {
    const path = ['users', at];
    const known = there.get(user.name);
    if (known) planRights(draft, user, known, path);
    else planUser(draft, user, path);
  }
  for (const { name } of unnamed(site.users, layout.users)) {
    const values = { user: name };
    draft.replace({
      phase: 'delete users',
      kind: 'delete',
      what: `user ${name}`,
      operation: 'user_delete',
      values,
      path: ['users'],
    });
  }
}

function planUser(draft: Draft, user: LayoutUser, path: Path): void {
  const { name, is_admin } = user;
  const [password, password_hash] = [textOf(user.password), textOf(user.password_hash)];
  if (password === undefined && password_hash === undefined) {
    const given = user.password === undefined ? 'password_hash' : 'password';
    draft.mistake([...path, user[given] === undefined ? 'password' : given], `${whyMissing(user[given])} (user ${name} is new)`);
  }
  draft.add({
    phase: 'users',
    kind: 'create',
    what: `user ${name}${is_admin ? ', an administrator' : ''}`,
    operation: 'user_create',
    values: { user: name, password, password_hash, is_admin },
    path,
    names: { user: 'name' },
  });
}

function planRights(draft: Draft, user: LayoutUser, known: LayoutUser, path: Path): void {
  const { name, is_admin } = user;
  const password = draft.manner.renews ? textOf(user.password) : undefined;
  if (draft.manner.renews && user.password !== undefined && password === undefined) {
    draft.mistake([...path, 'password'], whyMissing(user.password));
  }
  const isOther = is_admin !== undefined && is_admin !== (known.is_admin ?? false);
  if (!isOther && password === undefined) return;
  const changes = [
    ...(isOther ? [shownChange('is_admin', known.is_admin, is_admin)] : []),
    ...(password === undefined ? [] : ['the password']),
  ];
  draft.add({
    phase: 'users',
    kind: 'change',
    what: `user ${name}: ${changes.join(', ')}`,
    operation: 'user_set_admin',
    values: { user: name, password, ...(isOther ? { is_admin } : {}) },
    path,
    names: { user: 'name' },
  });
}
