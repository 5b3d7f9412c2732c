import { z } from 'zod';

/**
 * How `ovs-vsctl -f json` writes what a column holds: an atom as itself, a uuid as `["uuid", text]`, a set as `["set", [...]]`
 * unless it has exactly one member, which stands alone, and a map as `["map", [[key, value], ...]]` (ovs-vsctl(8), RFC 7047 5.1).
 */
const uuid = z.tuple([z.literal('uuid'), z.string()]).transform(([, id]) => id);

function setOf<T>(atom: z.ZodType<T>) {
  return z.union([atom.transform((one) => [one]), z.tuple([z.literal('set'), z.array(atom)]).transform(([, many]) => many)]);
}

/** Nothing or one: undefined for nothing. */
function oneOf<T>(atom: z.ZodType<T>) {
  return setOf(atom)
    .refine((members) => members.length <= 1, 'has more than one member')
    .transform(([first]) => first);
}

const map = z.tuple([z.literal('map'), z.array(z.tuple([z.string(), z.string()]))]).transform(([, pairs]) => new Map(pairs));

/** Columns by what they hold. */
export const column = { uuid, text: z.string(), flag: z.boolean(), integer: z.int(), setOf, oneOf, map };

const table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });

/** The rows of one table as printed by `ovs-vsctl -f json`, or undefined for what is no such table or has rows of other columns. */
export function tableRows<T>(json: string, row: z.ZodType<T>): T[] | undefined {
  const parsed = table.safeParse(parseJson(json));
  if (!parsed.success) return undefined;
  const { headings, data } = parsed.data;
  if (data.some((cells) => cells.length !== headings.length)) return undefined;
  const rows = z.array(row).safeParse(data.map((cells) => Object.fromEntries(headings.map((name, at) => [name, cells[at]]))));
  return rows.success ? rows.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
