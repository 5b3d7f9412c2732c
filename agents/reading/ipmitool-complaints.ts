import type { BmcDiagnosis } from '../../db/devices/bmc-report.ts';

/** What is wrong with a BMC, or `idle`: the console that was to be ended is not open. */
type Finding = Exclude<BmcDiagnosis, 'no-program'> | 'idle';

/**
 * Status codes of RMCP+ (IPMI 2.0, table 13-15) in the words of ipmitool (`ipmi_rakp_return_codes`). Whatever is not here, a code
 * that nobody knows too, is a BMC that opens no session.
 */
const statuses: Readonly<Record<string, Finding>> = {
  'unauthorized name': 'wrong-user',
  'invalid name length': 'wrong-user',
  'invalid integrity check value': 'wrong-password',
  'invalid role': 'privilege',
  'unauthorized role requested': 'privilege',
  'insufficient resources for role': 'privilege',
  'invalid authentication algorithm': 'cipher',
  'invalid integrity algorithm': 'cipher',
  'invalid confidentiality algorithm': 'cipher',
  'no matching authentication algorithm': 'cipher',
  'no matching integrity payload': 'cipher',
  'no matching cipher suite': 'cipher',
};

/** Completion codes that are no plain refusal, in the words of ipmitool; after the last one the command may have been carried out. */
function refusalBy(code: string): Finding {
  if (/^(?:Insufficient privilege level|Cannot execute command, insufficient privilege)/.test(code)) return 'privilege';
  return code === 'Timeout' ? 'hung' : 'refused';
}

/** One thing that ipmitool says, and what it means; group 1 is the BMC's own reason. */
interface Complaint {
  readonly pattern: RegExp;
  readonly means: Finding | ((reason: string) => Finding);
}

/**
 * What is said of a command, so that a session was open. Silence goes before refusals, because a command may have been carried out;
 * all of it goes before complaints about sessions, which were overcome.
 */
const aboutCommands: readonly Complaint[] = [
  { pattern: /^Unable to (?:get|set) Chassis Power /, means: 'hung' },
  { pattern: /^Error (?:Getting|setting) Chassis Boot Parameter \d+$/, means: 'hung' },
  { pattern: /^Error: No response (?:de-)?activating SOL payload$/, means: 'hung' },
  { pattern: /^Unable to send RAW command \([^)]*cmd=0x[0-9a-f]+\)$/, means: 'hung' },
  { pattern: /^(?:Get|Set) Chassis (?:Power|Boot) .*?failed: (.+)$/, means: refusalBy },
  { pattern: /^Unable to send RAW command \([^)]* rsp=0x[0-9a-f]+\): (.+)$/, means: refusalBy },
  { pattern: /^Info: SOL payload already de-activated$/, means: 'idle' },
  { pattern: /^Info: SOL payload (?:already active on another session|activation limit reached)$/, means: 'busy' },
  { pattern: /^Info: SOL payload (?:type )?disabled$/, means: 'refused' },
  { pattern: /^Info: cannot activate SOL payload with(?:out)? encryption$/, means: 'refused' },
  { pattern: /^Error: BMC requests SOL session on different port$/, means: 'refused' },
  { pattern: /^Error (?:de-)?activating SOL payload: (.+)$/, means: refusalBy },
  // Asked on the way to every other command, too.
  { pattern: /^Get Device ID command failed$/, means: 'hung' },
  { pattern: /^Get Device ID command failed: (?:0x[0-9a-f]+ )?(.+)$/, means: refusalBy },
];

const noSession = /^Error: Unable to establish IPMI v2 \/ RMCP\+ session$/;
const noResponse = /^> Error: no response from RAKP [13] message$/;

/** What is said of a session, from the plainest to the vaguest. */
const aboutSessions: readonly Complaint[] = [
  { pattern: /^(?:Address lookup for .* failed|Could not open socket!|IPMI LAN send command failed)/, means: 'no-answer' },
  { pattern: /^Get Auth Capabilities error: (.+)$/, means: 'session-refused' },
  { pattern: /^Get Auth Capabilities error$/, means: 'no-answer' },
  { pattern: /^This BMC does not support IPMI v2/, means: 'session-refused' },
  { pattern: /^> RAKP 2 HMAC is invalid$/, means: 'wrong-password' },
  { pattern: /^> RAKP 4 message has invalid integrity check value$/, means: 'wrong-password' },
  {
    pattern: /^(?:Error in open session response message|RAKP [24] message indicates an error) : (.+)$/,
    means: (status) => statuses[status] ?? 'session-refused',
  },
  { pattern: /^(?:Authentication|Integrity|Encryption) algorithm 0x[0-9a-f]+ is not what we requested/, means: 'cipher' },
  { pattern: /^Unsupported cipher suite ID/, means: 'cipher' },
  // How ipmitool 1.8.19 gives up on suites that it takes and cannot speak.
  { pattern: /Assertion .* failed\.$/, means: 'cipher' },
  { pattern: /^Set Session Privilege Level to .* failed: .+$/, means: 'privilege' },
  { pattern: /password is longer than \d+ bytes\.?$|^Password is too long/, means: 'wrong-password' },
  { pattern: /^Username is too long|user name too long/, means: 'wrong-user' },
  { pattern: noResponse, means: 'session-refused' },
  { pattern: /^Set Session Privilege Level to .* failed$/, means: 'hung' },
  { pattern: noSession, means: 'no-answer' },
];

/** What `ipmitool -v` says on the way, whether or not all is well. */
const chatter =
  /^(?:Loading IANA PEN Registry|IANA PEN registry open failed|Running Get VSO Capabilities|Invalid completion code received: |Discovered IPMB address|Get HPM\.x Capabilities request failed|Close Session command failed|tcgetattr: )/;

/** Characters of its last words, and of each line of them, in which a complaint is looked for: a program gone mad is not. */
const mostSaid = 65_536;
const longestLine = 1000;

/** What ipmitool complained of, line by line, without its chatter. */
export function complaints(stderr: string): string[] {
  return stderr
    .slice(-mostSaid)
    .split('\n')
    .map((line) => line.slice(0, longestLine).trim())
    .filter((line) => line !== '' && !chatter.test(line));
}

/** What is wrong by what `ipmitool -v` said on stderr in a call that did not succeed; undefined when nobody recognises it. */
export function findingOf(stderr: string): Finding | undefined {
  const all = complaints(stderr);
  // What was asked once more, and answered then, is no complaint.
  const lines = all.some((line) => noSession.test(line)) ? all : all.filter((line) => !noResponse.test(line));
  for (const { pattern, means } of [...aboutCommands, ...aboutSessions]) {
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match) return typeof means === 'string' ? means : means(match[1] ?? '');
    }
  }
  return undefined;
}
