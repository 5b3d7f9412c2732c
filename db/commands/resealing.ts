import { z } from 'zod';
import type { Connection } from '../client.ts';

/** What is sealed for one device, and together with what, as the database says it. */
const sealedDevice = z.object({
  device: z.string().regex(/^(switch|bmc|headnode)\//),
  hostname: z.string(),
  port: z.int(),
  sealed: z.string(),
});
export type SealedDevice = z.output<typeof sealedDevice>;

const enrolmentRow = z.object({ agent: z.string(), key: z.string() });

/** Who the calling agent is, and the name (RFC 7638) of the key that is enrolled for it. */
export async function showEnrolment(connection: Connection): Promise<z.output<typeof enrolmentRow>> {
  const [row] = await connection`select * from agent_enrolment()`;
  return enrolmentRow.parse(row);
}

/** How many devices are asked for at once. */
const PART = 100;

/** What is sealed for the calling agent to another key than the one that is enrolled, one part after the other, by device. */
export async function* sealedToOtherKeys(
  ask: <T>(request: (connection: Connection) => Promise<T>) => Promise<T>,
): AsyncGenerator<SealedDevice> {
  for (let after = ''; ; ) {
    const rows = await ask((connection) => connection`select * from agent_sealed(${after}, ${PART})`);
    const part = z.array(sealedDevice).parse(rows);
    yield* part;
    const last = part.at(-1);
    if (!last || part.length < PART) return;
    after = last.device;
  }
}

/**
 * Puts what is sealed for a device of the calling agent to the enrolled key in the place of what was sealed before. False: that is there no
 * more, since somebody gave other credentials, or replaced it just so.
 */
export async function replaceSealed(
  connection: Connection,
  { device, sealed }: SealedDevice,
  resealed: string,
): Promise<boolean> {
  const [row] = await connection`select agent_reseal(${device}, ${sealed}, ${resealed}) as replaced`;
  return z.object({ replaced: z.boolean() }).parse(row).replaced;
}

const sealedCommand = z.object({ device: z.string(), key: z.string() });

/** The devices of the calling agent with unfinished commands that carry something sealed to another key than the enrolled, and which. */
export async function commandsSealedToOtherKeys(connection: Connection): Promise<z.output<typeof sealedCommand>[]> {
  return z.array(sealedCommand).parse(await connection`select * from agent_sealed_commands() order by device`);
}

const signer = z.object({ key: z.string(), validUntil: z.date(), unfinished: z.coerce.number() });

/** A key that signed commands for the calling agent: until when the last is valid, and how many have not ended. */
export type CommandSigner = z.output<typeof signer>;

/** Who signed commands for the calling agent that have not ended or are valid still. */
export async function commandSigners(connection: Connection): Promise<CommandSigner[]> {
  const rows =
    await connection`select key, valid_until as "validUntil", unfinished from agent_signers() where key is not null order by key`;
  return z.array(signer).parse(rows);
}
