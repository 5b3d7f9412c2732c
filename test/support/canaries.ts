/** Secrets by what they are, such as `password of sw1`: each is a text that nothing else contains. */
type Canaries = Readonly<Record<string, string>>;

/**
 * Which canaries occur in which of the texts, in clear or encoded (base64 and base64url at any alignment, hex, URL, JSON):
 * a list of `password of sw1, as hex, in table nodes`, empty at best.
 */
export function findCanaries(canaries: Canaries, texts: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [canary, secret] of Object.entries(canaries)) {
    for (const [form, looks] of forms(secret)) {
      for (const [place, text] of texts) if (text.includes(looks)) found.push(`${canary}, as ${form}, in ${place}`);
    }
  }
  return found;
}

function forms(secret: string): [form: string, looks: string][] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const url = encodeURIComponent(secret);
  return [
    ['itself', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['hex', hex],
    ['hex', hex.toUpperCase()],
    ['URL', url],
    ['URL', url.replaceAll('%20', '+')],
    ...[0, 1, 2].flatMap((offset): [string, string][] => {
      const text = base64Within(bytes, offset);
      return [
        ['base64', text],
        ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  ];
}

/** What base64 makes of bytes that begin `offset` bytes after a multiple of three, without the characters that neighbours share. */
function base64Within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
