import { describe, expect, test, vi } from 'vitest';
import { tcp } from './far-end.ts';
import { PROMPT, session, start } from './nexus/switch-under-test.ts';

describe('telnet', () => {
  test('negotiates, then asks for user and password, without showing the password', async () => {
    const nexus = await start();
    const far = await tcp(nexus.tcpPort('telnet'));
    expect(await far.until('sw1 login: ')).toBe(
      '\xff\xfd\x18\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03User Access Verification\r\nsw1 login: ',
    );
    far.send('admin\r\n');
    expect(await far.until('Password: ')).toBe('admin\r\nPassword: ');
    far.send('Secret9\r\n');
    const greeting = await far.until('\rsw1# ');
    expect(greeting).toMatch(/^\r\n\r\nBad terminal type: "network". Will assume vt100\.\r\nCisco Nexus/);
    expect(greeting).not.toContain('Secret9');
    expect(nexus.typed).toEqual([]);
  });

  test('says nothing against a vt100, and takes options split over packets', async () => {
    const nexus = await start();
    const far = await tcp(nexus.tcpPort('telnet'));
    for (const byte of '\xff\xfb\x18') far.send(byte);
    await far.until('\xff\xfa\x18\x01\xff\xf0');
    for (const byte of '\xff\xfa\x18\x00VT100\xff\xf0') far.send(byte);
    // Window size 511 x 0: a zero height means unknown, and 0xFF within must be doubled.
    far.send('\xff\xfb\x1f\xff\xfa\x1f\x01\xff');
    far.send('\xff\x00\x00\xff\xf0');
    far.send('admin\r\nSecret9\r\n');
    expect(await far.until('\rsw1# ')).not.toContain('Bad terminal type');
    // 511 columns: the echo of 200 characters does not wrap.
    far.send('x'.repeat(200));
    expect(await far.until('x'.repeat(200))).toBe('x'.repeat(200));
  });

  test('refuses options it does not have, and does not answer an acknowledgement', async () => {
    const nexus = await start();
    const far = await tcp(nexus.tcpPort('telnet'));
    await far.until('login: ');
    far.send('\xff\xfd\x01\xff\xfd\x03\xff\xfb\x20\xff\xfd\x05\xff\xfd\x06');
    expect(await far.until('\xff\xfc\x06')).toBe('\xff\xfe\x20\xff\xfc\x05\xff\xfc\x06');
  });

  test('a bare carriage return is no end of line until its second byte has come', async () => {
    const nexus = await start();
    const far = await session(nexus);
    far.send('terminal length 0\r');
    await far.until('length 0');
    await vi.waitFor(() => expect(far.pending).toBe(''));
    expect(nexus.typed).toEqual([]);
    far.send('\0');
    await far.until(PROMPT);
    expect(nexus.typed).toEqual(['terminal length 0']);
    far.send('end\rend\r\n');
    await far.until(PROMPT);
    await far.until(PROMPT);
    expect(nexus.typed).toEqual(['terminal length 0', 'end', 'end']);
  });

  test('asks again after a wrong password, and hangs up after three', async () => {
    const nexus = await start();
    const far = await tcp(nexus.tcpPort('telnet'));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await far.until('login: ');
      far.send('admin\r\n');
      await far.until('Password: ');
      far.send('wrong\r\n');
      await far.until('\r\n\r\nLogin incorrect\r\n\r\n');
    }
    expect(await far.untilEnd()).toBe('');
  });

  test('echoes, edits, and ends the line with two carriage returns', async () => {
    const nexus = await start();
    const far = await session(nexus);
    far.send('termx\x7final lengthh\b 0\r\n');
    expect(await far.until('\rsw1# ')).toBe('termx\b \binal lengthh\b \b 0\r\r\n\rsw1# ');
    far.send('garbage\x15end\r\n');
    await far.until('\rsw1# ');
    far.send('garbage\x03');
    expect(await far.until('\rsw1# ')).toBe('garbage\r\n\rsw1# ');
    expect(nexus.typed).toEqual(['terminal length 0', 'end']);
  });

  test('exit logs out and ends the connection', async () => {
    const nexus = await start();
    const far = await session(nexus);
    expect([nexus.sessions, nexus.sessionsEver]).toEqual([1, 1]);
    far.send('exit\r\n');
    expect(await far.untilEnd()).toBe('exit\r\r\n');
    await vi.waitFor(() => expect(nexus.sessions).toBe(0));
  });
});
