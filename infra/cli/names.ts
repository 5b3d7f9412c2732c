import type { Operation } from './document.ts';

/** Words of operation ids that say what is done. A new one that is not here is only ordered differently. */
const VERBS = new Set([
  ...['list', 'show', 'create', 'delete', 'register', 'update', 'set', 'check', 'enrol', 'export'],
  ...['add', 'remove', 'connect', 'detach', 'grant', 'revoke', 'enable', 'disable', 'start', 'stop'],
]);

/** Where the rule makes nothing that anybody would type. */
const BY_HAND = new Map([
  ['node_enable_disable_obm', ['node', 'obm', 'set']],
  ['list_active_extensions', ['extension', 'list']],
  ['verify_audit', ['audit', 'verification', 'show']],
  ['show_node_as_of', ['node', 'as-of']],
]);

/**
 * The words by which an operation is called in groups: what it is about, from the outside in, and then what is done.
 * `user_add_project` is `user project add`, `list_project_nodes` is `project node list`, `show_console` (of a node) is `node console show`.
 */
export function groupedName({ id, path }: Pick<Operation, 'id' | 'path'>): string[] {
  const byHand = BY_HAND.get(id);
  if (byHand) return byHand;
  const owners = [...path.matchAll(/\/(\w+)\/\{/g)].map(([, word = '']) => singular(word).replaceAll('_', '-'));
  const name = verbLast(wordsOf(id, owners));
  const owner = owners.at(-1);
  return owner === undefined || owners.some((word) => name.includes(word)) ? name : [owner, ...name];
}

/** The words of an id; what has a name of two words in the path has one name here: `networking-action`. */
function wordsOf(id: string, owners: readonly string[]): string[] {
  const joined = owners.reduce((text, owner) => text.replace(owner.replaceAll('-', '_'), owner), id);
  return joined.split('_');
}

function verbLast([first = '', ...rest]: string[]): string[] {
  if (VERBS.has(first)) {
    const last = rest.at(-1) ?? '';
    return [...rest.slice(0, -1), first === 'list' ? singular(last) : last, first];
  }
  const object = Math.max(
    0,
    rest.findIndex((word) => !VERBS.has(word)),
  );
  return [first, ...rest.slice(object), ...rest.slice(0, object)];
}

function singular(word: string): string {
  return /(?:ch|sh|x|ss)es$/.test(word) ? word.slice(0, -2) : /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
