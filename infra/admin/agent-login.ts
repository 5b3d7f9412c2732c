import { createAgentLogin } from '../../db/roles.ts';
import { demandAgentLabel } from './agent-label.ts';
import type { AdminCommand } from './command.ts';
import { demandDatabaseName, demandServerUrl, newPassword, withLogin } from './login.ts';

/** Makes the login of an agent. */
export const agentLoginCommand: AdminCommand = {
  name: 'agent-login',
  usage: `agent-login <label> [--name haas]
      Makes the Postgres login of an agent (HAAS_SUPERUSER_URL), and prints HAAS_AGENT_URL. Run again, it gives the login a new password.`,
  arguments: ['<label>'],
  options: { name: { type: 'string', default: 'haas' } },

  async run(call) {
    const label = demandAgentLabel(call.argument('<label>'));
    const superuserUrl = demandServerUrl(call);
    const name = demandDatabaseName(call.demandOption('name'));
    const password = newPassword();
    const login = await createAgentLogin(superuserUrl, label, password);
    return `HAAS_AGENT_URL=${withLogin(superuserUrl, name, login, password)}\n`;
  },
};
