import { z } from 'zod';

const link = z.object({
  ifname: z.string(),
  /** The bridge that it is a port of. */
  master: z.string().optional(),
  /** What it is a VLAN of. */
  link: z.string().nullish(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z
        .object({ id: z.int().optional(), protocol: z.string().optional(), vlan_filtering: z.literal([0, 1]).optional() })
        .optional(),
    })
    .optional(),
});

/** A network interface of Linux. */
export interface Link {
  readonly name: string;
  readonly isBridge: boolean;
  /** Whether it is a bridge of which only members of a VLAN get its frames, the host itself being one or not. */
  readonly filtersVlans: boolean;
  /** The bridge that it is a port of. */
  readonly master: string | undefined;
  /** Where it is one VLAN of another interface, with tags of IEEE 802.1Q. */
  readonly vlan: { readonly of: string; readonly id: number } | undefined;
}

/** What `ip -json -details link show` prints (iproute2, ipaddress.c); undefined for what is no such list. */
export function parseLinks(text: string): Link[] | undefined {
  const read = z.array(link).safeParse(parseJson(text));
  return read.data?.map(({ ifname, master, link: of, linkinfo: { info_kind: kind, info_data: data = {} } = {} }) => {
    const isVlan = kind === 'vlan' && data.protocol === '802.1Q' && typeof of === 'string';
    const vlan = isVlan && data.id !== undefined ? { of, id: data.id } : undefined;
    const isBridge = kind === 'bridge';
    return { name: ifname, isBridge, filtersVlans: isBridge && data.vlan_filtering === 1, master, vlan };
  });
}

const members = z.array(z.object({ ifname: z.string(), vlans: z.array(z.object({ vlan: z.int() })) }));

/**
 * What `bridge -json vlan show dev <bridge>` prints of a bridge (iproute2, vlan.c): the VLANs within the bridge of which the host itself is
 * a member. Undefined for what is no such list.
 */
export function parseOwnVlans(text: string, bridge: string): number[] | undefined {
  const read = members.safeParse(parseJson(text));
  return read.data?.filter(({ ifname }) => ifname === bridge).flatMap(({ vlans }) => vlans.map(({ vlan }) => vlan));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
