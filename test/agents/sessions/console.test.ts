import { getEventListeners, once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { Console } from '../../../agents/sessions/console.ts';
import { logIn } from '../../../agents/sessions/login.ts';
import { credentials, dialect, options, type ScriptedDevice, scriptedDevice } from './scripted-device.ts';

const until = (check: () => void) => vi.waitFor(check, { interval: 1 });

/** A console that is logged in to a device called `sw`, which then answers as `answer` says. */
async function session(answer: (line: string, device: ScriptedDevice) => void, line?: number, signal?: AbortSignal) {
  const { wire, device } = await scriptedDevice(
    (typed, far) => {
      if (typed === 'terminal length 0') far.socket.write('terminal length 0\r\n\rsw# ');
      else answer(typed, far);
    },
    (far) => far.socket.write('\r\n\rsw# '),
  );
  const console = await logIn(wire, dialect, options(line, signal), credentials);
  device.typed.length = 0;
  return { console, device, wire };
}

describe('console', () => {
  test.each([
    ['plain', ['show x\r\nhello\r\nsw# '], 'hello', ''],
    ['in small pieces', ['sh', 'ow x\r', '\nhel', 'lo\r\n\r', 'sw', '# '], 'hello', ''],
    ['empty', ['show x\r\nsw# '], '', ''],
    ['from a mode', ['show x\r\nsw(config-if)# '], '', 'config-if'],
    ['with colours and bells', ['show x\r\n\x1b[1mhello\x1b[0m\x07\r\n\x1b[32msw# \x1b[0m'], 'hello', ''],
    ['with a wrapped echo', ['sho \rw x\r\nhello\r\nsw# '], 'hello', ''],
    ['with an echo that scrolls sideways', ['sho\rsw#$w x\r\nhello\r\nsw# '], 'hello', ''],
    ['without an echo', ['hello\r\nsw# '], 'hello', ''],
    ['with a redrawn prompt before the echo', ['\r\nsw# ', 'show x\r\nhello\r\nsw# '], 'hello', ''],
    [
      'with the prompt in the text',
      ['show x\r\nsw# is my prompt\r\n sw# \r\nbanner sw# ', '\r\nsw# '],
      'sw# is my prompt\n sw# \nbanner sw# ',
      '',
    ],
    ["with another device's prompt", ['show x\r\nrouter# ', '\r\nsw# '], 'router# ', ''],
    ['with a log line', ['show x\r\nhel12:00:01 %LINK-I-Up: gi2\r\nlo\r\nsw# '], 'hello', ''],
    ['with a log line behind the prompt', ['show x\r\nhello\r\nsw# 12:00:01 %LINK-I-Up: gi2\r\n'], 'hello', ''],
  ])('takes an answer %s', async (_name, pieces, text, mode) => {
    const { console, wire } = await session(async (_line, { socket }) => {
      for (const piece of pieces) {
        const heard = once(wire.stream, 'data');
        socket.write(piece);
        await heard;
      }
    });
    const answer = await console.line('show x');
    expect({ ...answer, text: answer.text.replace(/^\n|\n$/g, '') }).toEqual({ text, mode });
  });

  test('pages on, and the text has no trace of it', async () => {
    const pages = [
      'one\r\n--More--',
      '\r        \rtwo\r\n\x1b[7m--More--\x1b[27m',
      '\r\x1b[Kthree\r\n--More--',
      '\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bfour\r\nsw# ',
    ];
    const { console, device } = await session((line, { socket }) => {
      if (line === 'show x') socket.write(`show x\r\n${pages[0]}`);
    });
    let keys = 0;
    device.socket.on('data', (bytes: Buffer) => {
      if (bytes.toString() === ' ') device.socket.write(pages[++keys] ?? '');
    });
    expect((await console.line('show x')).text.trim()).toBe('one\ntwo\nthree\nfour');
    expect(keys).toBe(3);
  });

  test('asks for the prompt again when a log line took its place', async () => {
    const { console, device } = await session((line, { socket }) => {
      socket.write(line === '' ? '\r\nsw# ' : `${line}\r\nhello\r\n12:00:01 %LINK-I-Up: gi2\r\n`);
    });
    expect((await console.line('show x')).text.trim()).toBe('hello');
    expect(device.typed).toEqual(['show x', '']);
  });

  test('a prompt too many does not answer the next line', async () => {
    const { console } = await session((line, { socket }) => {
      socket.write(`${line}\r\nanswer to ${line}\r\nsw# \r\nsw# `);
      if (line === 'one') setImmediate(() => socket.write('\r\nsw# '));
    });
    for (const line of ['one', 'two', 'three']) expect((await console.line(line)).text.trim()).toBe(`answer to ${line}`);
  });

  test('a prompt too many does not answer the next line, however long its echo takes', async () => {
    const { console } = await session((line, { socket }) => {
      const say = () => socket.write(`${line}\r\nanswer to ${line}\r\nsw# `);
      if (line === 'one') {
        say();
        return;
      }
      socket.write('\r\nsw# ');
      setTimeout(say, 400);
    });
    for (const line of ['one', 'two', 'three']) expect((await console.line(line)).text.trim()).toBe(`answer to ${line}`);
  });

  test('a description that looks like a log line does not hide the line after it', async () => {
    const { console } = await session((line, { socket }) => {
      socket.write(`${line}\r\n  description 12:00:01 %LINK-I-Up: gi2\r\n  switchport mode trunk\r\nsw# `);
    });
    expect((await console.line('show x')).text.trim().split('\n')).toEqual([
      'description 12:00:01 %LINK-I-Up: gi2',
      '  switchport mode trunk',
    ]);
  });

  test('does not wait when the answer is there', async () => {
    const { console } = await session((line, { socket }) => socket.write(`${line}\r\nsw# `));
    const begun = performance.now();
    for (let count = 0; count < 200; count++) await console.line(`show vlan id ${count}`);
    // A tenth of a second of silence for each line would be 20 s.
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test.each([
    ['falls silent', 'show x\r\nhalf an ans', 'gave no prompt in 100 ms after "show x"', 'half an ans'],
    ['says the password', 'show x\r\nuser haas password p$&w(rd ok\r\n', 'gave no prompt', 'user haas password *** ok'],
    ['says nothing', '', 'gave no prompt', 'it said: nothing'],
  ])('a device that %s is lost, and the session over', async (_name, reply, problem, said) => {
    const { console } = await session((_line, { socket }) => socket.write(reply), 100);
    const error = await console.line('show x').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DeviceError', fault: 'lost', message: expect.stringContaining(problem) });
    expect(error).toMatchObject({ message: expect.stringContaining(said) });
    expect(String(error)).toContain('sw-1');
    expect(String(error)).not.toContain('p$&w(rd');
    expect(console.open).toBe(false);
    await expect(console.line('show y')).rejects.toMatchObject({ fault: 'lost' });
  });

  test('a device that hangs up is lost at once', async () => {
    const { console } = await session((line, { socket }) => socket.end(`${line}\r\nhalf`), 60_000);
    await expect(console.line('show x')).rejects.toMatchObject({ fault: 'lost', message: expect.stringMatching(/closed.*half/) });
  });

  test('a line that is longer than any switch prints is not understood, and the session goes on', async () => {
    const { console } = await session((line, { socket }) => {
      socket.write(`${line}\r\n${line === 'show' ? `${' '.repeat(10_000)}x\r\n` : ''}sw# `);
    });
    await expect(console.line('show')).rejects.toMatchObject({ fault: 'unintelligible' });
    await expect(console.line('end')).resolves.toMatchObject({ text: '' });
  });

  test('a device that never stops talking is not understood, and cut off', async () => {
    const { console, device } = await session((line, { socket }) => socket.write(`${line}\r\n${'x'.repeat(400_000)}`), 60_000);
    const error = await console.line('show x').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ fault: 'unintelligible' });
    expect(String(error).length).toBeLessThan(1_000);
    await until(() => expect(device.socket.destroyed || device.socket.readableEnded).toBe(true));
  });

  test('the signal ends a wait at once', async () => {
    const calling = new AbortController();
    const { console, device } = await session(() => {}, 60_000, calling.signal);
    const waiting = expect(console.line('show x')).rejects.toMatchObject({
      fault: 'lost',
      message: expect.stringContaining('called off'),
    });
    await until(() => expect(device.typed).toEqual(['show x']));
    calling.abort();
    await waiting;
    expect(getEventListeners(calling.signal, 'abort')).toEqual([]);
  });

  test('an answer that the signal comes after is not taken', async () => {
    const calling = new AbortController();
    const { console, wire } = await session((_line, { socket }) => socket.write('\r\nsw# '), 60_000, calling.signal);
    wire.stream.once('data', () => calling.abort());
    await expect(console.line('show x')).rejects.toMatchObject({ fault: 'lost' });
  });

  test('leaves the configuration mode and logs out', async () => {
    const { console, device } = await session((line, { socket }) => {
      if (line === 'exit') socket.end('exit\r\n');
      else socket.write(`${line}\r\n${line === 'end' ? 'sw# ' : 'sw(config)# '}`);
    });
    await console.line('configure');
    await console.close();
    expect(device.typed).toEqual(['configure', 'end', 'exit']);
    expect(console.open).toBe(false);
  });

  test('does not type control characters', async () => {
    const { console, device } = await session(() => {});
    await expect(console.line('show x\rreload')).rejects.toThrow(TypeError);
    expect(device.typed).toEqual([]);
  });

  test('leaves no listener on the signal after the device hung up by itself', async () => {
    const calling = new AbortController();
    const { device } = await session(() => {}, undefined, calling.signal);
    expect(getEventListeners(calling.signal, 'abort')).toHaveLength(1);
    device.socket.destroy();
    await until(() => expect(getEventListeners(calling.signal, 'abort')).toEqual([]));
  });

  test('a console that is called off before it begins is over', async () => {
    const { wire } = await scriptedDevice(() => {});
    const console = new Console(wire, dialect, options(60_000, AbortSignal.abort()));
    await expect(console.line('show x')).rejects.toMatchObject({ fault: 'lost' });
  });
});
