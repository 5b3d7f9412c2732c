import { type Terminal, withReturns } from './terminal.ts';

/** What a key does at the question for more. */
type PagerKey = 'screen' | 'line' | 'all' | 'stop';

/** How a family of switches asks between screens. */
export interface Pager {
  readonly more: string;
  /** What takes the question away again. */
  readonly erase: string;
  /** By the character typed, `\n` for Enter. Other keys do nothing. */
  readonly keys: Readonly<Record<string, PagerKey>>;
}

/**
 * Writes lines (each ending `\n`) a screen at a time, asking between screens. A height of 0 never asks. Rejects with
 * TerminalClosed.
 */
export async function writePaged(
  terminal: Terminal,
  text: string,
  { pager, rows, columns }: { pager: Pager; rows: number; columns: number },
): Promise<void> {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let endless = rows === 0;
  let room = rows - 1;
  let screen = '';
  for (const line of lines) {
    const height = Math.max(1, Math.ceil((line.length - 1) / columns));
    if (!endless && room < height) {
      terminal.write(screen + pager.more);
      screen = '';
      const key = await pressed(terminal, pager);
      terminal.write(pager.erase);
      if (key === 'stop') return;
      endless = key === 'all';
      room = key === 'line' ? height : Math.max(height, rows - 1);
    }
    room -= height;
    screen += withReturns(line);
  }
  terminal.write(screen);
}

async function pressed(terminal: Terminal, pager: Pager): Promise<PagerKey> {
  for (;;) {
    const key = pager.keys[await terminal.read()];
    if (key !== undefined) return key;
  }
}
