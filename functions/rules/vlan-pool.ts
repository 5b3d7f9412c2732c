import type { Connection } from '../../db/client.ts';

/**
 * Makes these VLANs the pool, and no others. Safe to call at each start, by several hosts at once.
 * A network keeps the VLAN that it has, also one that left the pool; such a VLAN just does not come back to it.
 */
export async function setVlanPool(sql: Connection, vlans: readonly number[]): Promise<void> {
  const pool = [...vlans];
  await sql.begin(async (tx) => {
    // Locked in the order of ids, as everything locks VLANs: rows come in any order to a plain update.
    await tx`select id from vlans where pooled <> (id = any(${pool}::smallint[])) order by id for update`;
    await tx`update vlans set pooled = not pooled where pooled <> (id = any(${pool}::smallint[]))`;
  });
}
