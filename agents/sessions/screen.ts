/**
 * What a terminal would show of a stream, short of lone returns: without escape sequences, bells and NULs,
 * erased characters gone, every line ended by `\n` alone.
 */
export function plain(raw: string): string {
  const text = raw.replace(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Za-z]|[=>78])/g, '').replace(/[\x00\x07]/g, '');
  return erase(text)
    .split('\n')
    .map((line, index, lines) => (index === lines.length - 1 ? line : line.slice(0, withoutReturns(line))))
    .join('\n');
}

/** The length of a line without the returns at its end. A loop, because a pattern takes quadratic time on a device gone mad. */
function withoutReturns(line: string): number {
  let length = line.length;
  while (line[length - 1] === '\r') length -= 1;
  return length;
}

function erase(text: string): string {
  if (!text.includes('\b')) return text;
  const shown: string[] = [];
  for (const character of text) {
    if (character !== '\b') shown.push(character);
    else if (shown.at(-1) !== '\n') shown.pop();
  }
  return shown.join('');
}

/** Lets every lone return overwrite its line, as a progress bar, a redrawn prompt and an erased pager do. */
export function overwrite(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1))
    .join('\n');
}

/** The text after the last line break. */
export function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

/**
 * What follows the echo of a typed line, or undefined when the echo is not there.
 * A narrow terminal wraps the echo anywhere, so blanks, line breaks and returns between its characters do not count.
 */
export function afterEcho(text: string, line: string): string | undefined {
  const characters = [...line].filter((character) => character !== ' ');
  const echo = new RegExp(characters.map((character) => character.replace(/[^\w]/, '\\$&')).join('\\s*'));
  const match = echo.exec(text);
  return match ? text.slice(match.index + match[0].length) : undefined;
}

/** How much of a device's words an error carries at most: so many characters from each end. */
const quoteEnd = 200;

/** A device's words for an error text: secrets replaced, control characters gone, on one line, the middle of a long speech left out. */
export function quote(raw: string, secrets: readonly string[]): string {
  let text = overwrite(plain(raw));
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '***');
  const words = text
    .split('\n')
    .map((line) => line.replace(/[\x00-\x1f\x7f-\x9f\ufffd]+/g, '?').trim())
    .filter((line) => line !== '')
    .join(' / ');
  if (words === '') return 'nothing';
  return words.length > 2 * quoteEnd ? `${words.slice(0, quoteEnd)} [...] ${words.slice(-quoteEnd)}` : words;
}
