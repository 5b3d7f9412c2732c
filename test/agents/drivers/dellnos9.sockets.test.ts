import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dellnos9 } from '../../../agents/drivers/dellnos9.ts';
import type { OpenSwitch, SwitchSession } from '../../../agents/drivers/driver.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import type { PortState } from '../../../db/commands/kinds.ts';
import { type Asked, type Reply, scriptedServer } from '../sessions/scripted-server.ts';
import { Os9Port } from './os9-port.ts';

const common = { tls: false, legacy_ssh: false, save: true, interface_type: 'GigabitEthernet' } as const;
const rest = { ...common, transport: 'rest' } as const;
const telnet = { ...common, transport: 'telnet' } as const;

const target = (port: number, settings: typeof rest | typeof telnet): OpenSwitch => ({
  access: { label: 'sw-3', type: 'dellnos9', hostname: '127.0.0.1', port, settings, sealed: 'x' },
  credentials: { username: 'haas', password: 's3cret' },
  hostKeys: { check: () => true },
  stateDir: '/nonexistent',
  signal: new AbortController().signal,
  timeouts: { line: 2_000, login: 2_000 },
});

async function opened(options: OpenSwitch): Promise<SwitchSession> {
  const session = await dellnos9.open(options);
  onTestFinished(() => session.close());
  return session;
}

const said = (text: string): Reply => {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return {
    status: 200,
    text: `<output xmlns='http://www.dell.com/ns/dell:0.1/root'>\n  <command>${escaped}</command>\n</output>\n`,
  };
};

/** A switch behind a REST server that types what it is told. `fault` may answer in its place. */
async function overRest(fault: (asked: Asked) => Reply | undefined = () => undefined) {
  const port = new Os9Port();
  const saves: string[] = [];
  const answer = (asked: Asked): Reply => {
    if (asked.authorization !== `Basic ${Buffer.from('haas:s3cret').toString('base64')}`) return { status: 401 };
    const instead = fault(asked);
    if (instead) return instead;
    const [, kind, text = ''] = /^<input><([a-z]+-commands?)>([^<]*)<\/\1><\/input>$/.exec(asked.body) ?? [];
    if (asked.path !== '/api/running/dell/_operations/cli' || kind === undefined) return { status: 404 };
    if (kind === 'show-command') return said(`show ${text}\r\n\r\n${port.type(`show ${text}`)}\r\n\r\nsw-3#`);
    if (kind === 'exec-command') {
      saves.push(text);
      return said(`${text}\n!\nsw-3#`);
    }
    port.mode = 'conf';
    const typed = text.split('\r\n').map((line) => `sw-3(${port.mode})#${line}\n${port.type(line)}\n`);
    const last = `sw-3(${port.mode})#end\nsw-3#`;
    port.mode = '';
    return said(`conf\n${typed.join('')}${last}`);
  };
  const server = await scriptedServer(answer);
  return { port, saves, server, options: target(server.port, rest) };
}

