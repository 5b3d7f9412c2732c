import { z } from 'zod';
import { transport } from './access.ts';
import { type SwitchFamily, vlanRange } from './family.ts';
import { consoleFields, consoleSettings, dummyVlan, portOfTransport, sorted, vlanField, wholeLogin } from './registration.ts';

/** VLANs of FDDI and token ring, which IOS makes by itself and lets nobody have. */
const legacyVlans = vlanRange(1002, 1005);

const usable = (vlan: number) => !legacyVlans.includes(vlan);
const notUsable = 'must not be one of 1002 to 1005, which IOS keeps for itself';

/** The settings of a Catalyst that are no secret; the driver parses a signed command's settings with the same schema. */
export const ciscoIosSettings = z.strictObject({
  ...consoleSettings,
  dummy_vlan: z.int().min(2).max(4094).refine(usable, notUsable).meta(dummyVlan),
});

const registration = z
  // The predecessor knew no such switch, so nobody expects telnet where none is named.
  .strictObject({ ...consoleFields, transport: transport.default('ssh'), dummy_vlan: vlanField.refine(usable, notUsable) })
  .superRefine(wholeLogin)
  .transform((fields) => sorted(fields, portOfTransport[fields.transport]));

/** Every kind of Ethernet port, and what IOS cuts its name down to in tables (IOS 12.2 to IOS-XE 17). */
const kinds: readonly (readonly [name: string, short: string])[] = [
  ['Ethernet', 'Et'],
  ['FastEthernet', 'Fa'],
  ['GigabitEthernet', 'Gi'],
  ['TwoGigabitEthernet', 'Tw'],
  ['FiveGigabitEthernet', 'Fi'],
  ['TenGigabitEthernet', 'Te'],
  ['TwentyFiveGigE', 'Twe'],
  ['FortyGigabitEthernet', 'Fo'],
  ['FiftyGigE', 'Fif'],
  ['HundredGigE', 'Hu'],
  ['TwoHundredGigE', 'TwoH'],
  ['FourHundredGigE', 'Fou'],
];

function kindOf(letters: string): string | undefined {
  const typed = letters.toLowerCase();
  const short = kinds.find((kind) => kind[1].toLowerCase() === typed);
  if (short) return short[0];
  const begun = kinds.filter(([name]) => name.toLowerCase().startsWith(typed));
  return begun.length === 1 ? begun[0]?.[0] : undefined;
}

/**
 * Cisco Catalyst, IOS and IOS-XE. `dummy_vlan` is a VLAN that does not exist on the switch and stands where no native VLAN is wanted.
 */
export const ciscoIos: SwitchFamily = {
  type: 'cisco_ios',
  extension: 'haas.ext.switches.cisco_ios',
  registration,
  settings: ciscoIosSettings,
  canonicalPort(label) {
    // Slot and port, before them perhaps the member of a stack, before that the chassis of a pair.
    const [, letters = '', numbers = ''] = /^([a-z]{1,20}) ?(\d{1,3}(?:\/\d{1,3}){1,3})$/i.exec(label) ?? [];
    const kind = letters === '' ? undefined : kindOf(letters);
    if (kind === undefined) return null;
    return `${kind}${numbers.split('/').map(Number).join('/')}`;
  },
  portNames: 'GigabitEthernet1/0/5, Te1/1/1 or Fa0/1',
  // VLAN 1 cannot be removed.
  reservedVlans: (settings) => [1, ...legacyVlans, ciscoIosSettings.parse(settings).dummy_vlan],
  capabilities: ['nativeless-trunk-mode'],
};
