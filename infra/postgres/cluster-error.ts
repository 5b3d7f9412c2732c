/** Why the embedded PostgreSQL cannot be used, in one sentence that also says what to do about it. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}
