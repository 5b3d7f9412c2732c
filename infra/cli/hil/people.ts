import { ambiguous, type Finding, listed, note } from './finding.ts';
import { type HilSite, repeated } from './site.ts';

/** A hash that HaaS verifies: sha512-crypt with its rounds, as passlib writes it. */
const SHA512_CRYPT = /^\$6\$rounds=([1-9]\d{3,5}|1000000)\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{85}[./01]$/;

/** As an owner of networks this word means the administrators. */
const ADMINISTRATORS = 'admin';

/** What is to be known of the users and projects of a HIL. */
export function findingsOfPeople(site: HilSite): Finding[] {
  const { rows } = site;
  return [
    ...(site.tables.has('user') ? [] : [noUsers]),
    ...rows.project
      .filter(({ label }) => label === ADMINISTRATORS)
      .map(({ id }) =>
        ambiguous(
          [{ of: 'project', id }],
          `${site.called('project', id)} is called as the administrators are where they own a network`,
          `Give it another name:  update project set label = '...' where id = ${id}`,
        ),
      ),
    ...repeated(rows.user, ({ label }) => label).map((users) =>
      ambiguous(
        users.map(({ id }) => ({ of: 'user' as const, id })),
        `${listed(users.map(({ id }) => site.called('user', id)))} have one name`,
        'Rename or delete the one that is not meant, in  user  and  user_projects.',
      ),
    ),
    ...rows.user
      .filter(({ hashed_password }) => hashed_password === null || !SHA512_CRYPT.test(hashed_password))
      .map(({ id, label, hashed_password }) =>
        ambiguous(
          [{ of: 'user', id }],
          `${site.called('user', id)} has ${hashed_password === null ? 'no password' : 'a password in a form that HIL does not write'}`,
          `Leave the user out, then  haas user create ${label} -  and  haas user project add ${label} <project>.`,
        ),
      ),
    ...rows.user_projects
      .filter(({ user_id, project_id }) => user_id === null || project_id === null)
      .map(({ user_id, project_id }) =>
        note(
          `user_projects has a row with user ${user_id ?? 'null'} and project ${project_id ?? 'null'}`,
          'It means nothing, and is not moved.',
        ),
      ),
  ];
}

const noUsers = note(
  'this HIL keeps no users: it has no table user',
  'Users sign in as they did, if HAAS_AUTH says so: docs/authentication.md.',
);
