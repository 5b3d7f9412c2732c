import { EVERY_VLAN, formatVlanList, parseVlanList } from '../vlan-list.ts';
import {
  ALL_ALLOWED,
  type Configuration,
  FCOE_VLAN,
  freshSwitchport,
  LAST_VLAN,
  listed,
  MODES,
  type PortConfiguration,
  type Switchport,
} from './configuration.ts';
import { invalidValue } from './refused.ts';

/** A port being changed, with the configuration it is part of: a copy, which is thrown away if anything is refused. */
export interface Edit {
  readonly configuration: Configuration;
  readonly port: PortConfiguration;
  /** Whether VLANs have to be made before a port may have them. If not, that makes them. */
  readonly vlanMustExist: boolean;
}

/** A value of a port: shown unless null. */
interface Leaf {
  readonly value: (port: PortConfiguration) => string | null;
  readonly set: (edit: Edit, text: string) => void;
  readonly remove?: (port: PortConfiguration) => void;
}

/** What holds values. It is there, or made by `create`. */
export interface Container {
  readonly exists: (port: PortConfiguration) => boolean;
  readonly create?: (port: PortConfiguration) => void;
  readonly remove?: (port: PortConfiguration) => void;
  readonly children: Readonly<Record<string, Leaf | Container>>;
}

/** Values and what holds them, as they are named in paths and bodies, in the order they are shown. */
export type Resource = Leaf | Container;

/** A container that is always empty. */
const nothing = (exists: Container['exists']): Container => ({ exists, children: {} });

const isTrunk = ({ switchport }: PortConfiguration) => switchport !== null && switchport.mode !== 'access';

/** Changes what is configured in layer 2, if the port is there. */
const inLayer2 = (port: PortConfiguration, edit: (switchport: Switchport) => void) => {
  if (port.switchport !== null) edit(port.switchport);
};

const mode: Container = {
  exists: ({ switchport }) => switchport !== null,
  children: {
    'vlan-mode': {
      value: ({ switchport }) => switchport?.mode ?? null,
      set({ port }, text) {
        const wanted = MODES.find((each) => each === text);
        if (wanted === undefined) throw invalidValue(`"${text}" is not a valid value for vlan-mode`);
        // Setting the mode that is set already changes nothing; another one begins afresh.
        if (port.switchport?.mode !== wanted) port.switchport = freshSwitchport(wanted);
      },
      remove: (port) => {
        port.switchport = freshSwitchport();
      },
    },
    'private-vlan': { ...nothing(({ switchport }) => switchport !== null), children: { trunk: nothing(() => true) } },
  },
};

const access: Container = {
  exists: ({ switchport }) => switchport?.mode === 'access',
  children: {
    vlan: {
      value: ({ switchport }) => (switchport?.mode === 'access' ? String(switchport.access) : null),
      set: (edit, text) => inLayer2(edit.port, (switchport) => (switchport.access = oneVlan(edit, text))),
      remove: (port) => inLayer2(port, (switchport) => (switchport.access = 1)),
    },
  },
};

/** A word about the list of allowed VLANs: none of them but `add` and `all` is shown afterwards. */
const listWord = (change: (allowed: string, edit: Edit, text: string) => string): Leaf => ({
  value: () => null,
  set: (edit, text) => inLayer2(edit.port, (switchport) => (switchport.allowed = change(switchport.allowed, edit, text))),
});

const closeList = (port: PortConfiguration) => inLayer2(port, (switchport) => (switchport.allowed = ''));

const allowedVlans: Container = {
  exists: isTrunk,
  remove: closeList,
  children: {
    all: {
      ...listWord((_allowed, _edit, text) => (flag(text) ? ALL_ALLOWED : '')),
      value: ({ switchport }) => (switchport?.allowed === ALL_ALLOWED ? 'true' : null),
      remove: closeList,
    },
    none: listWord((allowed, _edit, text) => (flag(text) ? '' : allowed)),
    add: {
      ...listWord((allowed, edit, text) => changed(allowed, 'add', vlans(edit, text))),
      value: ({ switchport }) => (switchport?.allowed === ALL_ALLOWED ? null : switchport?.allowed || null),
      remove: closeList,
    },
    except: listWord((_allowed, edit, text) => changed(ALL_ALLOWED, 'remove', vlans(edit, text))),
    // Unlike `add` it takes VLANs that are not there.
    remove: listWord((allowed, _edit, text) => changed(allowed, 'remove', numbers(text))),
  },
};

