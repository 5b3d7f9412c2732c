import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './program.ts';

/** The bridge that is the switch of the site. */
export const BRIDGE = 'br0';

/** A running Open vSwitch with its userspace datapath. */
export interface OpenVSwitch {
  readonly version: string;
  /** Runs `ovs-vsctl` and answers what it printed. Throws LabError. */
  vsctl(...words: string[]): Promise<string>;
  /** The names of the bridge's ports. */
  ports(): Promise<string[]>;
  /** Makes a tap device for a virtual machine, and a port of it that is in no VLAN. */
  addTap(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Open vSwitch where its programs look for it, with everything that it keeps in `folder`. Throws LabError. */
export async function startOpenVSwitch(folder: string): Promise<OpenVSwitch> {
  const runFolder = '/run/openvswitch';
  const socket = `unix:${runFolder}/db.sock`;
  await mkdir(runFolder, { recursive: true });
  const database = join(folder, 'conf.db');
  const daemon = (name: string) => [
    '--detach',
    '--no-chdir',
    '-vconsole:off',
    `--pidfile=${runFolder}/${name}.pid`,
    `--unixctl=${runFolder}/${name}.ctl`,
    `--log-file=${join(folder, `${name}.log`)}`,
  ];
  const vsctl = (...words: string[]) => run('ovs-vsctl', ['--timeout=20', ...words]);
  const tell = (name: string, order: string) => run('ovs-appctl', ['-t', `${runFolder}/${name}.ctl`, order]);

  await run('ovsdb-tool', ['create', database, '/usr/share/openvswitch/vswitch.ovsschema']);
  await run('ovsdb-server', [database, `--remote=p${socket}`, ...daemon('ovsdb-server')]);
  await vsctl('--no-wait', 'init');
  await run('ovs-vswitchd', [socket, ...daemon('ovs-vswitchd')]);
  await vsctl('add-br', BRIDGE, '--', 'set', 'bridge', BRIDGE, 'datapath_type=netdev');
  const version = /\(Open vSwitch\) (\S+)/.exec(await vsctl('--version'))?.[1] ?? 'of an unknown version';

  return {
    version,
    vsctl,
    ports: async () => (await vsctl('list-ports', BRIDGE)).split('\n').filter((name) => name !== ''),
    async addTap(name) {
      await run('ip', ['tuntap', 'add', name, 'mode', 'tap']);
      await run('ip', ['link', 'set', name, 'up']);
      // A port that nobody configured carries every VLAN: no moment may pass before it is shut.
      const shut = ['vlan_mode=trunk', 'trunks=4095', 'protected=true', 'external_ids:haas-shut=true'];
      await vsctl('add-port', BRIDGE, name, '--', 'set', 'port', name, ...shut);
    },
    async stop() {
      await tell('ovs-vswitchd', 'exit');
      await tell('ovsdb-server', 'exit');
    },
  };
}
