import type { Terminal } from './terminal.ts';

const MORE = '\x1b[7m--More--\x1b[27m';
const ERASE_MORE = '\r\x1b[K';

/**
 * Writes lines (each ending `\n`) a screen at a time, asking with `--More--` between screens: blank for the next screen,
 * Enter for one more line, `q` or Ctrl-C to stop. A height of 0 never asks. Rejects with TerminalClosed.
 */
export async function writePaged(
  terminal: Terminal,
  text: string,
  { rows, columns }: { rows: number; columns: number },
): Promise<void> {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let room = rows - 1;
  let screen = '';
  for (const line of lines) {
    const height = Math.max(1, Math.ceil((line.length - 1) / columns));
    if (rows > 0 && room < height) {
      terminal.write(screen + MORE);
      screen = '';
      const answer = await pagerAnswer(terminal);
      terminal.write(ERASE_MORE);
      if (answer === 'stop') return;
      room = answer === 'line' ? height : Math.max(height, rows - 1);
    }
    room -= height;
    screen += line.replace('\n', '\r\n');
  }
  terminal.write(screen);
}

async function pagerAnswer(terminal: Terminal): Promise<'screen' | 'line' | 'stop'> {
  for (;;) {
    const character = await terminal.read();
    if (character === ' ') return 'screen';
    if (character === '\n') return 'line';
    if (character === 'q' || character === '\x03') return 'stop';
  }
}
