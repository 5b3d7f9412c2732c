/** A machine with a serial console. A node and a headnode may have one label. */
export interface LabelledMachine {
  readonly of: 'node' | 'headnode';
  readonly label: string;
}

/** The device of the serial console of a machine. */
export function consoleDevice({ of, label }: LabelledMachine): string {
  switch (of) {
    case 'node':
      return `console/${label}`;
    case 'headnode':
      return `headnode-console/${label}`;
  }
}
