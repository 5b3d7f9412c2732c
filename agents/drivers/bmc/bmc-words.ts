import type { BmcDiagnosis } from '../../../db/devices/bmc-report.ts';
import type { BmcAccess } from '../../../db/devices/obm.ts';

/** What is wrong, where, and what to do about it: the beginning of an error text, without secrets. `task` is what the BMC was asked for. */
export function explain(diagnosis: BmcDiagnosis, { label, host, port, settings }: BmcAccess, task: string): string {
  const bmc = `the BMC at ${host}:${port}`;
  const change = `PATCH /v0/node/${label}`;
  const words: Record<BmcDiagnosis, string> = {
    'no-program': 'there is no program ipmitool: install ipmitool on the management node (the package has the same name)',
    'no-answer': `nothing answers at ${host}, UDP port ${port}: see to it that the BMC has power, a network and IPMI over LAN enabled, and that no firewall is between; another address is set with ${change}`,
    'session-refused': `${bmc} answers, and opens no session: too many may be open, or it does not know the user, or not IPMI 2.0; try again in a minute, then look at its users, or restart it`,
    'wrong-user': `${bmc} knows no such user: set its user and password with ${change}, or create the user on the BMC`,
    'wrong-password': `${bmc} does not take the password: change it with ${change}`,
    cipher: `${bmc} takes none of the cipher suites that were tried: enable suite 17 or 3 on it, or set its "cipher_suite" with ${change}`,
    privilege: `${bmc} does not give its user the privilege level that is asked for, ${settings.privilege_level ?? 'administrator'}: raise the user's level on the BMC, or set "privilege_level" with ${change}`,
    refused: `${bmc} refused ${task}`,
    busy: `${bmc} is serving its console to somebody else, who took it again at once: end that session`,
    hung: `${bmc} fell silent in the middle of ${task}: try again, and restart the BMC if it stays so`,
    unrecognised: `${bmc} answered ${task} with something that nobody recognises: try it by hand with ipmitool`,
  };
  return `${label}: ${words[diagnosis]}`;
}
