import { CaptureError } from './capture.ts';
import { goesOn } from './switchport-records.ts';
import { type Line, linesOf } from './table.ts';

/** One `interface` of a running configuration. */
export interface InterfaceSection {
  readonly header: Line;
  /** As the configuration writes it: `GigabitEthernet1/0/5`. */
  readonly name: string;
  /** Its lines without indentation; comments are left out, wrapped lists are joined. */
  readonly settings: readonly Line[];
}

/** A running configuration in the style of IOS: its interfaces, and the lines that stand outside of them. */
export interface RunningConfiguration {
  readonly interfaces: readonly InterfaceSection[];
  readonly others: readonly Line[];
}

/** Takes `show running-config`, whole or of one interface, apart. What a setting means is for the family to say. */
export function runningConfiguration(text: string): RunningConfiguration {
  const interfaces: { header: Line; name: string; settings: Line[] }[] = [];
  const others: Line[] = [];
  let open: (typeof interfaces)[number] | undefined;
  for (const line of linesOf(text)) {
    const name = /^interface (\S.*?)\s*$/.exec(line.text)?.[1];
    const setting = /^[ \t]+(\S.*?)\s*$/.exec(line.text)?.[1];
    const last = open?.settings.at(-1);
    if (name !== undefined) {
      open = { header: line, name, settings: [] };
      interfaces.push(open);
    } else if (open && last && goesOn(last.text, line.text)) {
      open.settings[open.settings.length - 1] = { ...last, text: last.text + line.text.trim() };
    } else if (setting !== undefined && open) {
      if (!setting.startsWith('!')) open.settings.push({ number: line.number, text: setting });
    } else if (line.text.trim() !== '') {
      open = undefined;
      others.push(line);
    }
  }
  return { interfaces, others };
}

/**
 * The only interface of `show running-config interface`, under whatever spelling `isIt` knows.
 * Throws CaptureError when it is not there, and for lines around it that are not `preamble`.
 */
export function onlyInterface(text: string, isIt: (name: string) => boolean, preamble: RegExp): InterfaceSection {
  const { interfaces, others } = runningConfiguration(text);
  const strange = others.find((line) => !preamble.test(line.text));
  if (strange) throw new CaptureError(strange.number, strange.text, 'unexpected line');
  const [section, other] = interfaces;
  if (other) throw new CaptureError(other.header.number, other.header.text, 'one interface too many');
  if (!section || !isIt(section.name))
    throw new CaptureError(1, section?.header.text ?? '', 'not the interface that was asked for');
  return section;
}
