import { distrustDevices } from '../../db/restored.ts';
import type { AdminCommand } from './command.ts';

/** Has a restored database say what it cannot know. */
export const restoredCommand: AdminCommand = {
  name: 'restored',
  usage: `restored
      After the database at HAAS_OWNER_URL was restored from a copy, and before anything is started: what devices were ordered since is not
      known. Ends the commands that the copy holds as unknown, and puts every port that a NIC is cabled to in doubt until it is read back.`,

  async run(call) {
    const { commands, ports, headnodes } = await distrustDevices(call.demandVariable('HAAS_OWNER_URL'));
    return `Commands that had not ended, and are unknown now:          ${commands}
Ports that are in doubt until an action reads them back:   ${ports}
Headnodes that may have a virtual machine, and are frozen: ${headnodes}
Until a port is proven its node is given to nobody, and until all are, no network is made or deleted. Start the API hosts and the agents; then
docs/examples/prove-ports.sh settles one port after the other. What else may differ from the copy is listed in docs/backup.md.
`;
  },
};
