import { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { NotUnderstood } from '../drivers/port-family.ts';
import { NO_VLAN, portRow, stateOf } from './ovs.ts';
import { column, tableRows } from './ovsdb.ts';

const interfaceRow = z.object({
  _uuid: column.uuid,
  admin_state: column.oneOf(column.text),
  error: column.oneOf(column.text),
});

const bridgeRow = z.object({
  name: column.text,
  controller: column.setOf(column.uuid),
  fail_mode: column.oneOf(column.text),
  mirrors: column.setOf(column.uuid),
});

const mirrorRow = z.object({
  _uuid: column.uuid,
  name: column.text,
  output_port: column.oneOf(column.uuid),
  output_vlan: column.oneOf(column.integer),
});

const switchRow = z.object({ next_cfg: column.integer });

const anyPortRow = portRow.pick({ _uuid: true, name: true, interfaces: true });
type AnyPortRow = z.output<typeof anyPortRow>;

/** What one `ovs-vsctl` is asked of a port, in this order, so that the answers are of one moment. */
export function portQuestions(port: string): string[][] {
  return questions(port, portRow);
}

/** The same but for the port's VLANs: no answer to these can be taken for one to those. */
export function surroundingsQuestions(port: string): string[][] {
  return questions(port, anyPortRow);
}

function questions(port: string, row: z.ZodObject): string[][] {
  return [
    ['port-to-br', port],
    list('port', row, port),
    [columns(interfaceRow), 'find', 'interface', `name=${port}`],
    list('bridge', bridgeRow),
    list('mirror', mirrorRow),
    list('open_vswitch', switchRow),
  ];
}

function list(table: string, row: z.ZodObject, ...record: string[]): string[] {
  return [columns(row), 'list', table, ...record];
}

const columns = (row: z.ZodObject) => `--columns=${Object.keys(row.shape).join(',')}`;

/** A port and what surrounds it. */
interface Surroundings<Port extends AnyPortRow = AnyPortRow> {
  readonly port: Port;
  readonly interfaces: readonly z.output<typeof interfaceRow>[];
  readonly bridge: z.output<typeof bridgeRow>;
  readonly mirrors: readonly z.output<typeof mirrorRow>[];
  /** Of the database, as `cur_cfg` counts it. */
  readonly version: number;
}

/** What is asked after `portQuestions`: how far ovs-vswitchd has come with doing what the database says. */
export const progressQuestion: readonly string[] = ['get', 'open_vswitch', '.', 'cur_cfg'];

/**
 * The state of a port from the answers to `portQuestions` and then `progressQuestion`; `bridge` is the one that it must be of, if
 * that matters.
 */
export function parseOvsPort(name: string, text: string, progress: string, bridge: string | null): PortState | NotUnderstood {
  const surroundings = parseSurroundings(name, text, portRow);
  if ('problem' in surroundings) return surroundings;
  // The database takes what it is told whether or not anybody acts on it.
  if (!/^\d{1,15}\n?$/.test(progress) || Number(progress) < surroundings.version)
    return { problem: 'ovs-vswitchd has not done what the database says' };
  const { port, interfaces, mirrors } = surroundings;
  const state = stateOf(port);
  if ('problem' in state) return state;
  const problem = unfitness(surroundings, bridge) ?? copies(mirrors, state);
  if (problem !== undefined) return { problem };
  return interfaces.some(({ admin_state }) => admin_state === 'down') ? { ...state, enabled: false } : state;
}

/** Why a port is none whose VLANs could be set, from the answers to `surroundingsQuestions`; undefined when it is one. */
export function unfitOvsPort(name: string, text: string, bridge: string | null): string | undefined {
  const surroundings = parseSurroundings(name, text, anyPortRow);
  return 'problem' in surroundings ? surroundings.problem : unfitness(surroundings, bridge);
}

function parseSurroundings<Port extends AnyPortRow>(
  name: string,
  text: string,
  row: z.ZodType<Port>,
): Surroundings<Port> | NotUnderstood {
  const [at = '', ...tables] = text.split('\n').filter((line) => line !== '');
  const [ports = '', interfaceRows = '', bridges = '', mirrorRows = '', switches = ''] = tables;
  const [port, ...others] = tableRows(ports, row) ?? [];
  const interfaces = tableRows(interfaceRows, interfaceRow);
  const bridge = tableRows(bridges, bridgeRow)?.find((row) => row.name === at);
  const mirrors = tableRows(mirrorRows, mirrorRow);
  const [configured, ...more] = tableRows(switches, switchRow) ?? [];
  if (tables.length !== 5 || !port || others.length > 0 || !interfaces || !mirrors || !configured || more.length > 0)
    return { problem: 'that is not what was asked for' };
  // A port that is not there may pass for the row whose uuid begins like its name.
  if (port.name !== name) return { problem: `it is called ${JSON.stringify(port.name)}` };
  if (!bridge) return { problem: `there is no bridge ${JSON.stringify(at)}, or it is one that stands for a VLAN` };
  const own = mirrors.filter(({ _uuid }) => bridge.mirrors.includes(_uuid));
  if (own.length !== bridge.mirrors.length) return { problem: `not every mirror of bridge ${bridge.name} is told` };
  return { port, interfaces, bridge, mirrors: own, version: configured.next_cfg };
}

function unfitness({ port, interfaces, bridge, mirrors }: Surroundings, wanted: string | null): string | undefined {
  if (wanted !== null && bridge.name !== wanted) return `it is a port of bridge ${bridge.name}, not of ${wanted}`;
  if (bridge.controller.length > 0) return `an OpenFlow controller rules bridge ${bridge.name}`;
  if (bridge.fail_mode === 'secure') return `bridge ${bridge.name} forwards by OpenFlow rules only (fail_mode secure)`;
  if (port.interfaces.length !== 1) return `it is a bond of ${port.interfaces.length} interfaces`;
  const [own, ...more] = interfaces;
  if (!own || more.length > 0 || own._uuid !== port.interfaces[0]) return 'its interface has another name';
  if (own.error !== undefined) return `its interface does not work: ${own.error}`;
  const mirror = mirrors.find(({ output_port }) => output_port === port._uuid);
  return mirror && `mirror ${JSON.stringify(mirror.name)} copies frames of other ports to it`;
}

/** Why more than the frames of its VLANs reaches a port of this state; undefined when nothing else does. */
function copies(mirrors: Surroundings['mirrors'], { native, tagged }: PortState): string | undefined {
  // Ports that are in no VLAN trunk that number, and what is mirrored asks nobody whether he is protected.
  const into = (vlan: number | undefined) => vlan !== undefined && (vlan === NO_VLAN || vlan === native || tagged.includes(vlan));
  const mirror = mirrors.find(({ output_vlan }) => into(output_vlan));
  return mirror && `mirror ${JSON.stringify(mirror.name)} copies frames of other VLANs into VLAN ${mirror.output_vlan}`;
}
