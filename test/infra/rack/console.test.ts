import { describe, expect, test, vi } from 'vitest';
import { tcp } from './far-end.ts';
import { ENABLE_PASSWORD, ended, services, session, startPlain } from './plain-switch.ts';

describe('a command that talks', () => {
  test('asks for a password without showing it', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated, { enabled: false });
    far.send('enable\r\nwrong\r\n');
    expect(await far.until('sw1>')).toBe('enable\r\nPassword:\r\n% Bad password\r\nsw1>');
    far.send(`enable\r\n${ENABLE_PASSWORD}\r\n`);
    expect(await far.until('sw1#')).toBe('enable\r\nPassword:\r\nsw1#');
    expect(simulated.typed).toEqual(['enable', 'enable']);
  });

  test.for([
    { typed: 'y', shown: 'y\r\nCopy succeeded\r\nsw1#', unsaved: false },
    { typed: 'n', shown: 'n\r\nsw1#', unsaved: true },
    // A return is a key too, and means no.
    { typed: '\r\n', shown: '\r\nsw1#', unsaved: true },
  ])('takes a single key: $typed', async ({ typed, shown, unsaved }) => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    far.send('vlan\r\nwrite\r\n');
    await far.until('(Y/N)[N] ?');
    far.send(typed);
    expect(await far.until('sw1#')).toBe(shown);
    expect(simulated.unsaved()).toBe(unsaved);
  });

  test('a key with a return is a key and an empty line', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    far.send('write\r\n');
    await far.until('?');
    far.send('y\r\n');
    await far.until('Copy succeeded\r\nsw1#');
    await far.until('sw1#');
    expect(simulated.typed).toEqual(['enable', 'write', '']);
  });

  test('takes a line, in which Ctrl-C gives up', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    far.send('vlan\r\ncopy run start\r\n');
    await far.until('? ');
    far.send('start\x03');
    expect(await far.until('sw1#')).toBe('start\r\nsw1#');
    expect(simulated.unsaved()).toBe(true);
    far.send('copy run start\r\n\r\n');
    expect(await far.until('[OK]\r\nsw1#')).toBe('copy run start\r\nDestination filename [startup-config]? \r\n[OK]\r\nsw1#');
    expect(simulated.unsaved()).toBe(false);
  });

  test('saves once at a time, and saves nothing while it lies', async () => {
    const simulated = await startPlain(services.console, { saveDelay: 60_000 });
    const [one, other] = [await session(simulated), await session(simulated)];
    one.send('vlan\r\nwrite\r\ny');
    await one.until('?y');
    other.send('write\r\ny');
    await other.until('% Busy\r\nsw1#');
    const lying = await startPlain(services.console, { faults: { lie: /^write/ } });
    const far = await session(lying);
    far.send('vlan\r\nwrite\r\ny');
    await far.until('Copy succeeded');
    expect(lying.unsaved()).toBe(true);
  });

  test('garble leaves the questions legible; a log line and the end of the connection come at the end', async () => {
    const simulated = await startPlain(services.console, { faults: { garble: /^write/ } });
    const far = await session(simulated);
    far.send('write\r\n');
    expect(await far.until('(Y/N)[N] ?')).toContain('\x9b');
    far.send('y');
    expect(await far.until('sw1#')).not.toContain('succeeded');
    Object.assign(simulated.faults, { garble: undefined, log: /^write/ });
    far.send('write\r\ny');
    expect(await far.until('sw1#')).toMatch(/\?y\r\n22-Nov.*p1\r\nCopy succeeded\r\nsw1#$/);
    Object.assign(simulated.faults, { log: undefined, drop: /^write/ });
    far.send('vlan\r\nwrite\r\ny');
    expect(await far.untilEnd()).toMatch(/\?y\r\nCopy succ$/);
    expect(simulated.unsaved()).toBe(false);
  });
});

describe('the look of a family', () => {
  test('its login: stars for the password, and the number of tries', async () => {
    const simulated = await startPlain(services.console);
    const far = await tcp(simulated.tcpPort('telnet'));
    await far.until('\r\nUser Name:');
    far.send('admin\r\nwrong\r\n');
    expect(await far.until('\r\nUser Name:')).toBe('admin\r\nPassword:*****\r\n\r\n% Bad login\r\n\r\nUser Name:');
    far.send('\r\n');
    await far.untilEnd();
  });

  test('its refusals, which may quote the line, and what stands before its prompt', async () => {
    const simulated = await startPlain(services.console, { faults: { refuse: /^vlan/ } });
    const far = await session(simulated);
    far.send('vla\r\nvlan\r\n\r\n');
    expect(await far.until('\x1b[Ksw1#')).toBe('vla\r\nsw1#vlan\r\n% Unrecognized command: vlan\r\nsw1#\r\n\r\n\r\r\x1b[Ksw1#');
  });

  test('its pager', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    const more = 'More: <space>,  Quit: q or CTRL+Z, One line: <return> ';
    far.send('show lines\r\n');
    await far.until(`line 23\r\n${more}`);
    far.send('x\r\n');
    expect(await far.until(more)).toBe(`\r\x1b[Kline 24\r\n${more}`);
    far.send('a');
    await far.until('line 60\r\nsw1#');
    far.send('show lines\r\n');
    await far.until(more);
    far.send('\x1a');
    expect(await far.until('sw1#')).toBe('\r\x1b[Ksw1#');
  });

  test('Ctrl-Z, where it stands for nothing', async () => {
    const simulated = await startPlain(services.console);
    const far = await session(simulated);
    far.send('vlan\x1a');
    expect(await far.until('sw1#')).toBe('vlan\r\nsw1#');
    expect(simulated.typed).toEqual(['enable']);
  });

  test('its services: what it does not have has no port', async () => {
    const simulated = await startPlain(services.console);
    expect(() => simulated.tcpPort('http')).toThrow('sw1 has no http');
  });
});

test('a session that ends in whatever way gives back what it held', async () => {
  const simulated = await startPlain(services.console);
  const [one, other] = [await session(simulated), await session(simulated)];
  ended.length = 0;
  one.send('exit\r\n');
  await one.untilEnd();
  other.send('write\r\n');
  await other.until('?');
  other.close();
  await vi.waitFor(() => expect(ended).toEqual(['admin', 'admin']));
});
