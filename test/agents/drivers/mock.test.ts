import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpenSwitch, SwitchSession } from '../../../agents/drivers/driver.ts';
import { mock } from '../../../agents/drivers/mock.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'gi1/0/5';
const idle: PortState = { native: null, tagged: [], enabled: false };
const want: PortState = { native: 100, tagged: [200, 300], enabled: true };

const stateDir = mkdtempSync(join(tmpdir(), 'haas-mock-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

let label = '';
let count = 0;
beforeEach(() => {
  count += 1;
  label = `mock-${count}`;
});

function open(hostname: string, options: Partial<OpenSwitch> = {}): Promise<SwitchSession> {
  return mock.open({
    access: { label, type: 'mock', hostname, port: 1, settings: {}, sealed: 'not used' },
    credentials: { username: '', password: '' },
    hostKeys: { check: () => false },
    stateDir,
    signal: new AbortController().signal,
    ...options,
  });
}

describe('mock', () => {
  test('keeps what it was told in the state folder, by label: what a fault left behind is there when the hostname is mended', async () => {
    const session = await open('10.0.0.1');
    expect(await session.readPort(port)).toEqual(idle);
    await session.setPort(port, { ...want, tagged: [300, 200] });
    await session.save();
    await session.close();
    expect(await (await open('10.0.0.1')).readPort(port)).toEqual(want);
    expect(await (await open('10.0.0.1')).readPort('te1/1')).toEqual(idle);
    expect(await (await open('lie')).readPort(port)).toEqual(want);
    label += '-other';
    expect(await (await open('10.0.0.1')).readPort(port)).toEqual(idle);
  });

  test('a damaged file is not taken for a fresh switch', async () => {
    const session = await open('10.0.0.1');
    await session.setPort(port, want);
    const file = readdirSync(join(stateDir, 'mock-switches')).find((name) => name.startsWith(label));
    writeFileSync(join(stateDir, 'mock-switches', `${file}`), '{"format":"mock-1","ports":{"gi1/0/5":{}}}');
    await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'unintelligible' });
    await expect(session.setPort(port, want)).rejects.toMatchObject({ fault: 'unintelligible' });
  });

  test('shuts a port and keeps its VLANs', async () => {
    const session = await open('10.0.0.1');
    await session.setPort(port, want);
    await session.shutPort(port);
    expect(await session.readPort(port)).toEqual({ ...want, enabled: false });
  });

  test('gives nothing away that could be changed from outside', async () => {
    const session = await open('10.0.0.1');
    await session.setPort(port, want);
    (await session.readPort(port)).tagged.push(999);
    expect(await session.readPort(port)).toEqual(want);
  });

  test('refuses what is no port and no VLAN for it', async () => {
    const session = await open('10.0.0.1');
    await expect(session.readPort('Ethernet1/3')).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.setPort('gi1', want)).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.setPort(port, { ...want, native: 1 })).rejects.toMatchObject({ fault: 'refused' });
    expect(await session.readPort(port)).toEqual(idle);
  });

  test('a closed session is lost', async () => {
    const session = await open('10.0.0.1');
    await session.close();
    await session.close();
    await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('refuse: reads, and refuses the rest', async () => {
    const session = await open('refuse');
    await expect(session.setPort(port, want)).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.shutPort(port)).rejects.toMatchObject({ fault: 'refused' });
    await expect(session.save()).rejects.toMatchObject({ fault: 'refused' });
    expect(await session.readPort(port)).toEqual(idle);
  });

  test('lie: says yes and does nothing', async () => {
    const session = await open('lie');
    await session.setPort(port, want);
    await session.shutPort(port);
    await session.save();
    expect(await session.readPort(port)).toEqual(idle);
  });

  test('garble: does everything, and cannot be read', async () => {
    const session = await open('garble');
    await session.setPort(port, want);
    await session.shutPort(port);
    await session.save();
    await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'unintelligible' });
  });

  test('drop: half of a change is there, and the session is lost; the rest works in the next one', async () => {
    const session = await open('drop');
    await expect(session.setPort(port, want)).rejects.toMatchObject({ fault: 'lost' });
    await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'lost' });
    const next = await open('drop');
    expect(await next.readPort(port)).toEqual({ native: 100, tagged: [], enabled: false });
    await next.shutPort(port);
    await next.save();
  });

  test.each(['readPort', 'setPort', 'shutPort', 'save'] as const)(
    'hang: %s is lost after the timeout of a line, and so is the rest',
    async (call) => {
      const session = await open('hang', { timeouts: { line: 30 } });
      await expect(session[call](port, want)).rejects.toMatchObject({
        fault: 'lost',
        message: expect.stringContaining('in time'),
      });
      await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'lost' });
    },
  );

  test('the signal ends a hanging call at once, and every later one', async () => {
    const calling = new AbortController();
    const session = await open('hang', { signal: calling.signal });
    const settled = vi.fn();
    const work = session.setPort(port, want).catch(settled);
    await new Promise(setImmediate);
    expect(settled).not.toHaveBeenCalled();
    calling.abort();
    await work;
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ fault: 'lost' }));
    await expect(open('10.0.0.1', { signal: calling.signal })).rejects.toMatchObject({ fault: 'unreachable' });
  });
});
