import { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { parseVlans } from './vlan-list.ts';

/** A VLAN as NVUE writes one, or a word in its place. */
const vlanOr = <W extends string>(...words: [W, ...W[]]) =>
  z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,4}$/)
        .transform(Number),
      z.enum(words),
    ])
    .optional();

const membership = z.looseObject({
  access: vlanOr('none', 'auto'),
  untagged: vlanOr('none', 'auto'),
  /** By id, or range of ids, or `all`. */
  vlan: z.record(z.string(), z.unknown()).optional(),
});

/** `up`, or, as configurations have it, `{"up": {}}`. */
const linkState = z
  .union([z.enum(['up', 'down']), z.strictObject({ up: z.unknown() }), z.strictObject({ down: z.unknown() })])
  .transform((state) => (typeof state === 'string' ? state : 'up' in state ? 'up' : 'down'));

/** One interface of `nv show interface`, as far as it matters. */
export const cumulusInterface = z.looseObject({
  type: z.string().optional(),
  bridge: z.looseObject({ domain: z.record(z.string(), membership).optional() }).optional(),
  link: z.looseObject({ state: linkState.optional() }).optional(),
  ip: z.looseObject({ address: z.record(z.string(), z.unknown()).optional() }).optional(),
});

const bridgeDomain = z.looseObject({
  untagged: vlanOr('none'),
  vlan: z.record(z.string(), z.unknown()).optional(),
});

/** What is configured nowhere. */
const unconfigured = /\b(?:does not exist|not found)\b/i;

/**
 * The state of a port from `nv show interface X` as it runs, the same as applied, and the bridge domain as applied, all in JSON.
 * The applied configuration has no port that nobody has configured: such a port is in no bridge.
 */
export function parseCumulusPort(running: string, applied: string, domain: string, bridge: string): PortState | NotUnderstood {
  const now = parseJson(running, cumulusInterface);
  if (!now) return { problem: 'what runs is not told' };
  if (now.type !== undefined && now.type !== 'swp') return { problem: `it is of type ${now.type}` };
  if (!applied.trimStart().startsWith('{') && unconfigured.test(applied))
    return { native: null, tagged: [], enabled: now.link?.state === 'up' };
  const configured = parseJson(applied, cumulusInterface);
  if (!configured) return { problem: 'what is applied is not told' };
  if (Object.keys(configured.ip?.address ?? {}).length > 0) return { problem: 'it has an IP address, and is routed' };
  const enabled = configured.link?.state !== 'down';
  const domains = Object.entries(configured.bridge?.domain ?? {});
  const [own, ...others] = domains;
  if (!own) return { native: null, tagged: [], enabled };
  const foreign = [own, ...others].find(([name]) => name !== bridge)?.[0];
  if (foreign !== undefined) return { problem: `it is in bridge ${foreign}, not in ${bridge} only` };
  const whole = parseJson(domain, bridgeDomain);
  if (!whole) return { problem: `bridge ${bridge} is not told` };
  const vlans = vlansOf(own[1], whole);
  return 'problem' in vlans ? vlans : { ...vlans, enabled };
}

function vlansOf(
  { access = 'none', untagged = 'auto', vlan = {} }: z.output<typeof membership>,
  whole: z.output<typeof bridgeDomain>,
): Pick<PortState, 'native' | 'tagged'> | NotUnderstood {
  if (access === 'auto') return { problem: 'its access VLAN is decided elsewhere' };
  const inherited = whole.untagged ?? 1;
  const native = access !== 'none' ? access : untagged === 'auto' ? inherited : untagged;
  if (native !== 'none' && (native < 1 || native > 4094)) return { problem: `VLAN ${native} is none` };
  if (access !== 'none') return { native: access, tagged: [] };
  // A trunk without a list of its own, or with `all`, carries whatever the bridge does.
  const own = Object.keys(vlan);
  const list = own.length === 0 || own.includes('all') ? Object.keys(whole.vlan ?? {}) : own;
  const carried = list.length === 0 ? [] : parseVlans(list.join(','));
  if (!carried) return { problem: `${JSON.stringify(list.join(','))} are no VLANs` };
  return { native: native === 'none' ? null : native, tagged: carried.filter((one) => one !== native) };
}

function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
