import { type Configuration, LAST_VLAN, memberships, membersOf, type PortMode } from './configuration.ts';

/** Changes a configuration, or says why not. The texts are those of config/vlan.py and config/switchport.py of sonic-utilities. */
export type Change = (configuration: Configuration) => string | null;

/** `config vlan add` */
export function addVlan(vlan: number): Change {
  return ({ vlans }) => {
    if (!isInRange(vlan)) return outOfRange(vlan);
    if (vlan === 1) return 'Vlan1 is default VLAN';
    if (vlans[vlan] !== undefined) return `Vlan${vlan} already exists.`;
    vlans[vlan] = { addresses: [] };
    return null;
  };
}

/** `config vlan del`: only of a VLAN without addresses and without members. */
export function deleteVlan(vlan: number): Change {
  return (configuration) => {
    if (!isInRange(vlan)) return outOfRange(vlan);
    const known = configuration.vlans[vlan];
    if (known === undefined) return `Vlan${vlan} does not exist`;
    if (known.addresses.length > 0) return `Vlan${vlan} can not be removed. First remove IP addresses assigned to this VLAN`;
    if (membersOf(configuration, vlan).length > 0) {
      return `VLAN ID ${vlan} can not be removed. First remove all members assigned to this VLAN.`;
    }
    delete configuration.vlans[vlan];
    return null;
  };
}

/** `config vlan member add` */
export function addMember(vlan: number, name: string, way: 'tagged' | 'untagged'): Change {
  return (configuration) => {
    if (vlan === 1) return 'Vlan1 is default VLAN';
    if (!isInRange(vlan)) return outOfRange(vlan);
    if (configuration.vlans[vlan] === undefined) return `Vlan${vlan} does not exist`;
    const port = configuration.ports[name];
    if (port === undefined) return `${name} does not exist`;
    if (port.members[vlan] !== undefined) return `${name} is already a member of Vlan${vlan}`;
    if (port.addresses.length > 0) return `${name} is a router interface!`;
    if (way === 'untagged' && memberships(port, 'untagged').length > 0) return `${name} is already untagged member!`;
    if (port.mode === 'routed') return `${name} is in routed mode!\nUse switchport mode command to change port mode`;
    if (port.mode === 'access' && way === 'tagged') return `${name} is in access mode! Tagged Members cannot be added`;
    port.members[vlan] = way;
    return null;
  };
}

/** `config vlan member del` */
export function deleteMember(vlan: number, name: string): Change {
  return ({ vlans, ports }) => {
    if (!isInRange(vlan)) return outOfRange(vlan);
    if (vlans[vlan] === undefined) return `Vlan${vlan} does not exist`;
    const port = ports[name];
    if (port?.members[vlan] === undefined) return `${name} is not a member of Vlan${vlan}`;
    delete port.members[vlan];
    return null;
  };
}

/** `config switchport mode` */
export function switchMode(mode: PortMode, name: string): Change {
  return ({ ports }) => {
    const port = ports[name];
    if (port === undefined) return `${name} does not exist`;
    if (port.addresses.length > 0) return `${name} is a router interface!`;
    if (port.mode === mode) return `${name} is already in ${mode === 'routed' ? '' : 'the '}${mode} mode`;
    const tagged = memberships(port, 'tagged').length > 0;
    if (mode === 'access' && tagged) {
      return `${name} is in trunk mode and have tagged member(s).\nRemove tagged member(s) from ${name} to switch to access mode`;
    }
    if (mode === 'routed' && tagged) return `${name} has tagged member(s). \nRemove them to change mode to routed`;
    if (mode === 'routed' && memberships(port, 'untagged').length > 0) {
      return `${name} has untagged member. \nRemove it to change mode to routed`;
    }
    port.mode = mode;
    return null;
  };
}

/** One change after the other until one is refused; those before it stay, as SONiC leaves them. */
export function each(changes: readonly Change[]): Change {
  return (configuration) => {
    for (const change of changes) {
      const refusal = change(configuration);
      if (refusal !== null) return refusal;
    }
    return null;
  };
}

function isInRange(vlan: number): boolean {
  return vlan > 0 && vlan <= LAST_VLAN;
}

function outOfRange(vlan: number): string {
  return `Invalid VLAN ID ${vlan} (2-${LAST_VLAN})`;
}
