import { type CommandService, runCommand } from './command-service.ts';
import type { Console, ConsoleShell } from './console.ts';
import { runSession } from './console-session.ts';
import { type HttpReply, type HttpRequest, startHttpServer } from './http-server.ts';
import { answerRequest, type HttpService } from './http-service.ts';
import { type Listener, OpenConnections } from './loopback-listener.ts';
import { Misbehaviour } from './misbehaviour.ts';
import { type ConfigurationModel, SimulatedDevice } from './simulated-device.ts';
import type { Service, SimulatedSwitch, SwitchFaults } from './simulated-switch.ts';
import type { RunningCommand } from './ssh-commands.ts';
import { startSshServer } from './ssh-server.ts';
import { startTelnetServer } from './telnet-server.ts';
import type { Terminal } from './terminal.ts';

/** What a simulated switch of any family is made of. */
export interface SwitchOptions {
  readonly hostname: string;
  /** Canonical names in the order they are listed. */
  readonly ports: readonly string[];
  readonly username: string;
  readonly password: string;
  /** Public key with which one may log in over SSH too, in the form of an `authorized_keys` line. */
  readonly authorizedKey?: string;
  /** Where the configurations and the SSH host key outlive this process. Without it they do not. */
  readonly stateFile?: string;
  /** TCP port of telnet on the loopback interface; 0, the default, takes a free one. */
  readonly telnetPort?: number;
  /** TCP port of SSH on the loopback interface; 0, the default, takes a free one. */
  readonly sshPort?: number;
  /** TCP port of HTTP or HTTPS on the loopback interface; 0, the default, takes a free one. */
  readonly httpPort?: number;
  /** Milliseconds the disk write of a save takes; 0 by default. */
  readonly saveDelay?: number;
  /** Offers over SSH only what switches of about 2010 can do: SHA-1, CBC and a 1024 bit group. */
  readonly legacySsh?: boolean;
  readonly faults?: SwitchFaults;
  /** Called right after each change of the running configuration, also by a reboot. */
  readonly onChange?: () => void;
}

/** A family of switches: what it remembers and how it is spoken to. */
export interface SimulatedFamily<C, S extends ConsoleShell<C> = ConsoleShell<C>> {
  readonly type: string;
  readonly portName: { readonly pattern: RegExp; readonly example: string };
  /** Sessions it takes at a time unless a fault says otherwise. */
  readonly sessions: number;
  readonly model: ConfigurationModel<C>;
  /** The command line, over telnet and SSH. */
  readonly console?: Console<C, S>;
  /** Commands over SSH without a shell. */
  readonly commands?: CommandService<C>;
  /** Requests over HTTP or HTTPS. */
  readonly http?: HttpService<C>;
}

/**
 * Starts a simulated switch on the loopback interface. With a state file it goes on with the running configuration it had:
 * stopping the simulator is not switching off the switch; that is `reboot`. Rejects if a TCP port is taken, a port name is not
 * canonical, or the state file is not one of this family.
 */
export async function startSwitch<C, S extends ConsoleShell<C>>(
  family: SimulatedFamily<C, S>,
  options: SwitchOptions,
): Promise<SimulatedSwitch> {
  const { hostname, ports, saveDelay = 0, legacySsh = false, stateFile: file, onChange } = options;
  const wrong = ports.find((name) => !family.portName.pattern.test(name));
  if (wrong !== undefined) {
    throw new Error(`${wrong} is not the canonical name of a port, such as ${family.portName.example}`);
  }
  const faults: SwitchFaults = { ...options.faults };
  const device = new SimulatedDevice(family.model, { hostname, ports, saveDelay, file, legacySsh, onChange });
  const typed: string[] = [];
  const connections = new OpenConnections(() => faults.maxSessions ?? family.sessions);
  const listeners = await listen(family, options, { device, misbehaviour: new Misbehaviour(faults), typed, connections });
  let closing: Promise<void> | undefined;

  return {
    type: family.type,
    faults,
    typed,
    get sessions() {
      return connections.count;
    },
    get sessionsEver() {
      return connections.ever;
    },
    tcpPort(service) {
      const listener = listeners.get(service);
      if (listener === undefined) throw new Error(`${hostname} has no ${service}`);
      return listener.port;
    },
    port(name) {
      const port = family.model.port(device.running, name);
      if (port === null) throw new Error(`${hostname} has no port ${name}`);
      return port;
    },
    vlans: () => family.model.vlans(device.running),
    unsaved: () => device.unsaved,
    endSessions: () => connections.endAll(),
    async reboot() {
      await connections.endAll();
      device.reboot();
    },
    close() {
      device.stop();
      closing ??= closeAll(listeners, connections);
      return closing;
    },
  };
}

/** What the services of one switch share. */
interface Inside<C> {
  readonly device: SimulatedDevice<C>;
  readonly misbehaviour: Misbehaviour;
  readonly typed: string[];
  readonly connections: OpenConnections;
}

/** Begins to listen for whatever the family offers: all of it or, if one port is taken, nothing. */
async function listen<C, S extends ConsoleShell<C>>(
  { console, commands, http }: SimulatedFamily<C, S>,
  { username, password, authorizedKey, telnetPort = 0, sshPort = 0, httpPort = 0, legacySsh: legacy = false }: SwitchOptions,
  { device, misbehaviour, typed, connections }: Inside<C>,
): Promise<Map<Service, Listener>> {
  const setting = { device, misbehaviour, username, password, onLine: (line: string) => typed.push(line) };
  const listeners = new Map<Service, Listener>();
  try {
    const onTerminal = console && ((terminal: Terminal) => void runSession(terminal, { ...setting, console }));
    if (onTerminal) listeners.set('telnet', await startTelnetServer(telnetPort, connections, onTerminal));
    if (console || commands) {
      const login = {
        username,
        password,
        authorizedKey,
        asks: console?.sshLogin ?? 'protocol',
        title: console?.login.title ?? '',
        // A console waits in its session, so that the delay is the same over telnet.
        delay: () => (console ? 0 : (misbehaviour.faults.loginDelay ?? 0)),
      };
      const onCommand =
        commands && ((command: string, running: RunningCommand) => void runCommand(command, running, { ...setting, commands }));
      const { hostKey } = device;
      const service = { login, hostKey, legacy, onTerminal, onCommand };
      listeners.set('ssh', await startSshServer(sshPort, service, connections));
    }
    if (http) {
      const { realm, tls } = http;
      const onRequest = (request: HttpRequest, reply: HttpReply) => void answerRequest(request, reply, { ...setting, http });
      const identity = tls ? device.tlsIdentity : undefined;
      const login = { username, password, realm, onRequest };
      listeners.set(tls ? 'https' : 'http', await startHttpServer(httpPort, login, connections, identity));
    }
  } catch (error) {
    await closeAll(listeners, connections);
    throw error;
  }
  return listeners;
}

async function closeAll(listeners: ReadonlyMap<Service, Listener>, connections: OpenConnections): Promise<void> {
  const closed = [...listeners.values()].map((listener) => listener.close());
  await connections.endAll();
  await Promise.all(closed);
}
