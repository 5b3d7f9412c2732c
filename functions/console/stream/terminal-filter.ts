/** The longest escape sequence that is passed on, and the most of a control string that is swallowed, in bytes. */
const LONGEST_SEQUENCE = 64;
const LONGEST_STRING = 4096;

const ESC = 0x1b;
/** BEL, BS, TAB, LF, CR; SO and SI, which switch to line drawing and back. */
const PASSED_CONTROLS = new Set([0x07, 0x08, 0x09, 0x0a, 0x0d, 0x0e, 0x0f]);
/** What begins a string of no defined length: DCS, SOS, OSC, PM, APC. Titles, the clipboard and links are set in these. */
const STRING_STARTS = new Set(['P', 'X', ']', '^', '_']);
/** What ends one. A terminal would go on at a line end; a lost terminator must not swallow the rest of a log. */
const STRING_ENDS = new Set([0x07, 0x0a, 0x0d, 0x18, 0x1a, ESC]);

/** Save and restore the cursor, index, next line, reverse index; line drawing and ASCII as G0 and G1. */
const ESCAPES = /^(?:[78DEM]|[()][0B])$/;
/** Cursor movement, erasing, insertion and deletion, the scroll region: with up to two numbers. */
const MOTIONS = /^\d{0,4}(?:;\d{0,4})?[@A-HILMPSXZ`adefr]$/;
/** The same with narrower parameters: with others they erase what was scrolled away, report the mouse, or print pages for a few bytes. */
const NARROW = /^(?:[0-2]?[JK]|\d{0,4}T|[su]|\d{0,3}b)$/;
const COLOURS = /^[\d;:]*m$/;
/** Insert mode; wrapping, the visible cursor, the other screen. */
const MODES = /^(?:4|\?(?:7|25|47|104[789])(?:;(?:7|25|47|104[789]))*)[hl]$/;

/** What leaves a terminal different from before, and what puts that right. */
const UNDO: readonly (readonly [done: RegExp, undo: string])[] = [
  [/^\[[\d;:]*m$/, '\x1b[0m'],
  [/^[()]/, '\x1b(B\x1b)B\x0f'],
  [/^\[4h$/, '\x1b[4l'],
  [/^\[\?(?:.*;)?7(?:;.*)?l$/, '\x1b[?7h'],
  [/^\[\?(?:.*;)?25(?:;.*)?l$/, '\x1b[?25h'],
  [/^\[\?(?:.*;)?(?:47|1047|1049)(?:;.*)?h$/, '\x1b[?1049l'],
  [/^\[[\d;]*r$/, '\x1b7\x1b[r\x1b8'],
];

/**
 * Lets through what a machine may do to the terminal of whoever watches it: text, movement, colours. Drops what acts on anything else, or
 * has the terminal answer, since answers are typed into the reader's shell: titles, the clipboard, links, window operations, queries,
 * printing, reports of the mouse, key modes, C1 controls, and whatever is malformed or does not end (ECMA-48; xterm's ctlseqs).
 * Text is UTF-8; bytes from 0xA0 that are not are passed on as they are. A stream: sequences may be cut anywhere between two calls.
 */
export class TerminalFilter {
  /** The beginning of a sequence or of a character, until it is whole. */
  #pending: number[] = [];
  #state: 'text' | 'character' | 'escape' | 'csi' | 'string' = 'text';
  #swallowed = 0;
  readonly #undo = new Set<string>();

  /** What of these bytes may be shown now, with what was kept back before. */
  pass(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const passed = new Uint8Array(this.#pending.length + bytes.length);
    let length = 0;
    const emit = (byte: number) => {
      passed[length] = byte;
      length += 1;
    };
    for (const byte of bytes) {
      if (this.#state === 'text' && byte >= 0x20 && byte < 0x7f) emit(byte);
      else this.#take(byte, emit);
    }
    return passed.subarray(0, length);
  }

  /** Looks at what came before the first byte that is to be shown, so as to know what that is in the middle of. */
  prime(bytes: Uint8Array): void {
    this.pass(bytes);
    this.#undo.clear();
  }

  /** Forgets an unfinished sequence: something is missing from here. */
  cut(): void {
    this.#pending = [];
    this.#state = 'text';
  }

  /** What puts the terminal right again after all that was passed: colours, modes, character sets. Empty where nothing was changed. */
  end(): Uint8Array<ArrayBuffer> {
    this.cut();
    const undo = new TextEncoder().encode([...this.#undo].join(''));
    this.#undo.clear();
    return undo;
  }

  #take(byte: number, emit: (byte: number) => void): void {
    switch (this.#state) {
      case 'text':
        this.#text(byte, emit);
        break;
      case 'character':
        this.#character(byte, emit);
        break;
      case 'escape':
        this.#escape(byte, emit);
        break;
      case 'csi':
        this.#collect(byte, 0x40, emit);
        break;
      case 'string':
        this.#string(byte, emit);
    }
  }

  #text(byte: number, emit: (byte: number) => void): void {
    if (byte === ESC) this.#begin('escape', byte);
    else if (byte >= 0xc2 && byte <= 0xf4) this.#begin('character', byte);
    else if (byte < 0x20 ? PASSED_CONTROLS.has(byte) : byte < 0x7f || byte >= 0xa0) {
      if (byte === 0x0e) this.#undo.add('\x1b(B\x1b)B\x0f');
      emit(byte);
    }
  }

  #begin(state: 'character' | 'escape', byte: number): void {
    this.#state = state;
    this.#pending = [byte];
  }

  #character(byte: number, emit: (byte: number) => void): void {
    const [lead = 0] = this.#pending;
    if (!continues(lead, this.#pending.length, byte)) {
      // What cannot be a control in any encoding may be one of Latin-1's letters.
      const stray = this.#pending.filter((each) => each >= 0xa0);
      this.cut();
      stray.forEach(emit);
      this.#take(byte, emit);
      return;
    }
    this.#pending.push(byte);
    if (this.#pending.length < lengthOf(lead)) return;
    // U+0080 to U+009F are the C1 controls.
    const isControl = lead === 0xc2 && byte < 0xa0;
    const whole = this.#pending;
    this.cut();
    if (!isControl) whole.forEach(emit);
  }

  #escape(byte: number, emit: (byte: number) => void): void {
    const character = String.fromCharCode(byte);
    if (this.#pending.length === 1 && character === '[') {
      this.#pending.push(byte);
      this.#state = 'csi';
    } else if (this.#pending.length === 1 && STRING_STARTS.has(character)) {
      this.cut();
      this.#state = 'string';
      this.#swallowed = 0;
    } else this.#collect(byte, 0x30, emit);
  }

  #string(byte: number, emit: (byte: number) => void): void {
    this.#swallowed += 1;
    if (!STRING_ENDS.has(byte) && this.#swallowed <= LONGEST_STRING) return;
    this.#state = 'text';
    if (byte !== 0x07) this.#text(byte, emit);
  }

  /** Collects a sequence up to a byte from `final` on, which ends it. What is neither breaks it off. */
  #collect(byte: number, final: number, emit: (byte: number) => void): void {
    if (byte < 0x20 || byte > 0x7e) {
      this.cut();
      this.#text(byte, emit);
      return;
    }
    this.#pending.push(byte);
    if (byte < final) {
      if (this.#pending.length >= LONGEST_SEQUENCE) this.cut();
      return;
    }
    const whole = this.#pending;
    this.cut();
    const sequence = String.fromCharCode(...whole.slice(1));
    if (!isAllowed(sequence)) return;
    for (const [done, undo] of UNDO) if (done.test(sequence)) this.#undo.add(undo);
    whole.forEach(emit);
  }
}

function isAllowed(sequence: string): boolean {
  if (!sequence.startsWith('[')) return ESCAPES.test(sequence);
  const control = sequence.slice(1);
  return [MOTIONS, NARROW, COLOURS, MODES].some((pattern) => pattern.test(control));
}

/** How many bytes a UTF-8 character has that begins with this one. */
function lengthOf(lead: number): number {
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Whether a byte goes on with a UTF-8 character: no overlong forms, no surrogates, nothing beyond U+10FFFF (RFC 3629, section 4). */
function continues(lead: number, length: number, byte: number): boolean {
  if (byte < 0x80 || byte > 0xbf) return false;
  if (length > 1) return true;
  if (lead === 0xe0) return byte >= 0xa0;
  if (lead === 0xed) return byte < 0xa0;
  if (lead === 0xf0) return byte >= 0x90;
  return lead !== 0xf4 || byte < 0x90;
}
