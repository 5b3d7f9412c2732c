/** Whether an error means that a change would have broken this constraint. The transaction is over then. */
export function violates(error: unknown, constraint: string): boolean {
  return violation(error, constraint) !== undefined;
}

/** As `violates`, with what Postgres or a trigger says of it. */
export function violation(error: unknown, constraint: string): { readonly detail: unknown } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint_name' in cause && cause.constraint_name === constraint) {
      return { detail: 'detail' in cause ? cause.detail : undefined };
    }
  }
  return undefined;
}
