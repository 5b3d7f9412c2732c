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
      info_data: z.object({ id: z.int().optional(), protocol: z.string().optional() }).optional(),
    })
    .optional(),
});

/** A network interface of Linux. */
export interface Link {
  readonly name: string;
  readonly isBridge: boolean;
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
    return { name: ifname, isBridge: kind === 'bridge', master, vlan };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
