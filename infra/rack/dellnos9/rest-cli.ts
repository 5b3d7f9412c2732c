import { setTimeout as delay } from 'node:timers/promises';
import type { Interpretation, Talk } from '../console.ts';
import type { Shell } from './shell.ts';
import { refusal } from './wording.ts';

/** A question was asked, and nobody is there to answer it. */
class Unanswered extends Error {}

/** What a command prints when there is no terminal. */
class Transcript implements Talk {
  text = '';
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  print(text: string): void {
    this.text += text;
  }

  ask(question: string): Promise<string> {
    this.print(`${question}\n`);
    return Promise.reject(new Unanswered());
  }

  async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { ref: false });
  }

  save(): Promise<void> | null {
    return this.#shell.save();
  }
}

/**
 * Types lines at a shell, one after the other, whatever is answered, and returns what a terminal would have shown from the first
 * line to the last prompt (HIL, captured from an S3048; Open Automation Guide, "REST API Framework to Execute the CLIs").
 */
export async function transcriptOf(
  shell: Shell,
  lines: readonly string[],
  understand: (shell: Shell, line: string) => Interpretation,
): Promise<string> {
  const transcript = new Transcript(shell);
  for (const line of lines) {
    transcript.print(`${line}\n`);
    await carryOut(shell, understand(shell, line), transcript);
    transcript.print(shell.prompt);
  }
  return transcript.text;
}

async function carryOut(shell: Shell, meaning: Interpretation, transcript: Transcript): Promise<void> {
  if (meaning === 'blank') return;
  if (typeof meaning !== 'function') return transcript.print(refusal(shell, meaning));
  const output = meaning();
  if (typeof output === 'string') return transcript.print(output);
  try {
    await output(transcript);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
  }
}
