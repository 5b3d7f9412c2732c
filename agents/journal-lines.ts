import { z } from 'zod';
import { switchAccess } from '../db/devices/access.ts';
import { headnodeIdentity } from '../db/devices/headnode.ts';
import { bmcAccess } from '../db/devices/obm.ts';
import { outcomeShape } from './outcome-shape.ts';

/** A console that is to be held: its number, and how to reach the node or headnode whose it is. */
export const heldConsole = z.union([
  z.strictObject({ console: z.int(), access: bmcAccess }),
  z.strictObject({ console: z.int(), headnode: headnodeIdentity }),
]);
/** A console that is to be held. */
export type HeldConsole = z.output<typeof heldConsole>;

const begun = z.strictObject({ id: z.string(), seq: z.int(), port: z.string().nullable() });
const openCommand = begun.extend({ outcome: outcomeShape.optional() });

/** A whole journal in one line. It is the first line of every file; what happened since follows. */
export const journalSnapshot = z.strictObject({
  version: z.literal(1),
  issuer: z.string(),
  device: z.string(),
  /** Highest seq ever begun. */
  highest: z.int(),
  /** Every seq up to here counts as begun. */
  forgotten: z.int(),
  begun: z.array(z.int()),
  open: z.array(openCommand),
  unsaved: switchAccess.nullable(),
  /** Missing in journals from before there were consoles. */
  console: heldConsole.nullable().default(null),
});

/** What happened, in one line. */
export const journalEvent = z.union([
  z.strictObject({ begin: z.array(begun), unsaved: switchAccess.optional() }),
  z.strictObject({ end: z.string(), outcome: outcomeShape }),
  z.strictObject({ settled: z.array(z.string()) }),
  z.strictObject({ saved: z.literal(true) }),
  z.strictObject({ console: heldConsole.nullable() }),
]);
/** What happened, in one line. */
export type JournalEvent = z.output<typeof journalEvent>;
