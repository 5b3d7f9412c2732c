import { migrate } from '../../db/migrate.ts';
import type { AdminCommand } from './command.ts';

/** Brings a database to this version. */
export const migrateCommand: AdminCommand = {
  name: 'migrate',
  usage: `migrate
      Brings the database at HAAS_OWNER_URL to this version. Run it before the new version's hosts start.`,

  async run(call) {
    await migrate(call.demandVariable('HAAS_OWNER_URL'));
    return 'The database has the schema of this version.\n';
  },
};
