import { z } from 'zod';
import { bmcCheckup, bmcDiagnosis } from '../devices/bmc-report.ts';
import { headnodeState } from '../devices/headnode.ts';
import { bootDevice, power } from '../devices/obm.ts';
import { portState } from './kinds.ts';

/** Why an agent would not take a row for an order. A closed list: people write alerts on it. */
export const refusalReasons = {
  malformed: 'the signed text is no compact JWS of a HaaS command',
  'unknown-key': 'it is signed with a key that this agent does not trust',
  'bad-signature': 'the signature does not fit the text',
  'wrong-issuer': 'it comes from another deployment',
  'altered-row': 'the row and the signed text name different commands or kinds',
  'wrong-agent': 'it is for another agent',
  'wrong-device': 'it is for another device',
  'wrong-seq': 'the row and the signed text differ in their place in the order',
  'not-yet-valid': 'it was issued in the future: compare the clocks',
  expired: 'it came too late',
  replayed: 'it was carried out before',
  'out-of-order': 'a later command for this device was begun before it',
  'unknown-kind': 'this version of the agent knows no such kind of command',
  'unknown-version': 'this version of the agent knows another version of this kind',
  'bad-parameters': 'its parameters are not what its kind demands',
  'bad-credentials': 'the credentials in it do not open, or are for another device or address',
  policy: "the agent's own policy forbids it",
} as const;
export type RefusalReason = keyof typeof refusalReasons;

/** Why a device is as it was before. */
export const failureReasons = {
  unreachable: 'no session could be opened; nothing was sent',
  denied: 'the device did not accept our credentials, or showed another host key than before; nothing was sent',
  'device-refused': 'the device would not do it, and was read back as it was before',
  mismatch: 'the device said yes and did something else, and was restored and read back',
  interrupted: 'the session was lost; the device was read back as it was before, or nothing was sent that changes it',
  unreadable: 'the device answered something that nobody recognises; nothing was sent that changes it',
  'no-reaction': 'the device took it, and the machine did nothing about it; it was read back as it was before',
  incomplete: 'only a part of it was done: the result tells how the device was read back',
  closed: 'the console that it is for is not open',
  expired: 'no agent took it in time',
} as const;
export type FailureReason = keyof typeof failureReasons;

/** Why nobody can tell what the device holds. */
export const doubtReasons = {
  unproven: 'the device could not be read back before the time was up',
  abandoned: 'the agent that took it never came back',
  contradiction: 'the device and the database disagree',
  moved: 'it was done at an address that the device has no more',
  restored: 'it had not ended when the copy was made from which the database was restored',
} as const;
export type DoubtReason = keyof typeof doubtReasons;

/** One port as a check read it, or why it could not be read. */
const checkedPort = z.union([
  z.strictObject({ port: z.string(), state: portState }),
  z.strictObject({ port: z.string(), problem: z.string() }),
]);
export type CheckedPort = z.output<typeof checkedPort>;

/** What a switch said in a check. */
export const switchCheckup = z.strictObject({ version: z.string(), ports: z.array(checkedPort) });

/** The steps of a check, in order. */
export const checkSteps = ['connect', 'log-in', 'version', 'read'] as const;
export type CheckStep = (typeof checkSteps)[number];

/** What is told with a command that was done, beyond that it was. One of these, by its kind. */
export const doneResult = z.union([
  z.strictObject({ port: portState, changed: z.boolean() }),
  z.strictObject({ check: switchCheckup }),
  z.strictObject({ power }),
  z.strictObject({ boot: bootDevice }),
  z.strictObject({ bmc: bmcCheckup }),
  z.strictObject({ console: z.int() }),
  z.strictObject({ headnode: headnodeState }),
]);
type DoneResult = z.output<typeof doneResult>;

/**
 * What is told with a command that failed, where there is anything: the port, power, boot device or headnode as read back, how far a
 * check of a switch came, or what is wrong with a BMC.
 */
export const failedResult = z.union([
  z.strictObject({ port: portState }),
  z.strictObject({ step: z.enum(checkSteps) }),
  z.strictObject({ power }),
  z.strictObject({ boot: bootDevice }),
  z.strictObject({ diagnosis: bmcDiagnosis }),
  z.strictObject({ headnode: headnodeState }),
]);
type FailedResult = z.output<typeof failedResult>;

/** How a command ends. */
export type Outcome =
  | { readonly status: 'done'; readonly result: DoneResult }
  | {
      readonly status: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly result?: FailedResult;
    }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly status: 'unknown'; readonly reason: DoubtReason; readonly message: string };
