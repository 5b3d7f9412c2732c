import type { Command, Option } from 'commander';
import { z } from 'zod';
import { Api } from './api.ts';
import type { Operation } from './document.ts';
import type { Place } from './form.ts';
import { jsonOf } from './problem.ts';
import { requestOf } from './request.ts';
import { chooseSite, type SiteOptions } from './site.ts';
import type { Terminal } from './terminal.ts';

/** The shells that there is a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a word that is being typed may become. */
export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** The scripts ask the command itself what may come next: one line each, the description after a tab. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# haas completion for bash:  source <(haas completion bash)
_haas() {
  local line word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    COMPREPLY+=("$(printf %q "$line")")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}
complete -o default -F _haas haas
`,
  zsh: `#compdef haas
# haas completion for zsh:  source <(haas completion zsh)
_haas() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)
  if (( \${#candidates} )); then
    _describe haas candidates
  else
    _files
  fi
}
compdef _haas haas
`,
  fish: `# haas completion for fish:  haas completion fish | source
function __haas_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null </dev/null
end
complete -c haas -f -a '(__haas_complete)'
`,
};

/** The completion script of a shell. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

/** How long the API may take to tell names, in ms: somebody waits at a keyboard. */
const PATIENCE = 2_000;

/** What the last of these words may become. `placesOf`: what comes after a command. */
export async function complete(
  program: Command,
  words: readonly string[],
  placesOf: (command: Command) => readonly Place[],
  names: (place: string, options: SiteOptions) => Promise<string[]>,
): Promise<Candidate[]> {
  const last = words.at(-1) ?? '';
  let command = program;
  let given = 0;
  let awaiting: Option | undefined;
  const options: Record<string, string> = {};
  for (const text of words.slice(0, -1)) {
    if (awaiting) {
      options[awaiting.attributeName()] = text;
      awaiting = undefined;
      continue;
    }
    const option = text.startsWith('-') ? [...command.options, ...program.options].find((each) => each.long === text) : undefined;
    const next = given === 0 ? command.commands.find((each) => each.name() === text) : undefined;
    if (option) awaiting = option.required ? option : undefined;
    else if (next) command = next;
    else if (text === '-' || !text.startsWith('-')) given += 1;
  }
  const site = z.object({ endpoint: z.string().optional() }).parse(options);
  const plain = (texts: readonly string[]): Candidate[] => texts.map((text) => ({ text, description: '' }));
  const matching = (candidates: readonly Candidate[]) => candidates.filter(({ text }) => text.startsWith(last));

  if (awaiting) {
    const name = awaiting.long?.slice(2).replaceAll('-', '_') ?? '';
    return matching(plain(awaiting.argChoices ?? (await names(name, site))));
  }
  if (last.startsWith('-')) {
    const visible = [...command.options, ...program.options].filter((option) => !option.hidden && option.long);
    return matching(visible.map((option) => ({ text: option.long ?? '', description: option.description })));
  }
  const commands = given > 0 ? [] : command.createHelp().visibleCommands(command);
  const places = placesOf(command);
  const place = places[given] ?? places.filter(({ isLast }) => isLast).at(-1);
  const values = place === undefined ? [] : place.choices?.length ? place.choices : await names(place.name, site);
  return matching([
    ...commands
      // The ids would hide all else, unless one of them is being typed.
      .filter((each) => last.includes('_') || !each.name().includes('_'))
      .map((each) => ({ text: each.name(), description: each.description() })),
    ...plain(values),
  ]);
}

/** What names some words stand for that are not called like what they name. */
const KINDS: Readonly<Record<string, string>> = { owner: 'project', access: 'project', base_img: 'headnode_image' };
const listed = z.union([
  z.array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])),
  z.record(z.string(), z.unknown()).transform((things) => Object.keys(things)),
]);

/** Asks the API, quietly, for all names of a kind, by the operation that lists them. None where that is not to be had. */
export async function namesOf(
  terminal: Terminal,
  operations: readonly Operation[],
  name: string,
  options: SiteOptions,
): Promise<string[]> {
  const kind = KINDS[name] ?? name;
  const list = operations.find(({ id }) => id === `list_${kind}s` || id === `list_${kind}es`);
  const needed = list?.fields.filter((field) => field.isRequired) ?? [];
  // Where it lists only some of them, the choice that means all.
  if (!list || needed.some(({ choices }) => !choices.includes('all'))) return [];
  try {
    const api = new Api(await chooseSite({ ...terminal, stdin: nobody }, options));
    const request = requestOf(list, Object.fromEntries(needed.map((field) => [field.name, 'all'])));
    const answer = await api.send(request, AbortSignal.timeout(PATIENCE));
    return listed.safeParse(jsonOf(answer.text)).data ?? [];
  } catch {
    // Somebody types: whatever is wrong, the command itself will say.
    return [];
  }
}

/** Who completes a word is asked nothing. */
const nobody: Terminal['stdin'] = {
  on: () => {},
  off: () => {},
  pause: () => {},
  resume: () => {},
  async *[Symbol.asyncIterator]() {},
};
