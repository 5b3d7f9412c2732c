import type { SwitchFaults } from './simulated-switch.ts';

/** Bytes a serial line with the wrong speed might show; 0xFF and an unfinished escape sequence are among them. */
export const GARBLE = '\x80\xfe\xff\x00\x9b\x1b[\x07\xc3\x28\xa0\xa1\xf0\x90\x8d\xff\xfe';

/** The faults of one switch, as its services apply them to the lines and answers of all its sessions. */
export class Misbehaviour {
  readonly faults: SwitchFaults;
  #answers = 0;

  constructor(faults: SwitchFaults) {
    this.faults = faults;
  }

  /** Whether a fault is switched on for a line. */
  hits(fault: 'refuse' | 'lie' | 'garble' | 'drop' | 'hang' | 'log', line: string): boolean {
    const pattern = this.faults[fault];
    // Unlike `test`, `search` keeps no place in an expression that is global.
    return pattern !== undefined && line.search(pattern) >= 0;
  }

  /** What is sent in place of an answer, and whether the connection ends behind it. Counts the answer. */
  alter(line: string, answer: string): { readonly text: string; readonly hangUp: boolean } {
    const index = this.#answers;
    this.#answers += 1;
    const altered = this.faults.answer?.(line, answer, index) ?? answer;
    return typeof altered === 'string' ? { text: altered, hangUp: false } : altered;
  }
}
