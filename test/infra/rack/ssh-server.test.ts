import ssh2 from 'ssh2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ssh } from './far-end.ts';
import { LOGIN, start } from './nexus-console.ts';

describe('ssh', () => {
  test('a return ends a line once, a return with a line feed twice', async () => {
    const nexus = await start();
    const far = await ssh({ port: nexus.sshPort, ...LOGIN });
    expect(await far.until('\rsw1# ')).not.toContain('Bad terminal type');
    far.send('terminal width 511\r');
    expect(await far.until('\rsw1# ')).toBe('terminal width 511\r\r\n\rsw1# ');
    far.send('end\r\n');
    await far.until('\rsw1# \r\r\n\rsw1# ');
    expect(nexus.typed).toEqual(['terminal width 511', 'end', '']);
    far.send('exit\r');
    await far.untilEnd();
  });

  test('complains about an unknown terminal type and wraps the echo at the width asked for', async () => {
    const nexus = await start();
    const far = await ssh({ port: nexus.sshPort, ...LOGIN }, { term: 'xterm-256color', cols: 20, rows: 24 });
    expect(await far.until('\rsw1# ')).toContain('Bad terminal type: "xterm-256color". Will assume vt100.\r\n');
    far.send('description of it\r');
    expect(await far.until('\r\r\n')).toBe('description of  \rit\r\r\n');
  });

  test('takes keyboard-interactive as well as a password, and nothing wrong', async () => {
    const nexus = await start();
    const far = await ssh({ port: nexus.sshPort, ...LOGIN, tryKeyboard: true, authHandler: ['keyboard-interactive'] });
    await far.until('\rsw1# ');
    await expect(ssh({ port: nexus.sshPort, ...LOGIN, password: 'wrong' })).rejects.toThrow('authentication methods failed');
    await expect(ssh({ port: nexus.sshPort, ...LOGIN, username: 'root' })).rejects.toThrow('authentication methods failed');
  });

  test('a legacy switch is out of reach until its algorithms are asked for', async () => {
    const nexus = await start({ legacySsh: true });
    await expect(ssh({ port: nexus.sshPort, ...LOGIN })).rejects.toThrow('no matching');
    const far = await ssh({
      port: nexus.sshPort,
      ...LOGIN,
      algorithms: {
        kex: ['diffie-hellman-group1-sha1'],
        serverHostKey: ['ssh-rsa'],
        cipher: ['aes128-cbc'],
        hmac: ['hmac-sha1'],
      },
    });
    await far.until('\rsw1# ');
  });

  test('refuses to run a command without a shell', async () => {
    const nexus = await start();
    const client = new ssh2.Client().connect({ host: '127.0.0.1', port: nexus.sshPort, ...LOGIN });
    client.on('error', () => {});
    onTestFinished(() => {
      client.end();
    });
    const refused = await new Promise((resolve) => {
      client.on('ready', () => client.exec('show version', (error) => resolve(error)));
    });
    expect(refused).toBeInstanceOf(Error);
  });
});
