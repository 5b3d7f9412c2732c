import { randomBytes } from 'node:crypto';
import type { Tx } from '../../db/client.ts';
import { hnics } from '../../db/schema.ts';

/** Locally administered unicast addresses with the prefix by which virtual machines of QEMU are known, and the rest by chance; without end. */
export function* randomMacAddresses(): Generator<string, never> {
  for (;;)
    yield `52:54:00:${randomBytes(3)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:')}`;
}

/** Adds an interface to a locked headnode that has none of this name, with the first of these addresses that no other has. */
export async function addHnic(
  tx: Tx,
  headnodeId: number,
  label: string,
  addresses: Iterable<string> = randomMacAddresses(),
): Promise<void> {
  for (const macAddress of addresses) {
    const [added] = await tx
      .insert(hnics)
      .values({ headnodeId, label, macAddress })
      .onConflictDoNothing({ target: hnics.macAddress })
      .returning({ id: hnics.id });
    if (added) return;
  }
  throw new Error(`there is no address for hnic ${label}`);
}
