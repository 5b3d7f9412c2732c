/** Lines as one text. */
export function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Ports with neighbours drawn together, `gi1/0/1-46`, `te1/0/1-2`, in the order given. */
export function portGroups(names: readonly string[]): string[] {
  const groups: { path: string; first: number; last: number }[] = [];
  for (const name of names) {
    const [, path = name, number = ''] = /^(.*\/)(\d+)$/.exec(name) ?? [];
    const group = groups.at(-1);
    if (group !== undefined && group.path === path && group.last === Number(number) - 1) group.last += 1;
    else groups.push({ path, first: Number(number), last: Number(number) });
  }
  return groups.map(({ path, first, last }) => (first === last ? `${path}${first}` : `${path}${first}-${last}`));
}
