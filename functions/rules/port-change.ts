import type { Tx } from '../../db/client.ts';
import type { PortState } from '../../db/commands/kinds.ts';
import { switchAccess } from '../../db/devices/access.ts';
import { type Attachment, type CabledPort, type Nic, unfinishedActionOf } from '../../db/queries/nics.ts';
import { networkingActions } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import { expireCommands, issue } from './issue.ts';

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
  const want = portStateOf(after(current, change), port.idle);
  const { label, type, hostname, port: tcpPort, settings, sealed } = port.switch;
  const id = await issue(tx, services, port.switch.deviceId, 'port.set', {
    switch: switchAccess.parse({ label, type, hostname, port: tcpPort, settings, sealed }),
    port: port.label,
    want,
    before,
  });
  await tx.insert(networkingActions).values({
    id,
    nicId: nic.id,
    portId: port.id,
    vlans: [...new Set([...vlansOf(before), ...vlansOf(want)])],
    ...described(change),
  });
  return id;
}

/** The state of a port that carries these networks. A port that carries none is as `idle` says, in no VLAN. */
function portStateOf(attachments: readonly Pick<Attachment, 'channel' | 'vlan'>[], idle: 'shut' | 'up'): PortState {
  return {
    native: attachments.find(({ channel }) => channel === NATIVE_CHANNEL)?.vlan ?? null,
    tagged: attachments
      .filter(({ channel }) => channel !== NATIVE_CHANNEL)
      .map(({ vlan }) => vlan)
      .sort((a, b) => a - b),
    enabled: attachments.length > 0 || idle === 'up',
  };
}

function after(current: readonly Attachment[], change: NicChange): Pick<Attachment, 'channel' | 'vlan'>[] {
  switch (change.change) {
    case 'connect':
      return [...current, change];
    case 'detach':
      return current.filter(({ networkId }) => networkId !== change.attachment.networkId);
    case 'revert':
      return [];
  }
}

function described(
  change: NicChange,
): Pick<typeof networkingActions.$inferInsert, 'change' | 'channel' | 'networkId' | 'network'> {
  switch (change.change) {
    case 'connect':
      return { change: 'connect', channel: change.channel, networkId: change.networkId, network: change.network };
    case 'detach':
      return {
        change: 'detach',
        channel: change.attachment.channel,
        networkId: change.attachment.networkId,
        network: change.attachment.network,
      };
    case 'revert':
      return { change: 'revert', channel: '' };
  }
}

function vlansOf(state: PortState): number[] {
  return state.native === null ? state.tagged : [state.native, ...state.tagged];
}
