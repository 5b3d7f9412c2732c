import { LAST_VLAN } from '../vlan-list.ts';

/** Looks at a value: null, or what is wrong with it. */
type Check = (value: string) => string | null;

/** Words that may follow at one place of the hierarchy, and what stands behind each. */
export type Place = Readonly<Record<string, Syntax>>;

/** What a word of the configuration is. */
export type Syntax =
  /**
   * `vlan { ... }`: with `presence` it says something even when nothing is in it; with `inline` the word stands before those
   * in it, as in `family inet { ... }`.
   */
  | { readonly kind: 'container'; readonly presence: boolean; readonly inline?: boolean; readonly below: Place }
  /** `interfaces { ge-0/0/1 { ... } }`: whatever follows is a name; `item` is what JSON calls one of them. */
  | { readonly kind: 'entries'; readonly item: string; readonly name: Check; readonly below: Place }
  /** `unit 0 { ... }`: the word stands before each name. */
  | { readonly kind: 'keyed'; readonly name: Check; readonly below: Place }
  /** `vlan-id 100;` */
  | { readonly kind: 'value'; readonly value: Check }
  /** `members [ red blue ];` */
  | { readonly kind: 'values'; readonly value: Check }
  /** `disable;` */
  | { readonly kind: 'flag' };

/** The wording of a word that fits nowhere. */
export const SYNTAX_ERROR = 'syntax error.';

const anything: Check = () => null;

function number(lowest: number, highest: number): Check {
  return (value) => {
    if (!/^\d{1,6}$/.test(value)) return SYNTAX_ERROR;
    const fits = Number(value) >= lowest && Number(value) <= highest;
    return fits ? null : `error: Value ${value} is not within range (${lowest}..${highest})`;
  };
}

function matching(pattern: RegExp, problem: string): Check {
  return (value) => (pattern.test(value) ? null : problem);
}

const description: Syntax = { kind: 'value', value: anything };
const disable: Syntax = { kind: 'flag' };
const unitNumber = number(0, 16_385);

/** Names of interfaces, those of the hardware and those of the software alike; they need not be there to be configured. */
const interfaceName = matching(
  /^((ge|mge|xe|et)-\d{1,2}\/\d\/\d{1,3}(:\d)?|(ae|irb|lo|me|em|fxp|vme)\d*)$/,
  'error: invalid interface type',
);

const vlanName = matching(/^[A-Za-z][\w.-]{0,62}$/, 'error: invalid value: must begin with a letter');

/** A name, a tag, a range of tags, or `all`. */
const member = matching(/^([A-Za-z][\w.-]{0,62}|\d{1,4}(-\d{1,4})?)$/, SYNTAX_ERROR);

/** What switches with ELS know of `interface-mode`; the `port-mode` of older ones is no word here. */
const interfaceMode = matching(/^(access|trunk)$/, SYNTAX_ERROR);

const switching: Place = {
  'interface-mode': { kind: 'value', value: interfaceMode },
  vlan: { kind: 'container', presence: false, below: { members: { kind: 'values', value: member } } },
  'storm-control': { kind: 'value', value: anything },
};

const unit: Place = {
  description,
  disable,
  family: {
    kind: 'container',
    presence: false,
    inline: true,
    below: {
      inet: {
        kind: 'container',
        presence: true,
        below: { dhcp: { kind: 'flag' }, address: { kind: 'values', value: anything } },
      },
      'ethernet-switching': { kind: 'container', presence: true, below: switching },
    },
  },
};

/** What can be configured here: as much of Junos with ELS (EX, QFX; Ethernet Switching User Guide) as ports and VLANs need. */
export const ROOT: Place = {
  interfaces: {
    kind: 'entries',
    item: 'interface',
    name: interfaceName,
    below: {
      description,
      disable,
      'native-vlan-id': { kind: 'value', value: number(0, LAST_VLAN) },
      mtu: { kind: 'value', value: number(256, 9216) },
      unit: { kind: 'keyed', name: unitNumber, below: unit },
    },
  },
  'forwarding-options': {
    kind: 'container',
    presence: false,
    below: {
      'storm-control-profiles': { kind: 'keyed', name: anything, below: { all: { kind: 'flag' } } },
    },
  },
  vlans: {
    kind: 'entries',
    item: 'vlan',
    name: vlanName,
    below: {
      description,
      'vlan-id': { kind: 'value', value: number(1, LAST_VLAN) },
      'l3-interface': { kind: 'value', value: matching(/^irb\.\d+$/, SYNTAX_ERROR) },
    },
  },
};
