import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { logIn } from '../../../agents/sessions/login.ts';
import { credentials, dialect, options, type ScriptedDevice, scriptedDevice } from './scripted-device.ts';

const until = (check: () => void) => vi.waitFor(check, { interval: 1 });

describe('login', () => {
  const banner = '\r\nLicences: see #sw and http://example.org/a#\r\nAuthorised staff only>\r\n';
  const steps =
    (accepted: string) =>
    (line: string, { socket, typed }: ScriptedDevice) => {
      if (typed.length === 1) socket.write(`${line}\r\nPassword: `);
      else if (typed.length === 2)
        socket.write(line === accepted ? `\r\n${banner}Last login: Monday\r\n\rsw# ` : '\r\nLogin incorrect\r\n\r\nsw login: ');
      else socket.write(`${line}\r\n\rsw# `);
    };

  test('goes through the dialogue, past the banner, to the prompt', async () => {
    const { wire, device } = await scriptedDevice(steps(credentials.password), ({ socket }) =>
      socket.write(`${banner}sw login: `),
    );
    const console = await logIn(wire, dialect, options(), credentials);
    expect(device.typed).toEqual(['haas', credentials.password, 'terminal length 0']);
    expect((await console.line('show x')).text.trim()).toBe('');
  });

  test('denied: by word', async () => {
    const { wire, device } = await scriptedDevice(steps('other'), ({ socket }) => socket.write('login: '));
    await expect(logIn(wire, dialect, options(), credentials)).rejects.toMatchObject({ fault: 'denied' });
    expect(device.typed).toEqual(['haas', credentials.password]);
    await until(() => expect(device.socket.readableEnded).toBe(true));
  });

  test('denied: asked again without a word', async () => {
    const { wire } = await scriptedDevice(
      (_line, { socket, typed }) => socket.write(typed.length === 1 ? 'Password: ' : '\r\nPassword: '),
      ({ socket }) => socket.write('login: '),
    );
    await expect(logIn(wire, dialect, options(), credentials)).rejects.toMatchObject({ fault: 'denied' });
  });

  test('denied: a password that no terminal can type, and nothing is sent', async () => {
    const { wire, device } = await scriptedDevice(() => {});
    await expect(logIn(wire, dialect, options(), { ...credentials, password: 'a\rreload' })).rejects.toMatchObject({
      fault: 'denied',
    });
    await until(() => expect(device.socket.readableEnded).toBe(true));
    expect(device.typed).toEqual([]);
  });

  test.each([
    ['hangs up at once', (device: ScriptedDevice) => device.socket.end('Too many sessions\r\n'), 'Too many sessions'],
    ['never asks', (device: ScriptedDevice) => device.socket.write('\r\nhello\r\n'), 'hello'],
  ])('unreachable: a device that %s', async (_name, greet, said) => {
    const { wire } = await scriptedDevice(() => {}, greet);
    await expect(logIn(wire, dialect, options(200), credentials)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining(said),
    });
  });

  test('a slow device that was knocked at asks twice, and gets each answer at its question', async () => {
    const answers: [string, string][] = [];
    let question = '';
    const ask = (socket: ScriptedDevice['socket'], next: string) => {
      question = next;
      socket.write(`\r\n${next}`);
    };
    const { wire } = await scriptedDevice((line, { socket }) => {
      answers.push([question, line]);
      if (question === '') {
        // Late, it shows its question, and some time later takes the bare return for an answer.
        socket.write('\r\nlogin: ');
        setTimeout(() => ask(socket, 'Password: '), 150);
        setTimeout(() => ask(socket, 'login: '), 200);
      } else if (question === 'login: ') ask(socket, 'Password: ');
      else ask(socket, 'sw# ');
    });
    await logIn(wire, dialect, options(), credentials);
    expect(answers).toEqual([
      ['', ''],
      ['login: ', 'haas'],
      ['Password: ', credentials.password],
      ['sw# ', 'terminal length 0'],
    ]);
  });

  test('is not deceived by a question in a banner that pauses', async () => {
    const { wire } = await scriptedDevice(
      async (line, { socket, typed }) => {
        if (typed.length > 1) {
          socket.write(`${line}\r\n\rsw# `);
          return;
        }
        const heard = once(wire.stream, 'data');
        socket.write('\r\nLast login: ');
        await heard;
        socket.write('Monday\r\n\rsw# ');
      },
      ({ socket }) => socket.write('Password: '),
    );
    const console = await logIn(wire, dialect, options(), credentials);
    expect(console.open).toBe(true);
  });

  test('knows a long host name by its beginning where a mode follows it', async () => {
    const prompts = [
      'building-7-row-12-sw-03# ',
      'building-7-row-1(config)# ',
      'building-7(config)# ',
      '\r\nbuilding-7-row-12-sw-03(config)# ',
    ];
    const { wire } = await scriptedDevice(
      (line, { socket, typed }) => {
        socket.write(`${line}\r\n${prompts[typed.length - 1]}`);
        if (typed.length === 3) setImmediate(() => socket.write(prompts[3] ?? ''));
      },
      ({ socket }) => socket.write(prompts[0] ?? ''),
    );
    const console = await logIn(wire, dialect, options(), credentials);
    expect(await console.line('configure')).toMatchObject({ mode: 'config' });
    expect((await console.line('show x')).text.trim()).toBe('building-7(config)#');
  });

  test('is not deceived by a prompt in a banner that pauses', async () => {
    const { wire, device } = await scriptedDevice(
      (line, far) => {
        if (far.typed.length === 1) far.socket.write(`${line}\r\nreal banner\r\n\rsw# ${line}\r\n\rsw# `);
        else far.socket.write(`${line}\r\nanswer\r\nsw# `);
      },
      ({ socket }) => socket.write('fake# '),
    );
    const console = await logIn(wire, dialect, options(), credentials);
    expect((await console.line('show x')).text.trim()).toBe('answer');
    expect(device.typed).toEqual(['terminal length 0', 'show x']);
  });
});
