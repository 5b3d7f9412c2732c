import { Failure } from '../failure.ts';
import type { HilDatabase } from './database.ts';
import { type HilDriver, hilDrivers } from './drivers.ts';
import type { HilRow, HilRows } from './rows.ts';

/** How a BMC is reached, as far as HIL says so. */
type Bmc =
  | {
      readonly kind: 'obm';
      readonly type: 'ipmi' | 'mock';
      readonly host: string;
      readonly user: string;
      readonly password: string;
    }
  | { readonly kind: 'obmd'; readonly uri: string; readonly adminToken: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** The type of a switch, and the fields of its driver. */
type Driver =
  | (HilDriver & {
      readonly kind: 'known';
      readonly type: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    })
  | { readonly kind: 'unknown'; readonly why: string };

/** The rows of a table by their ids. */
class Table<R extends { readonly id: number }> {
  readonly #name: string;
  readonly #rows: ReadonlyMap<number, R>;

  constructor(name: string, rows: readonly R[]) {
    this.#name = name;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  /** Throws Failure where there is no such row: HIL's own foreign keys forbid that. */
  the(id: number): R {
    const row = this.#rows.get(id);
    if (!row) throw new Failure('refused', `a row of HIL refers to ${this.#name} ${id}, which is not there: mend that first`);
    return row;
  }

  get(id: number): R | undefined {
    return this.#rows.get(id);
  }
}

/** What a HIL knows, with the ways from one row to another. */
export class HilSite {
  readonly rows: HilRows;
  readonly tables: ReadonlySet<string>;
  readonly project: Table<HilRow<'project'>>;
  readonly user: Table<HilRow<'user'>>;
  readonly network: Table<HilRow<'network'>>;
  readonly switch: Table<HilRow<'switch'>>;
  readonly port: Table<HilRow<'port'>>;
  readonly node: Table<HilRow<'node'>>;
  readonly nic: Table<HilRow<'nic'>>;
  readonly headnode: Table<HilRow<'headnode'>>;
  readonly nicsOf: (node: number) => readonly HilRow<'nic'>[];
  readonly portsOf: (of: number) => readonly HilRow<'port'>[];
  readonly attachmentsOf: (nic: number) => readonly HilRow<'network_attachment'>[];
  readonly metadataOf: (node: number) => readonly HilRow<'metadata'>[];
  readonly hnicsOf: (headnode: number) => readonly HilRow<'hnic'>[];
  readonly accessTo: (network: number | null) => readonly HilRow<'network_projects'>[];

  /** Throws Failure where a row belongs to one that is not there. */
  constructor({ rows, tables }: HilDatabase) {
    this.rows = rows;
    this.tables = tables;
    this.project = new Table('project', rows.project);
    this.user = new Table('user', rows.user);
    this.network = new Table('network', rows.network);
    this.switch = new Table('switch', rows.switch);
    this.port = new Table('port', rows.port);
    this.node = new Table('node', rows.node);
    this.nic = new Table('nic', rows.nic);
    this.headnode = new Table('headnode', rows.headnode);
    this.nicsOf = grouped(rows.nic, ({ owner_id }) => owner_id);
    this.portsOf = grouped(rows.port, ({ owner_id }) => owner_id);
    this.attachmentsOf = grouped(rows.network_attachment, ({ nic_id }) => nic_id);
    this.metadataOf = grouped(rows.metadata, ({ owner_id }) => owner_id);
    this.hnicsOf = grouped(rows.hnic, ({ owner_id }) => owner_id);
    this.accessTo = grouped(rows.network_projects, ({ network_id }) => network_id);
    // What belongs to nothing would be passed over.
    for (const { owner_id } of rows.port) this.switch.the(owner_id);
    for (const { owner_id } of [...rows.nic, ...rows.metadata]) this.node.the(owner_id);
    for (const { owner_id } of rows.hnic) this.headnode.the(owner_id);
    for (const { nic_id } of rows.network_attachment) this.nic.the(nic_id);
    for (const { network_id } of rows.network_projects) if (network_id !== null) this.network.the(network_id);
    for (const { project_id } of rows.user_projects) if (project_id !== null) this.project.the(project_id);
  }

  /** How the BMC of a node is reached. */
  bmcOf({ obm_id, obmd_uri, obmd_admin_token }: HilRow<'node'>): Bmc {
    if (obmd_uri !== undefined && obmd_admin_token !== undefined) {
      return { kind: 'obmd', uri: obmd_uri, adminToken: obmd_admin_token };
    }
    const obm = this.rows.obm.find(({ id }) => id === obm_id);
    if (!obm) return { kind: 'unknown', why: `obm ${obm_id} is not there` };
    const type = shortType(obm.type);
    if (type !== 'ipmi' && type !== 'mock') return { kind: 'unknown', why: `obm ${obm.id} is of type ${obm.type}` };
    const table = type === 'ipmi' ? 'ipmi' : 'mock_obm';
    const row = this.rows[table].find(({ id }) => id === obm.id);
    if (!row) return { kind: 'unknown', why: `obm ${obm.id} is of type ${type}, and has no row in ${table}` };
    const { id: _, ...login } = row;
    return { kind: 'obm', type, ...login };
  }

  /** The type of a switch, and how it is reached. */
  driverOf({ id, type }: HilRow<'switch'>): Driver {
    const name = shortType(type);
    const driver = Object.hasOwn(hilDrivers, name) ? hilDrivers[name] : undefined;
    if (!driver) return { kind: 'unknown', why: `is of type ${type}` };
    const row = this.rows[driver.table].find((each) => each.id === id);
    if (!row) return { kind: 'unknown', why: `is of type ${name}, and has no row in ${driver.table}` };
    const { id: _, ...fields } = row;
    if (!('hostname' in fields)) {
      // Open vSwitch was driven on HIL's own machine.
      return { kind: 'known', type: name, ...driver, fields: { hostname: 'localhost', ...fields } };
    }
    const { hostname, ...others } = fields;
    return { kind: 'known', type: name, ...driver, fields: { ...addressOf(hostname), ...others } };
  }

  /** The projects that may use a network; `all` where HIL says so in no uncertain way. */
  usersOf(network: HilRow<'network'>): readonly number[] | 'all' | 'unclear' {
    const access = this.accessTo(network.id);
    if (access.length === 0) return network.owner_id === null ? 'all' : 'unclear';
    const projects = access.flatMap(({ project_id }) => project_id ?? []);
    return projects.length < access.length ? 'unclear' : [...new Set(projects)];
  }

  /** A row as it is named to people, with its id: `nic 12 (eth0 of node-03)`. */
  called(table: 'project' | 'user' | 'network' | 'switch' | 'port' | 'node' | 'nic' | 'headnode', id: number): string {
    const { label } = this[table].the(id);
    if (table === 'nic') return `nic ${id} (${label} of ${this.node.the(this.nic.the(id).owner_id).label})`;
    if (table === 'port') return `port ${id} (${label} of ${this.switch.the(this.port.the(id).owner_id).label})`;
    return `${table} ${id} (${label})`;
  }
}

/** The parts of the URL by which a switch with a REST server is known to HIL; anything else is a host as it is. */
function addressOf(hostname: string): { hostname: string; port?: number; tls?: boolean } {
  const url = /^https?:\/\//i.test(hostname) && URL.canParse(hostname) ? new URL(hostname) : undefined;
  if (url?.pathname !== '/' || url.username !== '' || url.password !== '' || url.search !== '') return { hostname };
  // URL leaves out the port that is usual for web pages.
  const [, port] = /:(\d+)\/?$/.exec(hostname) ?? [];
  return {
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port === undefined ? {} : { port: Number(port) }),
    tls: url.protocol === 'https:',
  };
}

/** Types are URLs that end in the short name. */
function shortType(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

/** Rows by what they have in common, in the order in which they were. */
function grouped<R, K>(rows: readonly R[], keyOf: (row: R) => K): (key: K) => readonly R[] {
  const groups = groupsOf(rows, keyOf);
  return (key) => groups.get(key) ?? [];
}

/** Those that have something in common that should be different. */
export function repeated<R>(rows: readonly R[], keyOf: (row: R) => string): (readonly R[])[] {
  return [...groupsOf(rows, keyOf).values()].filter(({ length }) => length > 1);
}

function groupsOf<R, K>(rows: readonly R[], keyOf: (row: R) => K): Map<K, R[]> {
  const groups = new Map<K, R[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
