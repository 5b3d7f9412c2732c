import { z } from 'zod';
import { type SwitchFamily, vlanRange } from './family.ts';
import { consoleFields, consoleSettings, dummyVlan, portOfTransport, sorted, vlanField, wholeLogin } from './registration.ts';

/** The highest VLAN that DNOS 6 knows; it keeps the two above for itself. */
export const lastDellN3000Vlan = 4093;

/** The settings of an N-series switch that are no secret; the driver parses a signed command's settings with the same schema. */
export const delln3000Settings = z.strictObject({
  ...consoleSettings,
  dummy_vlan: z.int().min(2).max(lastDellN3000Vlan).meta(dummyVlan),
});

const registration = z
  .strictObject({
    ...consoleFields,
    dummy_vlan: vlanField.pipe(z.int().max(lastDellN3000Vlan, `must be a VLAN id, 2 to ${lastDellN3000Vlan}`)),
  })
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport[fields.transport]));

const portName = /^(gi|gigabitethernet|te|tengigabitethernet|fo|fortygigabitethernet|tw) ?(\d{1,2})\/(?:(\d{1,2})\/)?(\d{1,3})$/i;

/**
 * Dell N-series (N1500 to N4000), DNOS 6. `dummy_vlan` is a VLAN that carries nothing and stands where no native VLAN is wanted;
 * unlike that of a Nexus it exists on the switch, and HaaS makes it when it needs it.
 */
export const delln3000: SwitchFamily = {
  type: 'delln3000',
  extension: 'hil.ext.switches.n3000',
  registration,
  settings: delln3000Settings,
  canonicalPort(label) {
    const [, kind, ...groups] = portName.exec(label) ?? [];
    if (kind === undefined) return null;
    const numbers = groups.filter((part) => part !== undefined).map(Number);
    if (numbers.at(-1) === 0) return null;
    return `${kind.charAt(0).toUpperCase()}${kind.charAt(1).toLowerCase()}${numbers.join('/')}`;
  },
  portNames: 'Gi1/0/5, Te1/0/2, Fo1/1/1 or Tw1/0/1',
  reservedVlans: (settings) => [1, ...vlanRange(lastDellN3000Vlan + 1, 4094), delln3000Settings.parse(settings).dummy_vlan],
  capabilities: ['nativeless-trunk-mode'],
};
