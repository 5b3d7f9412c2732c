import { z } from 'zod';
import { connect } from './client.ts';
import { checkSchema } from './commands/check-schema.ts';
import { doubtReasons } from './commands/outcome.ts';

/** The database is in use, and must not be. */
class InUseError extends Error {
  override readonly name = 'InUseError';
}

/** How many of each there were. */
export interface Distrusted {
  /** Commands that had not ended when the copy was made: `unknown` now. */
  readonly commands: number;
  /** Ports that a NIC is cabled to: in doubt now. */
  readonly ports: number;
  /** Headnodes that may have a virtual machine now, although the copy says that they had none. */
  readonly headnodes: number;
}

const PORT_DOUBT =
  "the database was restored from a copy, and the port has not been read back since: an action on it, or an administrator's revert of it, must be DONE first";

const CONSOLE_LOST = 'the database was restored from a copy: whether an agent holds the console is not known';

const count = z.object({ count: z.number() });

/**
 * Has a database that was restored from an older copy rely on nothing that may have changed since: commands that had not ended are unknown,
 * every cabled port is in doubt, and may be on any VLAN; every headnode may have a virtual machine; whoever held a device holds it no more;
 * no console is open.
 * `ownerUrl` is a login of haas_owner. Throws SchemaError, and InUseError while an API host or an agent is connected.
 */
export async function distrustDevices(ownerUrl: string): Promise<Distrusted> {
  const connection = connect(ownerUrl, 'haas restored', 1);
  try {
    await checkSchema(connection);
    return await connection.begin(async (tx) => {
      const users = await tx`
        select distinct r.rolname::text as login from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
          where a.datname = current_database() and not r.rolsuper
            and (r.rolname = 'haas_api' or pg_has_role(r.oid, 'haas_agent', 'member'))
          order by 1`;
      if (users.length > 0) {
        throw new InUseError(
          `${users.map(({ login }) => String(login)).join(', ')}: still connected to the database. Stop the API hosts, the agents, and the pooler if there is one, and call this again`,
        );
      }
      const [commands] = await tx`
        select count(*)::int as count
          from (select id from commands where status in ('queued', 'running') order by device_id, seq for update) c,
            finish_command(c.id, 'unknown', 'restored', ${doubtReasons.restored}, null) as ended
          where ended`;
      // Its fence is the clock's, as seqs are: whoever held it before, also after the copy was made, had a lower one.
      await tx`
        update devices set waiting = false, lease_holder = null, lease_until = null,
          fence = greatest(fence + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)`;
      const ports = await tx`
        update ports p
          set suspect_since = coalesce(suspect_since, now()), suspect_reason = ${PORT_DOUBT},
              suspect_vlans = array(select v.id from vlans v where not v.reserved order by 1)
          where exists (select from nics n where n.port_id = p.id)
          returning p.id`;
      const headnodes = await tx`update headnodes set made = true where not made returning id`;
      // One that is believed to be open is never opened again, whether an agent holds it or not.
      await tx`update consoles set state = 'down', state_since = now(), problem = ${CONSOLE_LOST} where logging`;
      const distrusted = { commands: count.parse(commands).count, ports: ports.length, headnodes: headnodes.length };
      await tx`insert into audit (event, details, result) values ('restored', ${tx.json(distrusted)}, '{"status": "done"}')`;
      return distrusted;
    });
  } finally {
    await connection.end();
  }
}
