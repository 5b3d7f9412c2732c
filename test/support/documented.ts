import { readFile } from 'node:fs/promises';

/** A block of shell commands on a page of the documentation, and the lines that the page says one then sees. */
export interface DocumentedBlock {
  readonly page: string;
  readonly commands: string;
  /** `…` stands for anything, and may stand for nothing. Other lines may come between. */
  readonly seen: readonly string[];
}

/** The `sh` blocks of a page, in order, without those that are for another system than `system` (```` ```sh debian-12 ````). */
export async function documentedBlocks(page: string, system?: string): Promise<DocumentedBlock[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```sh ?(\S*)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)].flatMap(
    ([, only = '', commands = '', seen]) =>
      only === '' || only === system ? [{ page, commands, seen: seen === undefined ? [] : seen.trim().split('\n') }] : [],
  );
}

/** The lines that a block promises and that `output` does not have, in this order. */
export function notSeen({ seen }: DocumentedBlock, output: string): string[] {
  const lines = output.split('\n');
  let from = 0;
  return seen.filter((promised) => {
    const pattern = new RegExp(`^${promised.split('…').map(literal).join('.*')}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at !== -1) from = at + 1;
    return at === -1;
  });
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
