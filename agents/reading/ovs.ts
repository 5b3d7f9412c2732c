import { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { column } from './ovsdb.ts';
import { parseVlans } from './vlan-list.ts';

/**
 * A number that no frame should have for its VLAN (IEEE 802.1Q reserves it). A port that trunks it and nothing else takes no frame
 * of a real VLAN, and none without a tag: an empty list would mean all VLANs.
 */
export const NO_VLAN = 4095;

/** What HaaS notes in `external_ids` of a port: the VLANs last wanted, as lists of text, and that it is shut. */
export const noted = { native: 'haas-native', tagged: 'haas-tagged', shut: 'haas-shut' } as const;

const vlan = z.int().min(0).max(4095);

/** The columns of table Port that tell what a port forwards. */
export const portRow = z.object({
  _uuid: column.uuid,
  name: column.text,
  interfaces: column.setOf(column.uuid),
  tag: column.oneOf(vlan),
  trunks: column.setOf(vlan),
  vlan_mode: column.oneOf(column.text),
  protected: column.flag,
  external_ids: column.map,
});
type PortRow = Pick<z.output<typeof portRow>, 'tag' | 'trunks' | 'vlan_mode' | 'protected' | 'external_ids'>;

/** What frames meet at a port whose row this is: `isOff` where no frame passes, and none of a number that is no VLAN's. */
interface Forwarding {
  readonly native: number | null;
  readonly tagged: number[];
  readonly isOff: boolean;
}

const allVlans: readonly number[] = parseVlans('all') ?? [];

/**
 * What a port forwards by its row, as ovs-vswitchd.conf.db(5) and `bundle_set` of ovs-vswitchd have it, or why that is no state
 * of a port. Frames without a tag, or with priority only, are of VLAN 0 unless the port says otherwise, and VLAN 0 is a VLAN
 * like others: a port that takes part in it has no native VLAN that could be told. Where a port carries all VLANs that is left
 * untold: such a port is never what somebody wants.
 */
function forwardingOf(row: Omit<PortRow, 'external_ids'>): Forwarding | NotUnderstood {
  const { tag, trunks, vlan_mode: mode = tag === undefined ? 'trunk' : 'access' } = row;
  const carriesAll = trunks.length === 0;
  if (mode === 'trunk' && tag === undefined && trunks.length === 1 && trunks[0] === NO_VLAN) {
    // Two ports that trunk 4095 forward frames with that tag to each other, unless they are protected.
    if (!row.protected) return { problem: `it trunks ${NO_VLAN} and is not protected: frames with that tag would pass` };
    return { native: null, tagged: [], isOff: true };
  }
  if (row.protected) return { problem: 'it is protected, so that some ports of its VLANs cannot be reached' };
  if (mode === 'access') {
    if (tag === undefined || tag === 0) return { problem: 'it is an access port of VLAN 0' };
    if (tag === NO_VLAN) return { problem: `it is an access port of VLAN ${NO_VLAN}` };
    return { native: tag, tagged: [], isOff: false };
  }
  if (mode !== 'trunk' && mode !== 'native-untagged') return { problem: `its vlan_mode is ${mode}` };
  if (mode === 'trunk' && tag !== undefined) return { problem: `it is a trunk with the tag ${tag}, which means nothing there` };
  const odd = trunks.find((number) => number === 0 || number === NO_VLAN);
  if (odd !== undefined) return { problem: `it trunks ${odd}, which is no VLAN` };
  if (tag === NO_VLAN) return { problem: `its native VLAN is ${NO_VLAN}` };
  const native = tag === undefined || tag === 0 ? null : tag;
  if (mode === 'native-untagged' && native === null && !carriesAll) return { problem: 'its frames without a tag are of VLAN 0' };
  const passing = carriesAll ? allVlans : [...trunks].sort((a, b) => a - b);
  return { native, tagged: passing.filter((number) => number !== native), isOff: false };
}

/** The state of a port by its row alone: what it forwards, or, where HaaS shut it, what it was to forward. */
export function stateOf(row: PortRow): PortState | NotUnderstood {
  const forwarding = forwardingOf(row);
  if ('problem' in forwarding) return forwarding;
  const { native, tagged, isOff } = forwarding;
  const shut = row.external_ids.get(noted.shut);
  if (shut === undefined) return { native, tagged, enabled: true };
  if (shut !== 'true') return { problem: `${noted.shut} is ${JSON.stringify(shut)}` };
  if (!isOff) return { problem: 'it is marked as shut, but frames pass' };
  return notedVlans(row.external_ids);
}

function notedVlans(ids: ReadonlyMap<string, string>): PortState | NotUnderstood {
  // Of a port that was shut before it was ever given VLANs nothing is noted.
  const [native, ...more] = parseVlans(ids.get(noted.native) ?? 'none') ?? [0];
  const tagged = parseVlans(ids.get(noted.tagged) ?? 'none');
  if (native === 0 || more.length > 0 || tagged === null || (native !== undefined && tagged.includes(native)))
    return { problem: `${noted.native} and ${noted.tagged} are no VLANs` };
  return { native: native ?? null, tagged, enabled: false };
}
