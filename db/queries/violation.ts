/** Whether an error means that a change would have broken this constraint. The transaction is over then. */
export function violates(error: unknown, constraint: string): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint_name' in cause && cause.constraint_name === constraint) return true;
  }
  return false;
}
