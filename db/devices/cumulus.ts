import { z } from 'zod';
import { type SwitchFamily, vlanRange } from './family.ts';
import { portOfTransport, sorted, sshFields, sshSettings, wholeLogin } from './registration.ts';

const bridge = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,14}$/, 'must be the name of a bridge, like br_default')
  .meta({ description: 'VLAN-aware bridge that the ports are put in', examples: ['br_default'] });

/** The settings of a Cumulus switch that are no secret; the driver parses a signed command's settings with the same schema. */
export const cumulusSettings = z.strictObject({
  ...sshSettings,
  bridge,
});

const registration = z
  .strictObject({ ...sshFields, bridge: bridge.default('br_default') })
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport.ssh));

/** A port of the front panel, or a part of one that is broken out. */
const portName = /^swp ?(\d{1,3})(?:s([0-7]))?$/i;

/** NVIDIA Cumulus Linux 5, driven by NVUE (`nv`). */
export const cumulus: SwitchFamily = {
  type: 'cumulus',
  extension: 'haas.ext.switches.cumulus',
  registration,
  settings: cumulusSettings,
  canonicalPort(label) {
    const [, port, part] = portName.exec(label) ?? [];
    if (port === undefined || Number(port) === 0) return null;
    return `swp${Number(port)}${part === undefined ? '' : `s${part}`}`;
  },
  portNames: 'swp1, or swp1s0 where the port is broken out',
  // 1 is the bridge's own untagged VLAN; the rest are the defaults of what the switch takes for itself: 3725 to 3999 for
  // the data plane and 4000 to 4064 for layer 3 VNIs (user guide, "reserved VLAN range").
  reservedVlans: () => [1, ...vlanRange(3725, 4064)],
  capabilities: ['nativeless-trunk-mode'],
};
