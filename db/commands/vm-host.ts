import type { Connection } from '../client.ts';
import type { VmHostReport } from '../devices/vm-host.ts';

/** Tells what the calling agent's host offers for headnodes; null: nothing, and there are to be none. */
export async function reportVmHost(connection: Connection, report: VmHostReport | null): Promise<void> {
  await connection`select agent_report_vm_host(${report === null ? null : connection.json(report)})`;
}
