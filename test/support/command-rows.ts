import { randomUUID } from 'node:crypto';
import type { TestContext } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { agentLogin } from '../../db/roles.ts';
import { testDatabase } from './database.ts';

/** What differs from the usual row: queued, never taken, valid for an hour, of the switch sw-1 of agent rack-1. */
interface CommandTexts {
  readonly device?: string;
  readonly seq?: number;
  readonly status?: 'queued' | 'running' | 'done';
  readonly attempt?: number;
  /** Seconds from now. */
  readonly validFor?: number;
  /** A networking action of NIC `eth0`, on port gi1/0/1 with network `lan`. */
  readonly change?: 'connect' | 'detach' | 'revert';
}

/** A row of `commands` as tests look at it. */
interface CommandRow {
  readonly status: string;
  readonly attempt: number;
  readonly fence: string | null;
  readonly reason: string | null;
  readonly message: string | null;
}

/** The queue of a database of its own, with the agents rack-1 and rack-2, and what they and the superuser see of it. */
export interface Queue {
  readonly sql: Connection;
  /** As the agents. */
  readonly rack1: Connection;
  readonly rack2: Connection;
  /** Writes a command; answers its id. A device is made for its first command: `switch/sw-2` belongs to rack-1, `switch/b-1` to rack-2. */
  queue(texts?: CommandTexts): Promise<string>;
  command(id: string): Promise<CommandRow>;
  /** Everything that the protocol may write, as text: equal when nothing was written. */
  rows(): Promise<string>;
}

/** Makes a queue without commands for one test: NIC eth0 of node n1 is cabled to port gi1/0/1 of sw-1, and there is a network `lan`. */
export async function makeQueue(test: Pick<TestContext, 'onTestFinished'>): Promise<Queue> {
  const database = await testDatabase(test);
  const sql = connect(database.superuserUrl, 'test', 2);
  const rack1 = connect(await database.agentUrl('rack-1'), 'rack-1', 3);
  const rack2 = connect(await database.agentUrl('rack-2'), 'rack-2', 1);
  test.onTestFinished(async () => {
    for (const connection of [sql, rack1, rack2]) await connection.end();
  });
  await sql.begin(async (tx) => {
    for (const label of ['rack-1', 'rack-2']) {
      await tx`insert into agents (label, login, public_key) values (${label}, ${agentLogin(label)}, '{}')`;
    }
    await tx`insert into devices (label, agent_id) select 'switch/sw-1', id from agents where label = 'rack-1'`;
    await tx`insert into switches (label, type, device_id, agent_id, hostname, port, settings, sealed)
      select 'sw-1', 'mock', d.id, d.agent_id, 'mock', 1, '{}', '' from devices d`;
    await tx`insert into ports (switch_id, label) select id, 'gi1/0/1' from switches`;
    await tx`insert into nodes (label, obmd_uri, obmd_token) values ('n1', '', '')`;
    await tx`insert into nics (node_id, label, mac_address, port_id) select n.id, 'eth0', '', p.id from nodes n, ports p`;
    await tx`insert into networks (label) values ('lan')`;
  });
  let last = 0;
  return {
    sql,
    rack1,
    rack2,
    async queue({ device = 'switch/sw-1', seq, status = 'queued', attempt = 0, validFor = 3600, change } = {}) {
      const id = randomUUID();
      last += 1;
      await sql`insert into devices (label, agent_id)
        select ${device}, id from agents where label = ${device.startsWith('switch/b-') ? 'rack-2' : 'rack-1'} on conflict do nothing`;
      await sql`insert into commands (id, agent_id, device_id, seq, kind, signed, status, attempt, not_after, finished_at)
        select ${id}, agent_id, id, ${seq ?? last}, 'port.set', 'signed', ${status}, ${attempt},
          now() + make_interval(secs => ${validFor}), case when ${status} = 'done' then now() end from devices where label = ${device}`;
      if (change) {
        await sql`insert into networking_actions (id, nic_id, port_id, change, network_id, network, channel, vlans)
          select ${id}, i.id, i.port_id, ${change}, n.id, n.label, 'vlan/native', '{100}' from nics i, networks n`;
      }
      return id;
    },
    async command(id) {
      const [row] = await sql<CommandRow[]>`select status, attempt, fence, reason, message from commands where id = ${id}`;
      if (!row) throw new Error(`there is no command ${id}`);
      return row;
    },
    async rows() {
      const tables = ['commands', 'devices', 'attachments', 'networking_actions', 'ports'];
      const parts = await Promise.all(tables.map((table) => sql`select t::text as row from ${sql(table)} t order by 1`));
      return JSON.stringify(parts);
    },
  };
}
