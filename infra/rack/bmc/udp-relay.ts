import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { NetworkFaults } from './bmc-faults.ts';
import { seededRandom } from './random.ts';
import { PAYLOAD, type RmcpPacket, readRmcpPacket, refuseSession } from './rmcp-packet.ts';

/** Milliseconds without a packet after which a client is forgotten. ipmitool keeps a console alive with a packet every 15 seconds. */
const FORGOTTEN = 40_000;

interface Client {
  /** What the BMC sees of the client: every client has a port of its own there as well. */
  readonly upstream: Socket;
  /** Answers that were given in the session. */
  answers: number;
  readonly forget: NodeJS.Timeout;
}

/** The network between the clients of a BMC and the BMC, which loses and alters packets as its faults say. */
export class UdpRelay {
  readonly port: number;
  readonly #public: Socket;
  readonly #faults: NetworkFaults;
  /** One for each way, so that what is lost does not depend on how questions and answers happen to meet. */
  readonly #random: { readonly toBmc: () => number; readonly toClient: () => number };
  readonly #clients = new Map<string, Client>();
  #target: string | undefined;

  private constructor(socket: Socket, faults: NetworkFaults, seed: number) {
    this.#public = socket;
    this.port = socket.address().port;
    this.#faults = faults;
    this.#random = { toBmc: seededRandom(seed), toClient: seededRandom(~seed) };
    socket.on('message', (packet, from) => this.#toBmc(packet, from));
    // A client that has gone away is none of the others' business.
    socket.on('error', () => {});
  }

  /** Takes a port of 127.0.0.1, 0 for any free one; `seed` decides over the packets that are lost. Rejects when the port is taken. */
  static async open(port: number, faults: NetworkFaults, seed: number): Promise<UdpRelay> {
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    try {
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw error;
    }
    return new UdpRelay(socket, faults, seed);
  }

  /** The address where the BMC is from now on, at the same port; undefined while it is down. A new BMC knows none of the clients. */
  set target(host: string | undefined) {
    this.#target = host;
    for (const [address] of this.#clients) this.#forget(address);
  }

  /** Frees the port. */
  async close(): Promise<void> {
    this.target = undefined;
    await new Promise<void>((resolve) => this.#public.close(resolve));
  }

  #toBmc(packet: Buffer, from: RemoteInfo): void {
    const header = readRmcpPacket(packet);
    if (this.#target === undefined || this.#isLost(header, this.#random.toBmc)) return;
    const { refuseSessions } = this.#faults;
    if (refuseSessions !== undefined && header?.payloadType === PAYLOAD.openSessionRequest) {
      // The part of the request that is answered to must be there.
      if (packet.length >= 24) this.#public.send(refuseSession(packet, refuseSessions), from.port, from.address);
      return;
    }
    const client = this.#client(from);
    if (header?.payloadType === PAYLOAD.openSessionRequest) client.answers = 0;
    client.forget.refresh();
    client.upstream.send(packet, this.port, this.#target);
  }

  #toClient(packet: Buffer, client: Client, to: RemoteInfo): void {
    const header = readRmcpPacket(packet);
    client.forget.refresh();
    if (this.#isLost(header, this.#random.toClient)) return;
    if (header?.inSession) {
      client.answers += 1;
      if (client.answers > (this.#faults.answersPerSession ?? Number.POSITIVE_INFINITY)) return;
    }
    if (this.#faults.garble) {
      for (let index = header?.payloadStart ?? 4; index < packet.length; index += 1)
        packet.writeUInt8(packet.readUInt8(index) ^ 0x5a, index);
    }
    this.#public.send(packet, to.port, to.address);
  }

  #isLost(header: RmcpPacket | null, random: () => number): boolean {
    const { silent, silentAfterSession, dropSol, loss } = this.#faults;
    if (silent || (silentAfterSession && header?.inSession)) return true;
    if (dropSol && header?.payloadType === PAYLOAD.sol) return true;
    return loss > 0 && random() < loss;
  }

  #client(from: RemoteInfo): Client {
    const address = `${from.address}:${from.port}`;
    const known = this.#clients.get(address);
    if (known) return known;
    const upstream = createSocket('udp4');
    const forget = setTimeout(() => this.#forget(address), FORGOTTEN).unref();
    const client: Client = { upstream, answers: 0, forget };
    upstream.on('message', (packet) => this.#toClient(packet, client, from));
    // A BMC that is down is silent.
    upstream.on('error', () => {});
    this.#clients.set(address, client);
    return client;
  }

  #forget(address: string): void {
    const client = this.#clients.get(address);
    this.#clients.delete(address);
    clearTimeout(client?.forget);
    client?.upstream.close();
  }
}
