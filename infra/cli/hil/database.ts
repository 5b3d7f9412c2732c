import postgres from 'postgres';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { coreRows, extensionRows, type HilRows } from './rows.ts';

/** Where the database of a HIL is. */
interface HilAddress {
  readonly url: string;
  /** Unset: as the URL says, or none. */
  readonly password: string | undefined;
  /** The folder of the server's socket, where that is how it is reached. */
  readonly host: string | undefined;
}

const EXAMPLE = 'postgres://hil@hil.example/hil';

/** Understands the address of a HIL database: `from`, or the variable HAAS_HIL_URL. Throws Failure, which tells no password. */
export function hilAddress(from: string | undefined, env: NodeJS.ProcessEnv): HilAddress {
  const text = from ?? env['HAAS_HIL_URL'];
  if (text === undefined || text === '') {
    throw new Failure('usage', `where is the database of HIL? Say --from ${EXAMPLE}, or set HAAS_HIL_URL`);
  }
  // As it stands in hil.cfg: SQLAlchemy may name its driver.
  const plain = text.replace(/^postgres(?:ql)?(?:\+\w+)?:/, 'postgres:');
  const url = plain.startsWith('postgres://') && URL.canParse(plain) ? new URL(plain) : undefined;
  if (!url) throw new Failure('usage', `the address of HIL's database must be like ${EXAMPLE}`);
  const host = url.searchParams.get('host') ?? undefined;
  url.searchParams.delete('host');
  return { url: url.href, password: url.password === '' ? env['PGPASSWORD'] : undefined, host };
}

/** What was read of a HIL, and which of its tables there are. */
export interface HilDatabase {
  readonly rows: HilRows;
  readonly tables: ReadonlySet<string>;
}

/**
 * Reads a HIL database of either schema as it is at one moment, in a transaction that can change nothing.
 * Throws Failure when it is not reached, is none of HIL, or has a row that nobody understands; no message tells a password.
 */
export async function readHilDatabase({ url, password, host }: HilAddress): Promise<HilDatabase> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'haas import-hil' },
    ...(password === undefined ? {} : { password }),
    ...(host === undefined ? {} : { host }),
  });
  try {
    return await sql.begin('isolation level repeatable read read only', readTables);
  } catch (error) {
    throw error instanceof Failure ? error : failureOf(error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const column = z.object({ table: z.string(), name: z.string() });

async function readTables(sql: postgres.TransactionSql): Promise<HilDatabase> {
  // Not by information_schema, which hides what this login may not read: that should be told.
  const found = z.array(column).parse(
    await sql`select c.relname as table, a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = to_regnamespace(current_schema()) and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped`,
  );
  const tables = new Map<string, Set<string>>();
  for (const { table, name } of found) tables.set(table, (tables.get(table) ?? new Set<string>()).add(name));
  refuseStrangers(tables);

  const of = async <S extends z.ZodObject>(table: string, schema: S): Promise<z.output<S>[]> => {
    const there = tables.get(table);
    if (!there) return [];
    const columns = Object.keys(schema.shape).filter((name) => there.has(name));
    return understood(table, schema, await sql`select ${sql(columns)} from ${sql(table)} order by 1, 2`);
  };
  return {
    tables: new Set(tables.keys()),
    rows: {
      project: await of('project', coreRows.project),
      network: await of('network', coreRows.network),
      network_projects: await of('network_projects', coreRows.network_projects),
      switch: await of('switch', coreRows.switch),
      port: await of('port', coreRows.port),
      node: await of('node', coreRows.node),
      nic: await of('nic', coreRows.nic),
      metadata: await of('metadata', coreRows.metadata),
      network_attachment: await of('network_attachment', coreRows.network_attachment),
      networking_action: await of('networking_action', coreRows.networking_action),
      headnode: await of('headnode', coreRows.headnode),
      hnic: await of('hnic', coreRows.hnic),
      user: await of('user', extensionRows.user),
      user_projects: await of('user_projects', extensionRows.user_projects),
      vlan: await of('vlan', extensionRows.vlan),
      obm: await of('obm', extensionRows.obm),
      ipmi: await of('ipmi', extensionRows.ipmi),
      mock_obm: await of('mock_obm', extensionRows.mock_obm),
      nexus: await of('nexus', extensionRows.nexus),
      power_connect55xx: await of('power_connect55xx', extensionRows.power_connect55xx),
      dell_n3000: await of('dell_n3000', extensionRows.dell_n3000),
      brocade: await of('brocade', extensionRows.brocade),
      dellnos9: await of('dellnos9', extensionRows.dellnos9),
      mock_switch: await of('mock_switch', extensionRows.mock_switch),
      ovs: await of('ovs', extensionRows.ovs),
    },
  };
}

/** Refuses a database that is of neither schema: what is not understood would be lost. */
function refuseStrangers(tables: ReadonlyMap<string, ReadonlySet<string>>): void {
  const missing = Object.keys(coreRows).filter((table) => !tables.has(table));
  if (missing.length > 0) {
    throw new Failure('usage', `this is no database of HIL: it has no table ${missing.join(', ')}. Is it the right one?`);
  }
  const has = (name: string) => tables.get('node')?.has(name) === true;
  const [isOld, isNew] = [has('obm_id') && tables.has('obm'), has('obmd_uri') && has('obmd_admin_token')];
  if (isOld === isNew) {
    throw new Failure(
      'usage',
      `this HIL was half upgraded: its nodes have ${isOld ? 'both the columns obm_id and obmd_uri' : 'neither a column obm_id nor obmd_uri'}. Finish the upgrade with  hil-admin db upgrade heads`,
    );
  }
}

/** The rows as they are understood. Throws Failure, which names the row and the column, and tells no value. */
function understood<S extends z.ZodObject>(table: string, schema: S, rows: readonly unknown[]): z.output<S>[] {
  return rows.map((row) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    const { data } = z.object({ id: z.coerce.string() }).safeParse(row);
    const [issue] = parsed.error.issues;
    throw new Failure(
      'refused',
      `table ${table}${data ? `, row ${data.id}` : ''}, column ${issue?.path.join('.')}: ${issue?.message}. HIL never wrote that: mend it`,
    );
  });
}

const databaseError = z.looseObject({ code: z.string(), message: z.string() });

function failureOf(error: unknown): unknown {
  const { data } = databaseError.safeParse(error);
  if (!data) return error;
  const { code, message } = data;
  const why = `the database of HIL was not read: ${message} (${code})`;
  if (/^28/.test(code)) return new Failure('notAllowed', `${why}. The password is taken from the address or from PGPASSWORD`);
  if (code === '42501') {
    return new Failure('notAllowed', `${why}. As its owner:  grant select on all tables in schema public to <this user>`);
  }
  if (code === '3D000') return new Failure('notFound', why);
  // Classes of Postgres: the request was understood, and refused. Anything else has to do with the connection.
  return new Failure(/^(?!08|53|57)[0-9A-Z]{5}$/.test(code) ? 'refused' : 'unreachable', why);
}
