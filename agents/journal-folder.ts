import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type SwitchAccess, switchAccess } from '../db/devices/access.ts';
import { consoleDevice } from '../db/devices/console.ts';
import { fileName } from './file-name.ts';
import { type HeldConsole, heldConsole } from './journal-lines.ts';

const mentionsConsole = z.object({ console: heldConsole.nullable() });
const mentionsUnsaved = z.union([z.object({ saved: z.literal(true) }), z.object({ unsaved: switchAccess.nullable() })]);

/**
 * Switches whose changed configuration no process of this agent saw saved: they are to be saved before anything else happens to them.
 * The journals of the devices in `except` are not looked at.
 */
export function unsavedSwitches(folder: string, issuer: string, except: readonly string[] = []): SwitchAccess[] {
  return journalTexts(folder, issuer, 'switch/', except).flatMap((text) => lastUnsaved(text) ?? []);
}

/** The devices of consoles that are to be held. The journals of those in `except` are not looked at. */
export function openConsoles(folder: string, issuer: string, except: readonly string[] = []): string[] {
  return heldConsoles(folder, issuer, except).map(deviceOf);
}

function heldConsoles(folder: string, issuer: string, except: readonly string[]): HeldConsole[] {
  const prefixes = (['node', 'headnode'] as const).map((of) => consoleDevice({ of, label: '' }));
  return prefixes.flatMap((prefix) => journalTexts(folder, issuer, prefix, except)).flatMap((text) => lastConsole(text) ?? []);
}

function deviceOf(held: HeldConsole): string {
  return 'access' in held
    ? consoleDevice({ of: 'node', label: held.access.label })
    : consoleDevice({ of: 'headnode', label: held.headnode.label });
}

/** The credentials in the journals, sealed, and of which device's journal each is. */
export function sealedInJournals(folder: string, issuer: string): { readonly device: string; readonly sealed: string }[] {
  const switches = unsavedSwitches(folder, issuer).map(({ label, sealed }) => ({ device: `switch/${label}`, sealed }));
  const consoles = heldConsoles(folder, issuer, []).flatMap((held) =>
    'access' in held ? { device: deviceOf(held), sealed: held.access.sealed } : [],
  );
  return [...switches, ...consoles];
}

/** The journals of the devices whose labels begin so: whoever looks through them does it again and again. */
function journalTexts(folder: string, issuer: string, prefix: string, except: readonly string[]): string[] {
  const own = join(folder, fileName(issuer));
  if (!existsSync(own)) return [];
  const [readable = ''] = fileName(prefix).split('.');
  const passedOver = new Set(except.map((device) => `${fileName(device)}.jsonl`));
  return readdirSync(own)
    .filter((name) => name.startsWith(readable) && name.endsWith('.jsonl') && !passedOver.has(name))
    .map((name) => readFileSync(join(own, name), 'utf8'));
}

/**
 * Only a first look, without the device's lock: whoever acts on it opens the journal properly.
 * From the end, parsing as little as possible, since it is done again and again for every device.
 */
function lastUnsaved(text: string): SwitchAccess | null {
  const found = lastLine(text, 'saved":', mentionsUnsaved);
  return found && 'unsaved' in found ? found.unsaved : null;
}

function lastConsole(text: string): HeldConsole | null {
  return lastLine(text, '"console":', mentionsConsole)?.console ?? null;
}

function lastLine<S extends z.ZodType>(text: string, hint: string, shape: S): z.output<S> | undefined {
  for (const line of text.split('\n').reverse()) {
    if (!line.includes(hint)) continue;
    const parsed = shape.safeParse(jsonOrNull(line));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

function jsonOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
