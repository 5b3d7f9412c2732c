/** What a device or a program said, made fit for a log and a database: no secret, no control characters, not endless. */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== '') clean = clean.replaceAll(secret, '***');
  }
  // jsonb cannot hold U+0000 or half a surrogate pair, and one unreadable message must not keep a whole group of results out.
  const printable = clean.replace(/[\p{Control}\p{Surrogate}]+/gu, ' ').trim();
  return printable.length > 1000 ? `${printable.slice(0, 999).replace(/\p{Surrogate}/gu, '')}…` : printable;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
