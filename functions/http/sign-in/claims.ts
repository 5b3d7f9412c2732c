/** What a claim holds: its name as it is (`https://example.org/roles`) or, where there is none, as a path (`realm_access.roles`). */
export function claimAt(claims: object, path: string): unknown {
  if (Object.hasOwn(claims, path)) return entry(claims, path);
  return path.split('.').reduce<unknown>((value, name) => entry(value, name), claims);
}

/** The texts in a claim: itself, or those of a list. */
export function textsAt(claims: object, path: string): string[] {
  const value = claimAt(claims, path);
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
}

function entry(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
