import { z } from 'zod';
import { type PortState, portState } from './kinds.ts';

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
  expired: 'no agent took it in time',
} as const;
export type FailureReason = keyof typeof failureReasons;

/** Why nobody can tell what the device holds. */
export const doubtReasons = {
  unproven: 'the device could not be read back before the time was up',
  abandoned: 'the agent that took it never came back',
  contradiction: 'the device and the database disagree',
  moved: 'it was done at an address that the device has no more',
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
type SwitchCheckup = z.output<typeof switchCheckup>;

/** The steps of a check, in order. */
export const checkSteps = ['connect', 'log-in', 'version', 'read'] as const;
export type CheckStep = (typeof checkSteps)[number];

/** How a command ends. `result.port` is the port as read back, where it was; `result.step` is how far a check came. */
export type Outcome =
  | {
      readonly status: 'done';
      readonly result: { readonly port: PortState; readonly changed: boolean } | { readonly check: SwitchCheckup };
    }
  | {
      readonly status: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      readonly result?: { readonly port: PortState } | { readonly step: CheckStep };
    }
  | { readonly status: 'refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly status: 'unknown'; readonly reason: DoubtReason; readonly message: string };