/** A switch with a console over telnet, as bytes: a login, an echo, prompts, and a question before it saves. */
async function overTelnet() {
  const port = new Os9Port();
  const saves: string[] = [];
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    socket.on('error', () => {});
    let rest = '';
    let waits: 'name' | 'password' | 'line' | 'yes' = 'name';
    const prompt = () => socket.write(`sw-3${port.mode && `(${port.mode})`}#`);
    socket.write('Login: ');
    const take = (line: string) => {
      if (waits === 'name') {
        waits = 'password';
        return void socket.write(`${line}\r\nPassword: `);
      }
      if (waits === 'password') {
        waits = line === 's3cret' ? 'line' : 'name';
        socket.write(waits === 'line' ? '\r\n' : '\r\n% Error: Access denied.\r\nLogin: ');
        if (waits === 'line') prompt();
        return;
      }
      socket.write(`${line}\r\n`);
      if (waits === 'yes') {
        saves.push(line);
        waits = 'line';
        socket.write('!\r\n3473 bytes successfully copied\r\n');
      } else if (line === 'copy running-config startup-config') {
        waits = 'yes';
        return void socket.write('File with same name already exist.\r\nProceed to copy the file [confirm yes/no]: ');
      } else if (line === 'exit') return void socket.end();
      else if (line !== '' && line !== 'terminal length 0') {
        const output = port.type(line);
        if (output !== '') socket.write(`${output.replaceAll('\n', '\r\n')}\r\n`);
        if (line === 'no shutdown')
          socket.write('Nov  3 23:51:01: %STKUNIT1-M:CP %IFMGR-5-ASTATE_UP: Changed interface Admin state to up: Gi 1/3\r\n');
      }
      prompt();
    };
    socket.on('data', (bytes: Buffer) => {
      // Telnet's own commands, three bytes each, are passed over.
      const plain = bytes.toString('latin1').replace(/\xff[\xfb-\xfe]./gs, '');
      const lines = (rest + plain).split(/\r[\n\0]/);
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted switch has no port');
  return { port, saves, options: target(address.port, telnet) };
}

const states: readonly PortState[] = [
  { native: null, tagged: [], enabled: false },
  { native: 101, tagged: [], enabled: true },
  { native: 102, tagged: [101], enabled: true },
  { native: 101, tagged: [102, 103], enabled: true },
  { native: null, tagged: [101, 104], enabled: false },
  { native: 104, tagged: [], enabled: true },
];

describe.each([
  { carrier: 'REST', start: overRest, saving: ['write memory'] },
  { carrier: 'telnet', start: overTelnet, saving: ['yes'] },
])('dellnos9: over $carrier', ({ start, saving }) => {
  test('goes from every state to every other, shuts, saves and tells its version', async () => {
    const { port, saves, options } = await start();
    const session = await opened(options);
    expect(await session.readVersion()).toBe('9.14(2.4)');
    for (const first of states)
      for (const second of states) {
        await session.setPort('1/3', first);
        await session.setPort('1/3', second);
        expect(await session.readPort('gi 1/3'), `${JSON.stringify(first)} to ${JSON.stringify(second)}`).toEqual(second);
        expect(port.shut).toBe(!second.enabled);
      }
    await session.shutPort('1/3');
    expect(port.shut).toBe(true);
    await session.save();
    expect(saves).toEqual(saving);
  });

  test('a port that is not there is refused; so are a wrong password and the settings of another family', async () => {
    const { options } = await start();
    const session = await opened(options);
    await expect(session.readPort('9/9')).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.setPort('9/9', { native: 5, tagged: [], enabled: true })).rejects.toMatchObject({ fault: 'refused' });
    const credentials = { username: 'haas', password: 'wrong' };
    await expect(dellnos9.open({ ...options, credentials })).rejects.toMatchObject({ fault: 'denied' });
    const access = { ...options.access, settings: { ...rest, transport: 'carrier pigeon' } };
    await expect(dellnos9.open({ ...options, access })).rejects.toMatchObject({ fault: 'refused' });
    expect(findDriver('dellnos9')).toBe(dellnos9);
  });
});

describe('dellnos9: what goes wrong over REST', () => {
  test.each<[string, RegExp, Reply, string]>([
    ['refuses, with status 200', /untagged /, said('conf\nsw-3(conf)#interface vlan 100\n% Error: no room.\nsw-3#'), 'refused'],
    ['refuses, with another status', /untagged /, { status: 500, text: 'oops' }, 'refused'],
    ['says something unknown', /untagged /, said('conf\nsw-3(conf)#interface vlan 100\nzap\nsw-3#'), 'unintelligible'],
    ['answers no transcript', /untagged /, { status: 200, text: '<html/>' }, 'unintelligible'],
    ['does not answer', /untagged /, 'hangs up', 'lost'],
    ['tells nothing of the port', /show-command>running/, said('show running-config\nsw-3#'), 'unintelligible'],
  ])('a switch that %s', async (_, body, reply, fault) => {
    const { options, port } = await overRest((asked) => (body.test(asked.body) ? reply : undefined));
    const session = await opened(options);
    await expect(session.setPort('1/3', { native: 100, tagged: [], enabled: true })).rejects.toMatchObject({ fault });
    expect(port.shut).toBe(true);
  });

  test.each<[string, Reply, string]>([
    ['refuses to shut', said('% Error: locked'), 'refused'],
    ['says that it shut and does not', said('conf\nsw-3(conf)#end\nsw-3#'), 'unintelligible'],
  ])('a port of a switch that %s is left as it is', async (_, reply, fault) => {
    const told: string[] = [];
    let isFaulty = false;
    const { options, port } = await overRest(({ body }) => {
      if (!isFaulty) return undefined;
      if (body.includes('config-commands')) told.push(body);
      return body.includes('shutdown') ? reply : undefined;
    });
    const session = await opened(options);
    await session.setPort('1/3', { native: 101, tagged: [], enabled: true });
    isFaulty = true;
    await expect(session.setPort('1/3', { native: 100, tagged: [], enabled: true })).rejects.toMatchObject({ fault });
    expect(told).toEqual([expect.stringMatching(/>interface GigabitEthernet 1\/3\s+shutdown</)]);
    expect(port.shut).toBe(false);
  });

  test('a save that says more than it should is not understood', async () => {
    const { options } = await overRest((asked) =>
      asked.body.includes('exec-command') ? said('write memory\nflash: full\nsw-3#') : undefined,
    );
    await expect((await opened(options)).save()).rejects.toMatchObject({ fault: 'unintelligible' });
  });
});
