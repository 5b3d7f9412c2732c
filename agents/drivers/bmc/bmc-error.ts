import type { BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import { DeviceError, type DeviceFault } from '../../device-error.ts';

/** What the fault of each diagnosis is. */
const faults: Record<BmcDiagnosis, DeviceFault> = {
  'no-program': 'unreachable',
  'no-answer': 'unreachable',
  'session-refused': 'unreachable',
  'wrong-user': 'denied',
  'wrong-password': 'denied',
  cipher: 'denied',
  privilege: 'denied',
  refused: 'refused',
  busy: 'refused',
  hung: 'lost',
  unrecognised: 'unintelligible',
};

/** A BMC that did not do what it was told, and what exactly is wrong. `message` names the node and the remedy, without secrets. */
export class BmcError extends DeviceError {
  readonly diagnosis: BmcDiagnosis;

  constructor(diagnosis: BmcDiagnosis, message: string, options?: ErrorOptions) {
    super(faults[diagnosis], message, options);
    this.name = 'BmcError';
    this.diagnosis = diagnosis;
  }
}
