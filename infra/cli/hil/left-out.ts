import type { Thing } from './finding.ts';
import type { HilSite } from './site.ts';

/** What is not moved, and why: in one word for people where it only hangs on something else. */
export class LeftOut {
  readonly #reasons = new Map<string, { readonly thing: Thing; readonly because: string | undefined }>();

  /** Takes these out, with all that cannot be moved without them. */
  constructor(site: HilSite, things: readonly Thing[]) {
    for (const thing of things) this.#add(thing);
    const { rows } = site;
    for (const { id, owner_id } of rows.network) {
      if (owner_id !== null) this.#follow({ of: 'network', id }, { of: 'project', id: owner_id }, site);
    }
    for (const { id, owner_id } of rows.port) this.#follow({ of: 'port', id }, { of: 'switch', id: owner_id }, site);
    for (const { id, project_id } of rows.node) {
      if (project_id !== null) this.#follow({ of: 'node', id }, { of: 'project', id: project_id }, site);
      for (const { id: nic, port_id } of site.nicsOf(id)) {
        if (port_id !== null) this.#follow({ of: 'node', id }, { of: 'port', id: port_id }, site);
        for (const { network_id } of site.attachmentsOf(nic)) {
          this.#follow({ of: 'node', id }, { of: 'network', id: network_id }, site);
        }
      }
    }
    for (const { id, project_id } of rows.headnode) {
      this.#follow({ of: 'headnode', id }, { of: 'project', id: project_id }, site);
      for (const { network_id } of site.hnicsOf(id)) {
        if (network_id !== null) this.#follow({ of: 'headnode', id }, { of: 'network', id: network_id }, site);
      }
    }
  }

  has({ of, id }: Thing): boolean {
    return this.#reasons.has(`${of} ${id}`);
  }

  /** Each as a line for people; why, where no finding says so. */
  shown(site: HilSite): string[] {
    const order = ['project', 'user', 'network', 'switch', 'port', 'node', 'headnode'];
    const all = [...this.#reasons.values()].sort((a, b) => order.indexOf(a.thing.of) - order.indexOf(b.thing.of));
    return all.map(({ thing: { of, id }, because }) => {
      return `${site.called(of, id)}${because === undefined ? '' : `, because of ${because}`}`;
    });
  }

  #add(thing: Thing, because?: string): void {
    const key = `${thing.of} ${thing.id}`;
    if (!this.#reasons.has(key)) this.#reasons.set(key, { thing, because });
  }

  #follow(thing: Thing, on: Thing, site: HilSite): void {
    if (this.has(on)) this.#add(thing, site.called(on.of, on.id));
  }
}
