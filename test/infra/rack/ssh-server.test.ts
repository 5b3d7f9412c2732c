import ssh2 from 'ssh2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ssh } from './far-end.ts';
import { LOGIN, start } from './nexus/switch-under-test.ts';
import { services, startPlain } from './plain-switch.ts';

describe('ssh', () => {
  test('a return ends a line once, a return with a line feed twice', async () => {
    const nexus = await start();
    const far = await ssh({ port: nexus.tcpPort('ssh'), ...LOGIN });
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
    const far = await ssh({ port: nexus.tcpPort('ssh'), ...LOGIN }, { term: 'xterm-256color', cols: 20, rows: 24 });
    expect(await far.until('\rsw1# ')).toContain('Bad terminal type: "xterm-256color". Will assume vt100.\r\n');
    far.send('description of it\r');
    expect(await far.until('\r\r\n')).toBe('description of  \rit\r\r\n');
  });

  test('takes keyboard-interactive as well as a password, and nothing wrong', async () => {
    const nexus = await start();
    const far = await ssh({ port: nexus.tcpPort('ssh'), ...LOGIN, tryKeyboard: true, authHandler: ['keyboard-interactive'] });
    await far.until('\rsw1# ');
    await expect(ssh({ port: nexus.tcpPort('ssh'), ...LOGIN, password: 'wrong' })).rejects.toThrow(
      'authentication methods failed',
    );
    await expect(ssh({ port: nexus.tcpPort('ssh'), ...LOGIN, username: 'root' })).rejects.toThrow(
      'authentication methods failed',
    );
  });

  test.for(['ed25519', 'rsa'] as const)('takes the key that is authorized, and no other (%s)', async (type) => {
    const keys = (): ReturnType<typeof ssh2.utils.generateKeyPairSync> => {
      const pair = type === 'rsa' ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }) : ssh2.utils.generateKeyPairSync(type);
      // ssh2 makes one in some hundred that it does not understand itself.
      return ssh2.utils.parseKey(pair.private) instanceof Error ? keys() : pair;
    };
    const { private: privateKey, public: authorizedKey } = keys();
    const nexus = await start({ authorizedKey });
    const login = { port: nexus.tcpPort('ssh'), username: LOGIN.username };
    await (await ssh({ ...login, privateKey })).until('\rsw1# ');
    await (await ssh({ ...login, password: LOGIN.password })).until('\rsw1# ');
    await expect(ssh({ ...login, privateKey: keys().private })).rejects.toThrow('authentication methods failed');
    await expect(ssh({ ...login, username: 'root', privateKey })).rejects.toThrow('authentication methods failed');
    const keyless = await start();
    await expect(ssh({ ...login, port: keyless.tcpPort('ssh'), privateKey })).rejects.toThrow('authentication methods failed');
    await expect(start({ authorizedKey: 'ssh-rsa nonsense' })).rejects.toThrow('the authorized key is not one');
  });

  test('where the shell asks who is there, the protocol takes anybody, but no password', async () => {
    const simulated = await startPlain(services.radlan);
    const port = simulated.tcpPort('ssh');
    await expect(ssh({ port, ...LOGIN, authHandler: ['password'] })).rejects.toThrow('authentication methods failed');
    const far = await ssh({ port, username: 'whoever' });
    await far.until('User Name:');
    far.send('admin\r');
    expect(await far.until('Password:')).toBe('admin\r\nPassword:');
    far.send('Secret9\r');
    expect(await far.until('sw1>')).toBe('*******\r\n\r\nWelcome\r\nsw1>');
    const stranger = await ssh({ port, username: 'admin' });
    stranger.send('admin\rwrong\radmin\rwrong\r');
    expect(await stranger.untilEnd()).toMatch(/% Bad login\r\n$/);
    expect(simulated.typed).toEqual([]);
  });

  test('a legacy switch is out of reach until its algorithms are asked for', async () => {
    const nexus = await start({ legacySsh: true });
    await expect(ssh({ port: nexus.tcpPort('ssh'), ...LOGIN })).rejects.toThrow('no matching');
    const far = await ssh({
      port: nexus.tcpPort('ssh'),
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
    const client = new ssh2.Client().connect({ host: '127.0.0.1', port: nexus.tcpPort('ssh'), ...LOGIN });
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
