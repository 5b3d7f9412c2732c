import type { PortState } from '../../db/commands/kinds.ts';
import { powerconnect55xx } from '../../db/devices/powerconnect55xx.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { CaptureError } from './capture.ts';
import { type RadlanSwitchport, readRadlanSwitchports } from './powerconnect55xx-switchport.ts';
import { isBlank, isRule, type Line, linesOf } from './table.ts';

/** Names of ports as any output writes them: `gigabitethernet1/0/5` is `gi1/0/5`; others, `Po4`, stay. */
export const radlanPort = (text: string) => powerconnect55xx.canonicalPort(text, {}) ?? text;

/**
 * The state of a port from `show interfaces switchport`, which tells what is configured and whether it took, and
 * `show interfaces configuration`, which tells whether the port is shut.
 */
export function parsePowerConnectPort(port: string, switchport: string, configuration: string): PortState | NotUnderstood {
  let records: RadlanSwitchport[];
  try {
    records = readRadlanSwitchports(switchport);
  } catch (error) {
    if (error instanceof CaptureError) return { problem: error.message };
    throw error;
  }
  const [record, ...more] = records;
  if (!record || more.length > 0) return { problem: `${records.length} records of switchports` };
  if (radlanPort(record.port) !== port) return { problem: `a record of "${record.port}"` };
  if (record.doubt !== undefined) return { problem: record.doubt };
  if (record.mode !== 'access' && record.mode !== 'trunk') return { problem: `a port in mode "${record.mode}"` };
  const enabled = administrativeState(port, linesOf(configuration));
  if (typeof enabled !== 'boolean') return enabled;
  return { native: record.native, tagged: [...record.tagged], enabled };
}

/**
 * Whether the one port of `show interfaces configuration` is up administratively. The table is headed by two lines, of which
 * the first says `Admin` where the second says `State`; no cell of it is empty or holds a blank.
 */
function administrativeState(port: string, lines: readonly Line[]): boolean | NotUnderstood {
  const unexpected = (line: Line | undefined): NotUnderstood => ({
    problem: line ? `unexpected line ${JSON.stringify(line.text)}` : 'no configuration of the port',
  });
  const [above, names, rule, row, ...more] = lines.filter((line) => !isBlank(line));
  if (!above || !/\bAdmin\b/.test(above.text) || /\bLink\b/.test(above.text)) return unexpected(above);
  if (!names || !/^Port +Type +Duplex\b/.test(names.text)) return unexpected(names);
  if (!rule || !isRule(rule)) return unexpected(rule);
  const cells = row?.text.trim().split(/\s+/) ?? [];
  const titles = names.text.trim().split(/\s+/);
  const state = cells[titles.indexOf('State')];
  if (cells.length !== titles.length || radlanPort(cells[0] ?? '') !== port || !/^(?:up|down)$/i.test(state ?? ''))
    return unexpected(row);
  // A second table, of port channels, may follow; a second port may not.
  if (more.some(({ text }) => !/^\s*(?:Ch|Po\d+|Flow|Admin)\b|^[-\s]+$/i.test(text))) return unexpected(more[0]);
  return /^up$/i.test(state ?? '');
}
