/** The simulated rack cannot start; the message says why, and the remedy. */
export class RackError extends Error {
  override readonly name = 'RackError';
}
