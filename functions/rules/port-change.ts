import type { Tx } from '../../db/client.ts';
import type { PortState } from '../../db/commands/kinds.ts';
import { type Attachment, type CabledPort, type Nic, unfinishedActionOf } from '../../db/queries/nics.ts';
import { keepSwitch } from '../../db/queries/switches.ts';
import { networkingActions } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import { expireCommands, issue } from './issue.ts';
import { accessOf } from './switch-access.ts';

/** The channel of untagged frames. */
export const NATIVE_CHANNEL = 'vlan/native';

/** What a user wants of one NIC. */
export type NicChange =
  | {
      readonly change: 'connect';
      readonly networkId: number;
      readonly network: string;
      readonly channel: string;
      readonly vlan: number;
    }
  | { readonly change: 'detach'; readonly attachment: Attachment }
  | { readonly change: 'revert' };

/** Whether an action of this NIC is still unfinished. Those that nobody will finish any more are ended first. */
export async function isBusy(tx: Tx, nic: Nic, port: CabledPort): Promise<boolean> {
  if ((await unfinishedActionOf(tx, nic.id)) === undefined) return false;
  await expireCommands(tx, port.switch.deviceId);
  return (await unfinishedActionOf(tx, nic.id)) !== undefined;
}

/**
 * Orders the switch port of a locked NIC, which is on the networks `current`, to the state that a change makes of it: the whole state, never the difference.
 * Answers the id of the networking action, which is the command's.
 */
export async function changePort(
  tx: Tx,
  services: Services,
  nic: Nic,
  port: CabledPort,
  current: readonly Attachment[],
  change: NicChange,
): Promise<string> {
  const before = portStateOf(current, port.idle);
  const { vlan, ...action } = recorded(change);
  const want = stateAfter(current, { ...action, vlan }, port.idle);
  const id = await issue(tx, services, port.switch.deviceId, 'port.set', {
    // Seen without a lock until now: an order for an address that was given up meanwhile must not come after the change.
    switch: accessOf(await keepSwitch(tx, port.switch)),
    port: port.label,
    want,
    before,
  });
  await tx.insert(networkingActions).values({
    id,
    nicId: nic.id,
    portId: port.id,
    vlans: [...new Set([...vlansOf(before), ...vlansOf(want)])],
    ...action,
  });
  return id;
}

/** A network on a channel of a NIC. */
type Carried = Pick<Attachment, 'networkId' | 'channel' | 'vlan'>;

/** The state of a port that carries these networks. A port that carries none is as `idle` says, in no VLAN. */
export function portStateOf(attachments: readonly Omit<Carried, 'networkId'>[], idle: 'shut' | 'up'): PortState {
  return {
    native: attachments.find(({ channel }) => channel === NATIVE_CHANNEL)?.vlan ?? null,
    tagged: attachments
      .filter(({ channel }) => channel !== NATIVE_CHANNEL)
      .map(({ vlan }) => vlan)
      .sort((a, b) => a - b),
    enabled: attachments.length > 0 || idle === 'up',
  };
}

/** A change as its networking action has it, and the VLAN of its network. */
interface RecordedChange {
  readonly change: 'connect' | 'detach' | 'revert';
  readonly networkId: number | null;
  readonly channel: string;
  readonly vlan: number | null;
}

/** The state that a change makes of a port which carries the networks `current`. */
export function stateAfter(current: readonly Carried[], change: RecordedChange, idle: 'shut' | 'up'): PortState {
  switch (change.change) {
    case 'connect':
      return portStateOf(change.vlan === null ? current : [...current, { channel: change.channel, vlan: change.vlan }], idle);
    case 'detach':
      return portStateOf(
        current.filter(({ networkId }) => networkId !== change.networkId),
        idle,
      );
    case 'revert':
      return portStateOf([], idle);
  }
}

function recorded(change: NicChange): RecordedChange & { readonly network: string | null } {
  switch (change.change) {
    case 'connect':
      return change;
    case 'detach':
      return { change: 'detach', ...change.attachment };
    case 'revert':
      return { change: 'revert', channel: '', networkId: null, network: null, vlan: null };
  }
}

function vlansOf(state: PortState): number[] {
  return state.native === null ? state.tagged : [state.native, ...state.tagged];
}
