import { OpenConnections } from './loopback-listener.ts';
import { nexusCommands } from './nexus-cli.ts';
import { existingVlans, forwarding } from './nexus-config.ts';
import { NexusDevice } from './nexus-device.ts';
import { LOGIN_TITLE } from './nexus-login.ts';
import { runSession } from './nexus-session.ts';
import type { SimulatedSwitch, SwitchFaults } from './simulated-switch.ts';
import { startSshServer } from './ssh-server.ts';
import { startTelnetServer } from './telnet-server.ts';
import type { Terminal } from './terminal.ts';

const PORT_NAME = /^Ethernet\d{1,3}\/(\d{1,2}\/)?\d{1,3}$/;

/** Sessions a Nexus takes unless it is told another number. */
const DEFAULT_SESSIONS = 32;

/** What a simulated Nexus 5000 is made of. */
export interface NexusOptions {
  readonly hostname: string;
  /** Canonical names, `Ethernet1/3` or `Ethernet101/1/3`, in the order they are listed. */
  readonly ports: readonly string[];
  readonly username: string;
  readonly password: string;
  /** Where the configurations and the SSH host key outlive this process. Without it they do not. */
  readonly stateFile?: string;
  /** TCP port of telnet on the loopback interface; 0, the default, takes a free one. */
  readonly telnetPort?: number;
  /** TCP port of SSH on the loopback interface; 0, the default, takes a free one. */
  readonly sshPort?: number;
  /** Milliseconds the disk write of a save takes after its progress bar has ended; 0 by default. */
  readonly saveDelay?: number;
  /** Offers over SSH only what switches of about 2010 can do: SHA-1, CBC and a 1024 bit group. */
  readonly legacySsh?: boolean;
  readonly faults?: SwitchFaults;
}

/**
 * Starts a simulated Cisco Nexus 5000 (NX-OS 7.3) on the loopback interface. With a state file it goes on with the running
 * configuration it had: stopping the simulator is not switching off the switch; that is `reboot`. Rejects if a TCP port is
 * taken, a port name is not canonical, or the state file is not one of a Nexus.
 */
export async function startNexus(options: NexusOptions): Promise<SimulatedSwitch> {
  const { hostname, ports, username, password, telnetPort = 0, sshPort = 0, saveDelay = 0, legacySsh = false } = options;
  const wrong = ports.find((name) => !PORT_NAME.test(name));
  if (wrong !== undefined) throw new Error(`${wrong} is not the canonical name of a port, such as Ethernet1/3`);
  const faults: SwitchFaults = { ...options.faults };
  const device = new NexusDevice({ hostname, ports, saveDelay, file: options.stateFile, legacySsh });
  const commands = nexusCommands(ports);
  const typed: string[] = [];
  const setting = { device, commands, faults, username, password, onLine: (line: string) => typed.push(line) };
  const connections = new OpenConnections(() => faults.maxSessions ?? DEFAULT_SESSIONS);
  const onTerminal = (terminal: Terminal) => {
    void runSession(terminal, setting);
  };
  const telnet = await startTelnetServer(telnetPort, connections, onTerminal);
  const login = { username, password, hostKey: device.hostKey, legacy: legacySsh, title: LOGIN_TITLE };
  const ssh = await startSshServer(sshPort, login, connections, onTerminal).catch(async (error: unknown) => {
    await telnet.close();
    throw error;
  });

  const close = async () => {
    device.stop();
    const closed = [telnet.close(), ssh.close()];
    await connections.endAll();
    await Promise.all(closed);
  };
  let closing: Promise<void> | undefined;

  return {
    type: 'nexus',
    telnetPort: telnet.port,
    sshPort: ssh.port,
    faults,
    typed,
    get sessions() {
      return connections.count;
    },
    get sessionsEver() {
      return connections.ever;
    },
    port(name) {
      const port = device.running.ports[name];
      if (port === undefined) throw new Error(`${hostname} has no port ${name}`);
      return forwarding(device.running, port);
    },
    vlans: () => existingVlans(device.running),
    unsaved: () => device.unsaved,
    async reboot() {
      await connections.endAll();
      device.reboot();
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
