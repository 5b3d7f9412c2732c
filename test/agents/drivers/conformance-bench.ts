import { onTestFinished } from 'vitest';
import type { HostKeys, OpenSwitch, SwitchDriver, SwitchSession } from '../../../agents/drivers/driver.ts';
import type { PortState } from '../../../db/commands/kinds.ts';
import type { SwitchAccess } from '../../../db/devices/access.ts';
import type { Service, SimulatedSwitch, SwitchFaults } from '../../../infra/rack/simulated-switch.ts';

/** What a simulator is started with; `sshPort` and `telnetPort` 0 take free ports. */
interface SimulatorOptions {
  readonly hostname: string;
  readonly ports: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly telnetPort?: number;
  readonly sshPort?: number;
  readonly httpPort?: number;
  readonly saveDelay?: number;
  readonly legacySsh?: boolean;
  readonly faults?: SwitchFaults;
}

/** Everything the suite must know of one family of switches. */
export interface Family {
  readonly driver: SwitchDriver;
  /** Starts a simulator that can be reached over this transport, and maybe others. */
  start(options: SimulatorOptions, transport: Service): Promise<SimulatedSwitch>;
  /** How to reach a simulator; the label is the suite's. */
  access(simulator: SimulatedSwitch, transport: Service, options: { legacySsh: boolean }): Omit<SwitchAccess, 'label' | 'sealed'>;
  readonly transports: readonly Service[];
  /** Whether a change is one transaction of the switch: refused, it leaves the port as it was. */
  readonly transactional?: true;
  /** Whether a port is read before anything is sent: what goes wrong then leaves it as it was. */
  readonly asksFirst?: true;
  /** False where a port that is up must have a native VLAN. */
  readonly nativeless: boolean;
  /** Two ports that the simulator is to have. */
  readonly ports: readonly [string, string];
  /** A port that the family may have and the simulator has not. */
  readonly missingPort: string;
  /** Whether any word may be the name of a port, `reload` too. */
  readonly anyWordIsAPort?: true;
  /** A VLAN that no port of such a switch may carry. */
  readonly reservedVlan: number;
  /**
   * Lines, commands or requests, as `typed` shows them: those that set VLANs of a port, the one that opens it, those that read,
   * the saving one (absent: the switch keeps every change by itself).
   */
  readonly lines: {
    readonly vlans: RegExp;
    readonly enable: RegExp;
    readonly read: RegExp;
    readonly save?: RegExp;
  };
  /** What only consoles have: what ends configuring, what ends a session, and the lines that make the terminal wide and endless. */
  readonly console?: { readonly leave: string; readonly logout: string; readonly terminal: RegExp };
  /** Host names that the family takes and that look like something else; `exit` and the like. */
  readonly hostnames?: readonly string[];
}

const label = 'switch-under-test';
const username = 'haas';
const password = 'Tr0ub4dor&3';
const anyKey: HostKeys = { check: () => true };

/** A port with native and tagged VLANs, and one with another native VLAN only. */
export const both: PortState = { native: 101, tagged: [102, 103], enabled: true };
export const other: PortState = { native: 104, tagged: [], enabled: true };

/** What may differ from the ordinary when a session is opened. */
type Opening = Partial<OpenSwitch> & { readonly legacySsh?: boolean };

/** Simulators of one family, and sessions with them over one transport; both end with the test. */
export interface Bench {
  readonly family: Family;
  readonly transport: Service;
  /** Whether the transport is a console: typed at, with prompts. */
  readonly isConsole: boolean;
  /** Whether there is a session that lasts, and not a connection for each request. */
  readonly lasts: boolean;
  readonly label: string;
  readonly username: string;
  start(options?: Partial<SimulatorOptions>): Promise<SimulatedSwitch>;
  /** Ends a simulator before its test does. */
  stop(simulator: SimulatedSwitch): Promise<void>;
  target(simulator: SimulatedSwitch, options?: Opening): OpenSwitch;
  open(simulator: SimulatedSwitch, options?: Opening): Promise<SwitchSession>;
}

/** Makes the bench for a family over a transport. */
export function conformanceBench(family: Family, transport: Service): Bench {
  const stopped = new WeakSet<SimulatedSwitch>();
  const bench: Bench = {
    family,
    transport,
    isConsole: family.console !== undefined && (transport === 'telnet' || transport === 'ssh'),
    lasts: transport === 'telnet' || transport === 'ssh',
    label,
    username,

    async start(options = {}) {
      const made = { hostname: 'lab-sw-01', ports: family.ports, username, password, ...options };
      const simulator = await family.start(made, transport);
      onTestFinished(() => bench.stop(simulator));
      return simulator;
    },

    async stop(simulator) {
      if (stopped.has(simulator)) return;
      stopped.add(simulator);
      await simulator.close();
    },

    target(simulator, { legacySsh = false, ...options } = {}) {
      const access = { ...family.access(simulator, transport, { legacySsh }), label, sealed: 'not used' };
      const { signal } = new AbortController();
      return { access, credentials: { username, password }, hostKeys: anyKey, stateDir: '/nonexistent', signal, ...options };
    },

    async open(simulator, options) {
      const session = await family.driver.open(bench.target(simulator, options));
      onTestFinished(() => session.close());
      return session;
    },
  };
  return bench;
}
