import type { Terminal } from './terminal.ts';

const LONGEST_LINE = 1024;

/** How a line is read from a terminal. */
interface LineReading {
  /** What stands before the cursor already; its visible length counts where the echo wraps. */
  readonly prompt: string;
  /** Width at which the echo wraps, in columns. */
  readonly width: number;
  /** What is shown of what is typed. */
  readonly echo: 'plain' | 'stars' | 'nothing';
  /** What is written when the line ends. */
  readonly lineEnd: string;
}

/** How a line came to its end: entered, given up with Ctrl-C, or Ctrl-Z. */
type TypedLine = { readonly end: 'entered'; readonly text: string } | { readonly end: 'cancelled' | 'control-z' };

/** Reads one line with echo and the usual editing keys. Rejects with TerminalClosed when the far end goes away. */
export async function readLine(terminal: Terminal, { prompt, width, echo, lineEnd }: LineReading): Promise<TypedLine> {
  const promptLength = visibleLength(prompt);
  const show = (text: string) => {
    if (echo !== 'nothing') terminal.write(text);
  };
  let text = '';

  const erase = () => {
    if (text === '') return;
    const column = (promptLength + text.length) % width;
    text = text.slice(0, -1);
    // A backspace does not climb to the line above, so the cursor has to be sent there.
    show(column === 0 ? `\x1b[A\x1b[${width - 1}C\x1b[K` : '\b \b');
  };

  for (;;) {
    const character = await terminal.read();
    if (character === '\n') {
      terminal.write(lineEnd);
      return { end: 'entered', text };
    }
    if (character === '\x03') {
      terminal.write('\r\n');
      return { end: 'cancelled' };
    }
    if (character === '\x1a') {
      terminal.write(lineEnd);
      return { end: 'control-z' };
    }
    if (character === '\b' || character === '\x7f') erase();
    else if (character === '\x15') while (text !== '') erase();
    else if (character >= ' ' && text.length < LONGEST_LINE) {
      text += character;
      show(echo === 'stars' ? '*' : character);
      // A terminal stays in its last column until one more character comes: the blank takes it to the next line.
      if ((promptLength + text.length) % width === 0) show(' \r');
    } else terminal.write('\x07');
  }
}

function visibleLength(prompt: string): number {
  const lastLine = prompt.slice(prompt.lastIndexOf('\n') + 1);
  return lastLine.replaceAll('\r', '').replace(/\x1b\[[\d;?]*[A-Za-z]/g, '').length;
}
