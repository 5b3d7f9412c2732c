import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NOT_RUNNING } from '../../../../agents/drivers/vm-host/driver.ts';
import { HeadnodeSerial } from '../../../../agents/drivers/vm-host/headnode-serial.ts';
import { until } from '../../../support/until.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'haas-serial-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A socket as QEMU has it. */
async function aPort(): Promise<{ readonly path: string; readonly server: Server; readonly guests: Socket[] }> {
  const path = join(aFolder(), 'console');
  const guests: Socket[] = [];
  const server = createServer((guest) => {
    guest.on('error', () => {});
    guests.push(guest);
  });
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const guest of guests) guest.destroy();
    server.close();
  });
  return { path, server, guests };
}

const open = (path: string, onOutput: (data: Buffer) => void = () => {}, signal = new AbortController().signal) =>
  HeadnodeSerial.open('headnode-x', path, signal, onOutput);

describe('the serial port of a headnode', () => {
  test('carries every byte as it is, both ways', async () => {
    const { path, guests } = await aPort();
    const said: Buffer[] = [];
    const line = await open(path, (data) => said.push(data));
    const guest = await until(() => guests[0], 'the guest is connected');
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const typed: Buffer[] = [];
    guest.on('data', (data: Buffer) => typed.push(data));
    guest.write(all);
    await line.write(all);
    await until(() => Buffer.concat(said).length === 256 && Buffer.concat(typed).length === 256, 'all has come');
    expect(Buffer.concat(said)).toEqual(all);
    expect(Buffer.concat(typed)).toEqual(all);
    await line.close();
    expect(await line.ended).toBe('it was closed from here');
    await expect(line.write(all)).rejects.toMatchObject({ fault: 'lost' });
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'lost' });
    await line.close();
  });

  test('sends no break', async () => {
    const { path } = await aPort();
    const line = await open(path);
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('takes none') });
    await line.close();
  });

  test('ends when the machine does, and says nothing more', async () => {
    const { path, guests } = await aPort();
    const line = await open(path);
    const guest = await until(() => guests[0], 'the guest is connected');
    guest.destroy();
    expect(await line.ended).toContain('the machine stopped');
    await expect(line.write(Buffer.from('x'))).rejects.toMatchObject({
      fault: 'lost',
      message: expect.stringContaining('the machine stopped'),
    });
  });

  test('ends when it is called off', async () => {
    const { path } = await aPort();
    const controller = new AbortController();
    const line = await open(path, () => {}, controller.signal);
    controller.abort();
    expect(await line.ended).toBe('it was called off');
    await expect(open(path, () => {}, controller.signal)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('called off'),
    });
  });

  test('is not there while the machine does not run, whether or not a socket was left', async () => {
    const path = join(aFolder(), 'console');
    const absent = { fault: 'unreachable', message: NOT_RUNNING };
    await expect(open(path)).rejects.toMatchObject(absent);
    writeFileSync(path, '');
    await expect(open(path)).rejects.toMatchObject({ fault: 'unreachable' });
    rmSync(path);
    const { path: left, server } = await aPort();
    // The socket is removed with its server: what a killed one leaves is a name that nobody listens at.
    server.close();
    await expect(open(left)).rejects.toMatchObject(absent);
  });
});
