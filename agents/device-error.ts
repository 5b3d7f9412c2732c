/** Why a device did not do what it was told; the caller decides by this, never by the text. */
export type DeviceFault =
  /** No connection, or none in time: nothing was sent. */
  | 'unreachable'
  /** The device does not know our name or password, or shows another host key than before: trying again cannot help. */
  | 'denied'
  /** The device answered that it will not. */
  | 'refused'
  /** The session ended or fell silent after something was sent. */
  | 'lost'
  /** The device answered something that nobody recognises. */
  | 'unintelligible';

/** A device operation that did not succeed. `message` names the device and what it said, with every secret removed. */
export class DeviceError extends Error {
  readonly fault: DeviceFault;
  /** The device's words as they came, secrets not removed: to be compared, never to be shown. */
  readonly #said: string;

  constructor(fault: DeviceFault, message: string, options?: ErrorOptions & { readonly said?: string }) {
    super(message, options);
    this.name = 'DeviceError';
    this.fault = fault;
    this.#said = options?.said ?? '';
  }

  /** Whether what the device said matches a pattern. */
  says(pattern: RegExp): boolean {
    return pattern.test(this.#said);
  }
}
