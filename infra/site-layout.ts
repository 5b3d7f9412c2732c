import { z } from 'zod';

const nic = z.strictObject({
  name: z.string(),
  mac: z.string(),
  switch: z.string(),
  port: z.string(),
});

const node = z.strictObject({
  name: z.string(),
  obm: z.record(z.string(), z.json()).optional(),
  obmd: z.record(z.string(), z.json()).optional(),
  nics: z.array(nic),
});

/** What stands in a machine room: switches as their registrations, nodes with their BMCs, and which NIC is cabled to which port. */
export const siteLayout = z.strictObject({
  switches: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  nodes: z.array(node),
});
export type SiteLayout = z.output<typeof siteLayout>;

/** Sends a request below /v0 as an administrator. */
export type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

/** The API refused part of a layout; the message says which request, and why. */
export class SiteLayoutError extends Error {
  override readonly name = 'SiteLayoutError';
}

/**
 * Registers through the API whatever of a layout is not registered yet, so that an interrupted registration is finished by the next.
 * What is registered already is left as it is. Answers how many requests changed something.
 */
export async function registerSite(layout: SiteLayout, call: Call): Promise<number> {
  let changes = 0;
  const ensure = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body);
    // 409 DuplicateError: it is there already.
    if (answer.status === 409 && z.object({ type: z.literal('DuplicateError') }).safeParse(answer.body).success) return;
    if (answer.status >= 300)
      throw new SiteLayoutError(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    changes++;
  };

  for (const { name, ...registration } of layout.switches)
    await ensure('PUT', `/switch/${encodeURIComponent(name)}`, registration);
  for (const { name, nics, ...bmc } of layout.nodes) {
    const path = `/node/${encodeURIComponent(name)}`;
    await ensure('PUT', path, bmc);
    for (const nic of nics) {
      await ensure('PUT', `${path}/nic/${encodeURIComponent(nic.name)}`, { macaddr: nic.mac });
      const port = `/switch/${encodeURIComponent(nic.switch)}/port/${encodeURIComponent(nic.port)}`;
      await ensure('PUT', port);
      await ensure('POST', `${port}/connect_nic`, { node: name, nic: nic.name });
    }
  }
  return changes;
}
