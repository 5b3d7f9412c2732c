import { migrate } from '../../db/migrate.ts';
import { createRoles } from '../../db/roles.ts';
import type { AdminCommand } from './command.ts';
import { newPassword, withLogin } from './login.ts';

/** Prepares a server: roles and a database of this version. */
export const databaseCommand: AdminCommand = {
  name: 'database',
  usage: `database [--name haas] [--empty]
      Makes the roles haas_owner, haas_api and haas_agent and a database, migrates it, and prints
      HAAS_OWNER_URL and DATABASE_URL. Run again, it gives the roles new passwords.
      --empty: does not migrate it, so that a copy can be restored into it.
      Takes the server from HAAS_SUPERUSER_URL, so that no password shows in the process list.`,
  options: { name: { type: 'string', default: 'haas' }, empty: { type: 'boolean' } },

  async run(call) {
    const name = call.demandOption('name');
    const superuserUrl = call.demandVariable('HAAS_SUPERUSER_URL');
    const passwords = { owner: newPassword(), api: newPassword() };
    await createRoles(superuserUrl, name, passwords);
    const ownerUrl = withLogin(superuserUrl, name, 'haas_owner', passwords.owner);
    if (!call.flag('empty')) await migrate(ownerUrl);
    return `HAAS_OWNER_URL=${ownerUrl}\nDATABASE_URL=${withLogin(superuserUrl, name, 'haas_api', passwords.api)}\n`;
  },
};
