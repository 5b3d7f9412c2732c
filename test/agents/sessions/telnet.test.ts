import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Telnet } from '../../../agents/sessions/telnet.ts';

const [SE, SB, WILL, WONT, DO, DONT, IAC] = [240, 250, 251, 252, 253, 254, 255];
const [BINARY, ECHO, SGA, TTYPE, NAWS, ENVIRON] = [0, 1, 3, 24, 31, 39];

/** A telnet client and the bare socket of its server, with the bytes that each has received. */
async function pair() {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const arrived = once(server, 'connection');
  const telnet = new Telnet(connect({ port: address.port, host: '127.0.0.1', noDelay: true }));
  const [socket]: Socket[] = await arrived;
  if (socket === undefined) throw new Error('nobody connected');
  const [client, far]: [number[], number[]] = [[], []];
  telnet.on('data', (bytes: Buffer) => client.push(...bytes));
  socket.on('data', (bytes: Buffer) => far.push(...bytes));
  onTestFinished(() => {
    telnet.destroy();
    socket.destroy();
    server.close();
  });
  return { telnet, socket, client, far };
}

const text = (bytes: readonly number[]) => Buffer.from(bytes).toString('latin1');
const until = (check: () => void) => vi.waitFor(check, { interval: 1 });

describe('telnet', () => {
  test.each([
    {
      name: 'agrees to echo and to suppress go-ahead',
      says: [IAC, WILL, ECHO, IAC, WILL, SGA],
      answer: [IAC, DO, ECHO, IAC, DO, SGA],
    },
    {
      name: 'wants no other option of theirs',
      says: [IAC, WILL, BINARY, IAC, WILL, NAWS],
      answer: [IAC, DONT, BINARY, IAC, DONT, NAWS],
    },
    {
      name: 'has no other option itself',
      says: [IAC, DO, ENVIRON, IAC, DO, ECHO],
      answer: [IAC, WONT, ENVIRON, IAC, WONT, ECHO],
    },
    {
      name: 'tells its type when asked',
      says: [IAC, DO, TTYPE, IAC, SB, TTYPE, 1, IAC, SE],
      answer: [IAC, WILL, TTYPE, IAC, SB, TTYPE, 0, ...Buffer.from('vt100'), IAC, SE],
    },
    // 511 columns are 01 FF, and FF is doubled.
    {
      name: 'tells its size unasked',
      says: [IAC, DO, NAWS],
      answer: [IAC, WILL, NAWS, IAC, SB, NAWS, 1, IAC, IAC, 3, 232, IAC, SE],
    },
    {
      name: 'answers each option once',
      says: [IAC, WILL, ECHO, IAC, WILL, ECHO, IAC, DO, TTYPE, IAC, DO, TTYPE],
      answer: [IAC, DO, ECHO, IAC, WILL, TTYPE],
    },
    {
      name: 'confirms that an option went off, once',
      says: [IAC, WILL, ECHO, IAC, WONT, ECHO, IAC, WONT, ECHO],
      answer: [IAC, DO, ECHO, IAC, DONT, ECHO],
    },
    {
      name: 'turns its own option off when told',
      says: [IAC, DO, TTYPE, IAC, DONT, TTYPE, IAC, DONT, TTYPE],
      answer: [IAC, WILL, TTYPE, IAC, WONT, TTYPE],
    },
  ])('$name', async ({ says, answer }) => {
    const { socket, client, far } = await pair();
    socket.write(Buffer.from([...says, ...Buffer.from('done')]));
    await until(() => expect(text(client)).toBe('done'));
    await until(() => expect(far).toEqual(answer));
  });

  test('understands commands that are split at any byte, in the middle of text', async () => {
    const { socket, client, far } = await pair();
    const stream = [
      ...Buffer.from('lo'),
      IAC,
      WILL,
      ECHO,
      ...Buffer.from('gi'),
      IAC,
      SB,
      TTYPE,
      1,
      IAC,
      SE,
      ...Buffer.from('n: '),
      IAC,
      IAC,
      13,
      0,
      13,
      10,
    ];
    for (const byte of stream) {
      const before = socket.bytesWritten;
      socket.write(Buffer.from([byte]));
      await until(() => expect(socket.bytesWritten).toBe(before + 1));
      await new Promise(setImmediate);
    }
    await until(() => expect(text(client)).toBe('login: \xff\r\r\n'));
    await until(() => expect(far).toEqual([IAC, DO, ECHO, IAC, SB, TTYPE, 0, ...Buffer.from('vt100'), IAC, SE]));
  });

  test('keeps no more of an endless subnegotiation than it needs, and goes on after it', async () => {
    const { socket, client } = await pair();
    socket.write(Buffer.from([IAC, SB, TTYPE, ...Buffer.alloc(100_000, 65), IAC, IAC, 7, IAC, SE, ...Buffer.from('on')]));
    await until(() => expect(text(client)).toBe('on'));
  });

  test('doubles the byte 255 in what it sends, and leaves the rest alone', async () => {
    const { telnet, far } = await pair();
    telnet.write(Buffer.from([65, IAC, 66, 13, 10]));
    await until(() => expect(far).toEqual([65, IAC, IAC, 66, 13, 10]));
  });

  test('loses nothing when the reader is slower than the device', async () => {
    const { telnet, socket, client } = await pair();
    telnet.pause();
    const block = Buffer.alloc(1_000_000, 'x');
    socket.write(block);
    await until(() => expect(telnet.readableLength).toBeGreaterThan(0));
    telnet.resume();
    await until(() => expect(client.length).toBe(block.length));
  });

  test('ends when the device hangs up, and hangs up when it is destroyed', async () => {
    const one = await pair();
    one.socket.end('bye');
    await once(one.telnet, 'close');
    expect(text(one.client)).toBe('bye');
    const two = await pair();
    two.telnet.destroy();
    await once(two.socket, 'close');
    expect(two.telnet.destroyed).toBe(true);
  });
});
