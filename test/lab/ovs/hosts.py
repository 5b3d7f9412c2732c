"""Hosts at the far ends of veth pairs: send frames and tell which were seen. Arguments: their devices, the witness's last.

One line of JSON in, one out. In: {"rounds": [[[host, frame], ...], ...]}, frames in hex as on the wire. Out: {"seen": [[host, frame], ...]},
each frame in the form in which it left the switch. Every round ends with a frame of each host that the switch hands to the witness,
twice: when the second is there, all that went before it has been forwarded.
"""

import json
import select
import socket
import struct
import sys

ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA = 263, 8
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6
PROBE, SENTINEL = b"\x88\xb5", b"\x88\xb6"
LIMIT = 10


def opened(device):
    far_end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    far_end.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    far_end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    far_end.bind((device, ETH_P_ALL))
    far_end.setblocking(False)
    return far_end


def frames(far_end):
    """The frames that have come, with their tags where they were on the wire."""
    while True:
        try:
            data, ancillary, _, address = far_end.recvmsg(65536, 128)
        except BlockingIOError:
            return
        if address[2] == socket.PACKET_OUTGOING:
            continue
        for level, kind, value in ancillary:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
                if status & TP_STATUS_VLAN_VALID:
                    tag = struct.pack(">HH", tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100, tci)
                    data = data[:12] + tag + data[12:]
        yield data


def exchange(far_ends, witness, round_, seen):
    for host, frame in round_:
        far_ends[host].send(bytes.fromhex(frame))
    for _ in range(2):
        for host, far_end in enumerate(far_ends):
            far_end.send(b"\xff" * 6 + b"\x02\x00\x00\x00\xff" + bytes([host]) + SENTINEL + bytes(46))
        waiting = set(range(len(far_ends)))
        while waiting:
            if not select.select([witness], [], [], LIMIT)[0]:
                raise SystemExit(f"the switch did not forward the last frames of hosts {sorted(waiting)}")
            waiting -= {frame[11] for frame in frames(witness) if frame[12:14] == SENTINEL}
    for host, far_end in enumerate(far_ends):
        seen += [[host, frame.hex()] for frame in frames(far_end) if PROBE in (frame[12:14], frame[16:18])]


def main():
    *far_ends, witness = [opened(device) for device in sys.argv[1:]]
    print("ready", flush=True)
    for line in sys.stdin:
        seen = []
        for round_ in json.loads(line)["rounds"]:
            exchange(far_ends, witness, round_, seen)
        print(json.dumps({"seen": seen}), flush=True)


main()
