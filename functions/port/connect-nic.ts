import { z } from 'zod';
import { lockNic } from '../../db/queries/nics.ts';
import { findNode } from '../../db/queries/nodes.ts';
import { cabledTo, findPort } from '../../db/queries/ports.ts';
import { findSwitch } from '../../db/queries/switches.ts';
import { violates } from '../../db/queries/violation.ts';
import { nicLabel, nodeLabel, portLabel, switchLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** Records that a NIC is cabled to a switch port. The switch is not touched before the first change of the NIC's networks, or a revert. */
export const connectNic = writing({
  id: 'port_connect_nic',
  summary: 'Record that a NIC is cabled to a switch port',
  method: 'POST',
  path: '/switch/{switch}/port/{port+}/connect_nic',
  access: 'admin',
  params: z.strictObject({ switch: switchLabel, port: portLabel }),
  body: z.strictObject({ node: nodeLabel, nic: nicLabel }),
  result: empty,
  refusals: {
    unknown_switch: ['NotFoundError', 'no switch has this name'],
    unknown_port: ['NotFoundError', 'the switch has no port of this name'],
    unknown_node: ['NotFoundError', 'no node has this name'],
    unknown_nic: ['NotFoundError', 'the node has no NIC of this name'],
    nic_cabled: ['DuplicateError', 'the NIC is cabled to a port already'],
    port_cabled: ['DuplicateError', 'a NIC is cabled to the port already'],
  },

  async writeOnce({ sql, tx, entry, refuse }, { params, body }) {
    // Round again only where what stood in the way was gone by the time that it was looked at.
    for (;;) {
      const found = await findSwitch(tx, params.switch);
      if (!found) throw refuse('unknown_switch', `there is no switch ${params.switch}`);
      const unknownPort = () => refuse('unknown_port', `switch ${params.switch} has no port ${params.port}`);
      const port = await findPort(tx, found, params.port);
      if (!port) throw unknownPort();
      const portCabled = (to: string) =>
        refuse('port_cabled', `port ${port.label} of switch ${params.switch} has ${to}: detach that one first`);
      const [cabled] = await sql`
        with cabled as (
          update nics set port_id = p.id from nodes o, ports p
            where o.id = nics.node_id and o.label = ${body.node} and nics.label = ${body.nic} and nics.port_id is null
              and p.id = ${port.id} and not exists (select from nics other where other.port_id = p.id)
            returning nics.id)
        select id, record_request(${entry}::text::jsonb) from cabled`.catch((error: unknown) => {
        if (violates(error, 'nics_port')) throw portCabled('another NIC since this moment');
        if (violates(error, 'nics_port_id_ports_id_fk')) throw unknownPort();
        throw error;
      });
      if (cabled) return undefined;

      const node = await findNode(tx, body.node);
      if (!node) throw refuse('unknown_node', `there is no node ${body.node}`);
      const nic = await lockNic(tx, node.id, body.nic);
      if (!nic) throw refuse('unknown_nic', `node ${body.node} has no NIC ${body.nic}`);
      if (nic.port) {
        throw refuse(
          'nic_cabled',
          `NIC ${body.nic} of node ${body.node} is on port ${nic.port.label} of switch ${nic.port.switch.label}: detach it there first`,
        );
      }
      const other = await cabledTo(tx, port.id);
      if (other !== undefined) throw portCabled(other);
    }
  },
});
