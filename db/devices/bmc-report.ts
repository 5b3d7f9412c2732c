import { z } from 'zod';
import { power } from './obm.ts';

/** What exactly is wrong with a BMC, as far as can be told. */
export const bmcDiagnoses = {
  'no-program': 'ipmitool is not installed on the management node',
  'no-answer': 'nothing answers at this address and port',
  'session-refused': 'the BMC answers, and opens no session',
  'wrong-user': 'the BMC knows no such user',
  'wrong-password': 'the BMC knows the user by another password',
  cipher: 'the BMC does not take this cipher suite',
  privilege: 'the user may not have the privilege level that is asked for',
  refused: 'the BMC refused the command',
  busy: 'somebody else holds the console',
  hung: 'the BMC fell silent after the session was open',
  unrecognised: 'the BMC answered something that nobody recognises',
} as const;
export type BmcDiagnosis = keyof typeof bmcDiagnoses;
/** A diagnosis as it is read back. */
export const bmcDiagnosis = z.custom<BmcDiagnosis>(
  (value) => typeof value === 'string' && Object.hasOwn(bmcDiagnoses, value),
  'is no known diagnosis',
);

/** What a BMC said in a check. Texts as it gave them, without control characters. */
export const bmcCheckup = z.strictObject({
  power,
  manufacturer: z.string().meta({ description: 'Who made it, as the BMC says', examples: ['Dell Inc.'] }),
  product: z.string().meta({ description: 'What it is, as the BMC says', examples: ['PowerEdge R650'] }),
  firmware: z.string().meta({ description: 'Version of its firmware', examples: ['6.10'] }),
  cipher_suite: z
    .int()
    .nullable()
    .meta({ description: 'Cipher suite of IPMI with which it was reached; null for one that is no IPMI', examples: [17] }),
});
export type BmcCheckup = z.output<typeof bmcCheckup>;
