import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { HostKeys } from '../../../agents/drivers/driver.ts';
import { type Bench, both } from './conformance-bench.ts';

/** That sessions begin, end and break as they should. */
export function sessionsConformance(bench: Bench): void {
  const { family, transport, isConsole, lasts, username, start, stop, target, open } = bench;
  const [port] = family.ports;

  test('logs out', async () => {
    const simulator = await start();
    const session = await open(simulator);
    if (lasts) expect(simulator.sessions).toBe(1);
    await session.setPort(port, both);
    await session.close();
    await session.close();
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    if (isConsole) expect(simulator.typed.at(-1)).toBe(family.console?.logout);
    await expect(session.readPort(port)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('leaves nothing behind on a signal that many sessions share', async () => {
    const simulator = await start();
    const { signal } = new AbortController();
    for (let round = 0; round < 12; round++) {
      const session = await open(simulator, { signal });
      await session.readPort(port);
      await session.close();
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('a wrong password is denied, in words that do not hold it', async () => {
    const simulator = await start();
    const opening = family.driver.open(target(simulator, { credentials: { username, password: 'Wr0ng-h0rse' } }));
    await expect(opening).rejects.toMatchObject({ fault: 'denied', message: expect.not.stringContaining('Wr0ng-h0rse') });
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    expect(simulator.typed).toEqual([]);
  });

  test('a switch that is full is unreachable until somebody leaves', async () => {
    const simulator = await start({ faults: { maxSessions: 1 } });
    const first = await open(simulator);
    if (lasts) await expect(family.driver.open(target(simulator))).rejects.toMatchObject({ fault: 'unreachable' });
    await first.close();
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    const second = await open(simulator);
    await expect(second.readPort(port)).resolves.toBeDefined();
  });

  test('nobody there, and nobody who answers in time, is unreachable', async () => {
    const slow = await start({ faults: { loginDelay: 60_000 } });
    await expect(family.driver.open(target(slow, { timeouts: { login: 250 } }))).rejects.toMatchObject({
      fault: 'unreachable',
    });
    await vi.waitFor(() => expect(slow.sessions).toBe(0), { interval: 5 });
    const gone = await start();
    const there = target(gone);
    await stop(gone);
    await expect(family.driver.open(there)).rejects.toMatchObject({ fault: 'unreachable' });
  });

  test('the signal ends a login at once', async () => {
    const simulator = await start({ faults: { loginDelay: 60_000 } });
    const calling = new AbortController();
    const opening = expect(family.driver.open(target(simulator, { signal: calling.signal }))).rejects.toMatchObject({
      fault: 'unreachable',
    });
    await vi.waitFor(() => expect(simulator.sessions).toBe(1), { interval: 5 });
    calling.abort();
    await opening;
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    await expect(family.driver.open(target(simulator, { signal: calling.signal }))).rejects.toMatchObject({
      fault: 'unreachable',
    });
  });

  const { vlans, read, save } = family.lines;
  test.each([
    { doing: 'changing', line: vlans },
    { doing: 'reading', line: read },
    ...(save ? [{ doing: 'saving', line: save }] : []),
  ])('the signal ends a session at once in the middle of $doing', async ({ line }) => {
    const simulator = await start({ faults: { hang: line } });
    const calling = new AbortController();
    const session = await open(simulator, { signal: calling.signal });
    const work = expect(line === save ? session.save() : session.setPort(port, both)).rejects.toMatchObject({ fault: 'lost' });
    await vi.waitFor(() => expect(simulator.typed.at(-1)).toMatch(line), { interval: 5 });
    calling.abort();
    await work;
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    await expect(session.shutPort(port)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('tells the version of the switch, and changes nothing for it', async () => {
    const simulator = await start();
    const session = await open(simulator);
    expect(await session.readVersion()).toMatch(/\d/);
    expect(simulator.unsaved()).toBe(false);
  });

  test.each(family.hostnames ?? [])('a host called %s is no stranger than another', async (hostname) => {
    const simulator = await start({ hostname });
    const session = await open(simulator);
    await session.setPort(port, both);
    expect(simulator.port(port)).toEqual(both);
    expect(await session.readPort(port)).toEqual(both);
    await session.close();
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
  });

  if (transport !== 'ssh' && transport !== 'https') return;

  test('a host key or certificate that changed is denied before the password is sent', async () => {
    const hostKeys = pinning();
    const first = await start();
    const session = await open(first, { hostKeys });
    await session.close();
    await (await open(first, { hostKeys })).close();
    await stop(first);
    const port = first.tcpPort(transport);
    const impostor = await start(transport === 'ssh' ? { sshPort: port } : { httpPort: port });
    await expect(family.driver.open(target(impostor, { hostKeys }))).rejects.toMatchObject({
      fault: 'denied',
      message: expect.stringMatching(/(?:host key|certificate) SHA256:[A-Za-z0-9+/]{43},.*remove the pinned key/),
    });
    await vi.waitFor(() => expect(impostor.sessions).toBe(0), { interval: 5 });
    expect(impostor.typed).toEqual([]);
  });

  if (transport !== 'ssh') return;

  test('a switch with old algorithms only is reached where that is allowed, and only there', async () => {
    const simulator = await start({ legacySsh: true });
    await expect(family.driver.open(target(simulator))).rejects.toMatchObject({ fault: 'unreachable' });
    const session = await open(simulator, { legacySsh: true });
    await session.setPort(port, both);
    expect(await session.readPort(port)).toEqual(both);
  });
}

function pinning(): HostKeys {
  const pinned = new Map<string, string>();
  return {
    check(address, fingerprint) {
      if (!pinned.has(address)) pinned.set(address, fingerprint);
      return pinned.get(address) === fingerprint;
    },
  };
}
