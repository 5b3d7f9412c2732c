/** Types of payload that this rack tells apart (IPMI 2.0, table 13-16). */
export const PAYLOAD = { sol: 0x01, openSessionRequest: 0x10, openSessionResponse: 0x11 } as const;

const RMCP_CLASS_IPMI = 0x07;
const RMCP_PLUS = 0x06;

/** As much of a packet to or from a BMC as can be read without its keys (IPMI 2.0, section 13.6). */
export interface RmcpPacket {
  /** Null for what is not RMCP+: the questions of IPMI 1.5 that come before a session. */
  readonly payloadType: number | null;
  /** Whether it belongs to a session that is open. */
  readonly inSession: boolean;
  /** Where the payload begins, in bytes. */
  readonly payloadStart: number;
}

/** Reads the header of a packet; null for what is too short or not IPMI. */
export function readRmcpPacket(packet: Buffer): RmcpPacket | null {
  if (packet.length < 14 || packet[3] !== RMCP_CLASS_IPMI) return null;
  const format = packet.readUInt8(4);
  if (format !== RMCP_PLUS) {
    // Packets that are authenticated carry a code of 16 bytes in front of the length.
    return { payloadType: null, inSession: packet.readUInt32LE(9) !== 0, payloadStart: format === 0 ? 14 : 30 };
  }
  if (packet.length < 16) return null;
  return { payloadType: packet.readUInt8(5) & 0x3f, inSession: packet.readUInt32LE(6) !== 0, payloadStart: 16 };
}

/** What a BMC answers to a request to open a session that it refuses. */
export function refuseSession(request: Buffer, status: number): Buffer {
  const header = Buffer.from([0x06, 0, 0xff, RMCP_CLASS_IPMI, RMCP_PLUS, PAYLOAD.openSessionResponse]);
  const session = Buffer.alloc(8);
  // The tag and the session id are those of the request, so that the client knows what is meant.
  const payload = Buffer.from([request.readUInt8(16), status, 0, 0, ...request.subarray(20, 24)]);
  const length = Buffer.from([payload.length, 0]);
  return Buffer.concat([header, session, length, payload]);
}
