import { Failure } from './failure.ts';
import type { Input, Terminal } from './terminal.ts';

const [ENTER, NEWLINE, INTERRUPT, END, BACKSPACE, DELETE, KILL] = ['\r', '\n', '\x03', '\x04', '\b', '\x7f', '\x15'];

/**
 * Asks for something that may be seen; the question is no part of the output. Where nobody can be asked it is the next line of standard
 * input. Throws Failure when `signal` says so before.
 */
export async function ask(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  if (!terminal.stdin.isTTY) return unlessInterrupted(nextLine(terminal.stdin, question), signal);
  return typed(terminal, question, 'shown', signal);
}

/** As `ask`, without an echo. */
export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  if (!terminal.stdin.isTTY) return nextLine(terminal.stdin, question);
  return typed(terminal, question, 'hidden');
}

/** Reads what a person types, key by key, since that is the way in which a terminal echoes nothing. */
async function typed(
  { stdin, stderr }: Terminal,
  question: string,
  echo: 'shown' | 'hidden',
  signal?: AbortSignal,
): Promise<string> {
  stderr.write(question);
  stdin.setRawMode?.(true);
  const show = (text: string) => echo === 'shown' && stderr.write(text);
  const decoder = new TextDecoder();
  let text = '';
  try {
    const answer = new Promise<string>((resolve, reject) => {
      const listener = (data: Buffer) => {
        for (const key of decoder.decode(data, { stream: true })) {
          if (key === ENTER || key === NEWLINE) {
            stdin.off('data', listener);
            return resolve(text);
          }
          if (key === INTERRUPT || (key === END && text === '')) {
            stdin.off('data', listener);
            return reject(new Failure('interrupted', 'interrupted'));
          }
          if (key === KILL) {
            show('\b \b'.repeat([...text].length));
            text = '';
          } else if (key === BACKSPACE || key === DELETE) {
            if (text !== '') show('\b \b');
            text = [...text].slice(0, -1).join('');
          } else if (!/\p{Cc}/u.test(key)) {
            text += key;
            show(key);
          }
        }
      };
      stdin.on('data', listener);
      stdin.resume();
    });
    return await unlessInterrupted(answer, signal);
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** What comes of it, unless `signal` comes first. */
function unlessInterrupted<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return task;
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => reject(new Failure('interrupted', 'interrupted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([interrupted, task]);
}

const lines = new WeakMap<Input, AsyncIterator<string>>();

/** The lines of an input are given out one by one: a command may ask for several things. */
async function nextLine(stdin: Input, question: string): Promise<string> {
  const input = lines.get(stdin) ?? linesOf(stdin);
  lines.set(stdin, input);
  const { value, done } = await input.next();
  if (done) throw new Failure('usage', `nothing on standard input for: ${question.trim()}`);
  return value;
}

async function* linesOf(stdin: Input): AsyncGenerator<string, void> {
  let rest = '';
  for await (const part of stdin) {
    const whole = (rest + String(part)).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest;
}

/** All of standard input. */
export async function readAll(stdin: Input): Promise<string> {
  let text = '';
  for await (const part of stdin) text += String(part);
  return text;
}
