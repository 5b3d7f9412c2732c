/** Something about the lab, or about what it shows, is not as it should be; the message says what, and what was seen. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