const trunk: Container = {
  exists: isTrunk,
  remove: (port) => inLayer2(port, (switchport) => (port.switchport = freshSwitchport(switchport.mode))),
  children: {
    allowed: {
      exists: isTrunk,
      children: { 'rspan-vlan': nothing(isTrunk), vlan: allowedVlans },
    },
    tag: {
      exists: isTrunk,
      children: {
        'native-vlan': {
          value: ({ switchport }) => (switchport?.tagNative ? 'true' : null),
          set: ({ port }, text) => inLayer2(port, (switchport) => (switchport.tagNative = flag(text))),
          remove: (port) => inLayer2(port, (switchport) => (switchport.tagNative = false)),
        },
      },
    },
    'native-vlan': {
      value: ({ switchport }) => (switchport?.native == null ? null : String(switchport.native)),
      set: (edit, text) =>
        inLayer2(edit.port, (switchport) => {
          if (switchport.mode !== 'trunk') throw invalidValue('the native VLAN cannot be set in this mode');
          switchport.native = oneVlan(edit, text);
        }),
      remove: (port) => inLayer2(port, (switchport) => (switchport.native = null)),
    },
  },
};

/** What is below `.../interface/TenGigabitEthernet/%22104/0/10%22` (as captured by HIL; what it never asked for, as its manuals name it). */
export const portSchema: Container = {
  exists: () => true,
  children: {
    description: {
      value: ({ description }) => description || null,
      set: ({ port }, text) => {
        port.description = text;
      },
      remove: (port) => {
        port.description = '';
      },
    },
    switchport: {
      exists: ({ switchport }) => switchport !== null,
      create: (port) => {
        port.switchport = freshSwitchport();
      },
      remove: (port) => {
        port.switchport = null;
      },
      children: { mode, access, trunk },
    },
    shutdown: {
      value: ({ shutdown }) => (shutdown ? 'true' : null),
      set: ({ port }, text) => {
        port.shutdown = flag(text);
      },
      remove: (port) => {
        port.shutdown = false;
      },
    },
  },
};

function flag(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw invalidValue(`"${text}" is neither true nor false`);
  return text === 'true';
}

function changed(list: string, change: 'add' | 'remove', vlans: readonly number[]): string {
  const chosen = new Set(listed(list));
  for (const vlan of vlans) {
    if (change === 'add') chosen.add(vlan);
    else chosen.delete(vlan);
  }
  return formatVlanList(EVERY_VLAN.filter((vlan) => chosen.has(vlan)));
}

function numbers(text: string): readonly number[] {
  const parsed = parseVlanList(text);
  if (parsed === null) throw invalidValue(`"${text}" is not a valid VLAN list`);
  return parsed;
}

/** VLANs that a port may have; they exist afterwards. */
function vlans({ configuration, vlanMustExist }: Edit, text: string): readonly number[] {
  const wanted = numbers(text);
  if (wanted.some((vlan) => vlan > LAST_VLAN || vlan === FCOE_VLAN)) throw invalidValue(`"${text}": VLAN is reserved`);
  const missing = wanted.filter((vlan) => !configuration.vlans.includes(vlan));
  if (vlanMustExist && missing.length > 0) throw invalidValue(`VLAN ${formatVlanList(missing)} does not exist`);
  configuration.vlans = [...configuration.vlans, ...missing].sort((a, b) => a - b);
  return wanted;
}

function oneVlan(edit: Edit, text: string): number {
  const [vlan, ...more] = vlans(edit, text);
  if (vlan === undefined || more.length > 0) throw invalidValue(`"${text}" is not a VLAN`);
  return vlan;
}
