import { openDatabase } from '../../db/client.ts';
import { createFirstAdministrator } from '../../functions/rules/first-administrator.ts';
import { type AdminCommand, AdminError } from './command.ts';
import { newPassword } from './login.ts';

/** Makes the first user. */
export const administratorCommand: AdminCommand = {
  name: 'administrator',
  usage: `administrator
      In a deployment without users: makes the user admin, with the password of HAAS_ADMIN_PASSWORD or a new one that is printed.
      Takes the database from DATABASE_URL.`,

  async run(call) {
    const given = call.variable('HAAS_ADMIN_PASSWORD');
    const password = given || newPassword();
    const database = openDatabase(call.demandVariable('DATABASE_URL'), 'haas admin', 1);
    try {
      if (await createFirstAdministrator(database, password))
        return given ? 'The user admin is there.\n' : `The user admin is there; password ${password}\n`;
      throw new AdminError('there are users already: an administrator among them can make others');
    } finally {
      await database.$client.end();
    }
  },
};
