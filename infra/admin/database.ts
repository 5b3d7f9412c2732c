import { migrate } from '../../db/migrate.ts';
import { createRoles } from '../../db/roles.ts';
import type { AdminCommand } from './command.ts';
import { demandDatabaseName, demandServerUrl, newPassword, withLogin } from './login.ts';

/** Prepares a server: roles and a database of this version. */
export const databaseCommand: AdminCommand = {
  name: 'database',
  usage: `database [--name haas] [--empty]
      Makes the roles haas_owner, haas_api and haas_agent and a database, migrates it, and prints
      HAAS_OWNER_URL and DATABASE_URL. Run again, it gives the roles new passwords: they are the server's, and those of all its databases.
      --empty: does not migrate it, so that a copy can be restored into it.
      Takes the server from HAAS_SUPERUSER_URL, so that no password shows in the process list.`,
  options: { name: { type: 'string', default: 'haas' }, empty: { type: 'boolean' } },

  async run(call) {
    const name = demandDatabaseName(call.demandOption('name'));
    const superuserUrl = demandServerUrl(call);
    const passwords = { owner: newPassword(), api: newPassword() };
    await createRoles(superuserUrl, name, passwords);
    const ownerUrl = withLogin(superuserUrl, name, 'haas_owner', passwords.owner);
    const urls = `HAAS_OWNER_URL=${ownerUrl}\nDATABASE_URL=${withLogin(superuserUrl, name, 'haas_api', passwords.api)}\n`;
    if (call.flag('empty')) return urls;
    return migrate(ownerUrl).then(
      () => urls,
      (error: unknown) => {
        // The passwords hold from now on, whatever became of the tables.
        process.stdout.write(urls);
        throw error;
      },
    );
  },
};
