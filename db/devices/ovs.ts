import { z } from 'zod';
import { loginFields } from './access.ts';
import type { SwitchFamily } from './family.ts';
import { addressFields, consoleSettings, LOCALHOST, sorted, wholeLogin } from './registration.ts';

/** `local`: the agent runs the commands itself, on the machine that it runs on. */
const transport = z.enum(['local', 'ssh']).meta({
  description: "How the switch is reached: on the agent's own machine, or by SSH",
  examples: ['ssh'],
});

/** A network device, or what Open vSwitch takes for one: nothing that means more than itself to a program. */
const deviceName = /^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,62}$/;

/** Where `ovs-vsctl --db` finds the database: a UNIX socket, for the protocol has no login. */
const database = z
  .string()
  .max(120)
  .regex(
    /^unix:(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9_.@+-]+)+$/,
    'must be the socket of the database, like unix:/run/openvswitch/db.sock',
  )
  .nullable()
  .meta({
    description: 'Socket of the database of Open vSwitch; null: the usual one',
    examples: ['unix:/run/openvswitch/db.sock'],
  });

const bridge = z
  .string()
  .regex(deviceName, 'must be the name of a bridge, like br0')
  .nullable()
  .meta({ description: 'Bridge whose ports these are; null: any bridge of the database', examples: ['br0'] });

const sudo = z.boolean().meta({ description: 'Whether the commands are run by sudo', examples: [false] });

/** The settings of an Open vSwitch that are no secret; the driver parses a signed command's settings with the same schema. */
export const ovsSettings = z.strictObject({
  transport,
  legacy_ssh: consoleSettings.legacy_ssh,
  sudo,
  database,
  ovs_bridge: bridge,
});

/** The names by which a machine means itself. The first is the one that is kept, for the agent's policy to know it by. */
const self = [LOCALHOST, '127.0.0.1', '::1'];

/** Stands for a TCP port where none is dialled: two switches of one machine differ in it. It is the one registered for OVSDB. */
const localPort = 6640;

const registration = z
  .strictObject({
    ...addressFields,
    ...loginFields,
    transport: transport.optional(),
    legacy_ssh: consoleSettings.legacy_ssh.default(false),
    sudo: sudo.default(false),
    database: database.default(null),
    ovs_bridge: bridge.default(null),
  })
  .transform((fields) => ({ ...fields, transport: fields.transport ?? (self.includes(fields.hostname) ? 'local' : 'ssh') }))
  .superRefine((fields, context) => {
    if (fields.transport === 'ssh') wholeLogin(fields, context);
    else if (!self.includes(fields.hostname))
      context.addIssue({ code: 'custom', path: ['hostname'], message: `must be ${LOCALHOST} with "transport": "local"` });
  })
  .transform(({ username, password, private_key, enable_password: _unused, ...fields }) => {
    if (fields.transport === 'ssh') return sorted({ ...fields, username, password, private_key }, 22);
    // On its own machine the agent is who it is: a login that nobody asks for is not kept.
    return sorted({ ...fields, hostname: LOCALHOST, username: 'local', password: '' }, localPort);
  });

/** Open vSwitch, driven by `ovs-vsctl` on the agent's own machine or over SSH. */
export const ovs: SwitchFamily = {
  type: 'ovs',
  extension: 'hil.ext.switches.ovs',
  registration,
  settings: ovsSettings,
  canonicalPort: (label) => (deviceName.test(label) ? label : null),
  portNames: 'the name of the port in Open vSwitch, like eth2 or tap-node3',
  // Another database is another switch.
  namingSettings: ['database'],
  // Open vSwitch keeps none for itself. A port that nobody configured carries every VLAN there is: as one of them
  // is never a network's, that can never be what somebody wants.
  reservedVlans: () => [1],
  capabilities: ['nativeless-trunk-mode'],
};
