/** What is to be known of the switches of one of HIL's drivers, besides what stands in its table. */
export interface HilDriver {
  /** The table of its fields. */
  readonly table: 'nexus' | 'power_connect55xx' | 'dell_n3000' | 'brocade' | 'dellnos9' | 'mock_switch' | 'ovs';
  /** What its ports are called. */
  readonly ports: RegExp;
  /** The VLANs that such a switch keeps for itself: the first and the last of each range. VLAN 1 is never a network's. */
  readonly keeps: readonly (readonly [first: number, last: number])[];
}

const slots = '\\d{1,3}/\\d{1,3}(?:/\\d{1,3})?';

/** HIL's drivers, by the short names of their types. The API refuses the same; here it is found before anything is sent. */
export const hilDrivers: Readonly<Record<string, HilDriver>> = {
  mock: { table: 'mock_switch', ports: new RegExp(`^(?:gi|te)${slots}$`), keeps: [] },
  nexus: { table: 'nexus', ports: new RegExp(`^[eE]thernet${slots}$`), keeps: [[3968, 4094]] },
  powerconnect55xx: { table: 'power_connect55xx', ports: new RegExp(`^(?:gi|te)${slots}$`), keeps: [] },
  delln3000: { table: 'dell_n3000', ports: new RegExp(`^(?:gi|te|fo)${slots}$`, 'i'), keeps: [[4094, 4094]] },
  brocade: {
    table: 'brocade',
    ports: new RegExp(`^${slots}$`),
    keeps: [
      [1002, 1002],
      [4087, 4094],
    ],
  },
  dellnos9: { table: 'dellnos9', ports: new RegExp(`^${slots}$`), keeps: [[4094, 4094]] },
  ovs: { table: 'ovs', ports: /^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,62}$/, keeps: [] },
};
