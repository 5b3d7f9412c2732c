import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { messageOf } from './scrub.ts';

/**
 * A journal cannot be read or written: its device must not be touched. The message names the file.
 * `damaged`: it was read and is not understood, which only a person can put right.
 */
export class JournalError extends Error {
  readonly damaged: boolean;

  constructor(message: string, damaged: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.damaged = damaged;
  }
}

/**
 * A file of JSON lines of which only the last may ever be incomplete. Appending needs one flush where rewriting the file
 * needs two (1.5 ms instead of 4.7 on the disk where it was measured), and these are most of a port change's time.
 * Calls are synchronous: the next step must not begin before they are through, and the event loop has nothing else to do for this device.
 */
export class JournalFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #size = 0;
  #leftAt: Date | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The lines of the file; none when there is no file. A last line without an end is cut off: whoever wrote it never relied on it. */
  read(): string[] {
    if (!existsSync(this.#path)) return [];
    const text = this.#guard(() => readFileSync(this.#path));
    const whole = text.subarray(0, text.lastIndexOf(0x0a) + 1);
    if (whole.length === 0) throw this.#damaged('it holds no complete line');
    this.#guard(() => {
      this.#descriptor = openSync(this.#path, 'r+');
      this.#leftAt = fstatSync(this.#descriptor).mtime;
      if (whole.length < text.length) ftruncateSync(this.#descriptor, whole.length);
    });
    this.#size = whole.length;
    return whole.toString('utf8').split('\n').slice(0, -1);
  }

  /** Parses one line. Throws JournalError for one that is not of this shape. */
  parse<T extends z.ZodType>(shape: T, line: string): z.output<T> {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw this.#damaged('a line is no JSON');
    }
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    throw this.#damaged(`a line is not understood at ${parsed.error.issues[0]?.path.join('.') || 'the top'}`);
  }

  /** Adds a line. `durable`: returns when the disk has it, and everything before it; `written`: it survives this process. */
  append(line: object, how: 'durable' | 'written'): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) throw new JournalError(`the journal ${this.#path} is not open`, false);
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#guard(() => {
      try {
        writeAll(descriptor, bytes, this.#size);
        if (how === 'durable') fdatasyncSync(descriptor);
      } catch (error) {
        // Half a line must not stand before the next one; and after a failed flush nobody knows what the disk has.
        this.close();
        throw error;
      }
    });
    this.#size += bytes.length;
  }

  /** Replaces the whole file by one line, or makes it: at no moment is there half a file under its name. */
  rewrite(line: object): void {
    const temporary = `${this.#path}.new`;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#guard(() => {
      this.close();
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      const descriptor = openSync(temporary, 'w', 0o600);
      this.#descriptor = descriptor;
      writeAll(descriptor, bytes, 0);
      fsyncSync(descriptor);
      renameSync(temporary, this.#path);
      flushFolder(dirname(this.#path));
    });
    this.#size = bytes.length;
  }

  /** The moment that `leave` left last, or when the file was last written to before it was read here; undefined: it was just made. */
  get leftAt(): Date | undefined {
    return this.#leftAt;
  }

  /** Leaves a moment as the time of the file's last change. */
  leave(at: Date): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#guard(() => futimesSync(descriptor, at, at));
    this.#leftAt = at;
  }

  /** Closes the file; what was appended stays. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new JournalError(`the journal ${this.#path} cannot be used: ${messageOf(error)}`, false, { cause: error });
    }
  }

  #damaged(problem: string): JournalError {
    return new JournalError(
      `the journal ${this.#path} is damaged: ${problem}. What was carried out on its device cannot be told; ` +
        'restore the file, or delete it once no command issued before now is valid any more',
      true,
    );
  }
}

function writeAll(descriptor: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}

function flushFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
