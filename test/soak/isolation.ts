import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import type { Cable, Rack } from './rack.ts';
import type { Violations } from './violations.ts';

/** A port and the VLANs that pass it from a moment on. */
interface Passing {
  readonly at: number;
  readonly cable: Cable;
  readonly vlans: readonly number[];
}

/** Watches what the simulated switches let pass, from moment to moment. */
export class PortWatch {
  readonly #rack: Rack;
  readonly #last = new Map<Cable, string>();
  readonly seen: Passing[] = [];

  /** Notes what each port lets pass now. */
  constructor(rack: Rack) {
    this.#rack = rack;
    for (const { name } of rack.switches) this.look(name);
  }

  /** Notes what ports of a switch let pass since this moment. */
  look(name: string): void {
    const found = this.#rack.switches.find((each) => each.name === name);
    const at = Date.now();
    for (const cable of found?.cables ?? []) {
      const { enabled, native, tagged } = found?.simulated.port(cable.port) ?? { enabled: false, native: null, tagged: [] };
      const vlans = enabled ? [...(native === null ? [] : [native]), ...tagged] : [];
      const text = vlans.join();
      if (this.#last.get(cable) === text) continue;
      this.#last.set(cable, text);
      this.seen.push({ at, cable, vlans });
    }
  }
}

/**
 * Has the database keep every change of who has a node, which network has a VLAN, and who may use a network, with the moment of its
 * commit. Only what decides about isolation is kept.
 */
export async function keepHistory(sql: Connection): Promise<void> {
  await sql.unsafe(`
    create schema soak;
    create table soak.history (id bigint generated always as identity, what text, was jsonb, is_now jsonb);
    create function soak.keep() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
    begin
      insert into soak.history (what, was, is_now) values (tg_table_name,
        case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
      return null;
    end $$;
    create trigger soak_history after insert or delete or update of project_id on nodes for each row execute function soak.keep();
    create trigger soak_history after update of network_id on vlans for each row execute function soak.keep();
    create trigger soak_history after insert or delete on network_access for each row execute function soak.keep();
    create trigger soak_history after insert or delete or update of owner_id, is_public on networks for each row execute function soak.keep();`);
}

const id = z.int().nullable();
const change = z.discriminatedUnion('what', [
  row('nodes', z.object({ label: z.string(), project_id: id })),
  row('vlans', z.object({ id: z.int(), network_id: id })),
  row('network_access', z.object({ network_id: z.int(), project_id: z.int() })),
  row('networks', z.object({ id: z.int(), label: z.string(), is_public: z.boolean(), owner_id: id })),
]);

function row<const W extends string, S extends z.ZodType>(what: W, schema: S) {
  return z.object({ what: z.literal(what), at: z.number(), was: schema.nullable(), is_now: schema.nullable() });
}

/** Limits of projects by id; null: none. */
export type Limits = ReadonlyMap<number, { readonly nodes: number | null; readonly networks: number | null }>;

/**
 * Goes through everything that happened in its order, and looks at each moment: whatever a port lets pass belongs to a network that the
 * project of its node may use at that moment, and no project has more than its quota. So no two nodes of projects that share no network are
 * in one VLAN.
 */
export async function checkEachMoment(
  sql: Connection,
  watch: PortWatch,
  limits: Limits,
  violations: Violations,
): Promise<{ moments: number }> {
  const rows = await sql`
    select what, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at, was, is_now
      from soak.history order by pg_xact_commit_timestamp(xmin), id`;
  const changes = z.array(change).parse(rows);
  const state = new State(violations, limits);
  const begin = watch.seen[0]?.at ?? 0;
  let next = 0;
  for (const passing of watch.seen) {
    for (let found = changes[next]; found && found.at <= passing.at; found = changes[++next]) state.apply(found, begin);
    state.pass(passing);
  }
  for (const found of changes.slice(next)) state.apply(found, begin);
  return { moments: changes.length + watch.seen.length };
}

class State {
  readonly #violations: Violations;
  readonly #limits: Limits;
  readonly #projects = new Map<string, number | null>();
  readonly #networks = new Map<number, number>();
  readonly #access = new Set<string>();
  readonly #public = new Set<number>();
  readonly #owners = new Map<number, number | null>();
  readonly #passing = new Map<Cable, readonly number[]>();
  /** What was told already, as long as it lasts. */
  readonly #told = new Set<string>();

  constructor(violations: Violations, limits: Limits) {
    this.#violations = violations;
    this.#limits = limits;
  }

  apply({ what, at, was, is_now }: z.output<typeof change>, begin: number): void {
    switch (what) {
      case 'nodes':
        if (was) this.#projects.delete(was.label);
        if (is_now) this.#projects.set(is_now.label, is_now.project_id);
        this.#count('nodes', is_now?.project_id, this.#projects.values(), at);
        break;
      case 'vlans':
        if (is_now?.network_id === null || !is_now) this.#networks.delete(is_now?.id ?? 0);
        else this.#networks.set(is_now.id, is_now.network_id);
        break;
      case 'network_access':
        if (was) this.#access.delete(`${was.network_id} ${was.project_id}`);
        if (is_now) this.#access.add(`${is_now.network_id} ${is_now.project_id}`);
        break;
      case 'networks':
        if (was) this.#public.delete(was.id);
        if (was) this.#owners.delete(was.id);
        if (is_now?.is_public) this.#public.add(is_now.id);
        if (is_now) this.#owners.set(is_now.id, is_now.owner_id);
        this.#count('networks', is_now?.owner_id, this.#owners.values(), at);
        break;
    }
    // Before the ports were watched they were as a new switch has them.
    if (at >= begin) for (const [cable, vlans] of this.#passing) this.#judge(cable, vlans, at, what);
  }

  pass({ at, cable, vlans }: Passing): void {
    this.#passing.set(cable, vlans);
    this.#judge(cable, vlans, at, 'the switch');
  }

  #judge(cable: Cable, vlans: readonly number[], at: number, cause: string): void {
    if (vlans.length === 0) return;
    const project = this.#projects.get(cable.node) ?? null;
    for (const vlan of vlans) {
      const network = this.#networks.get(vlan);
      const isAllowed =
        project !== null && network !== undefined && (this.#public.has(network) || this.#access.has(`${network} ${project}`));
      const text = `${cable.switch} ${cable.port} (${cable.node} ${cable.nic} of project ${project}) passes VLAN ${vlan} (network ${network})`;
      if (isAllowed || this.#told.has(text)) continue;
      this.#told.add(text);
      this.#violations.add(
        'a port let pass what its node has no right to',
        `${new Date(at).toISOString()} ${text}, after a change of ${cause}`,
      );
    }
  }

  #count(what: 'nodes' | 'networks', project: number | null | undefined, all: Iterable<number | null>, at: number): void {
    if (project === null || project === undefined) return;
    const limit = this.#limits.get(project)?.[what] ?? null;
    if (limit === null) return;
    const has = [...all].filter((each) => each === project).length;
    if (has > limit)
      this.#violations.add('a quota was not kept', `${new Date(at).toISOString()} project ${project}: ${has} ${what}`);
  }
}
