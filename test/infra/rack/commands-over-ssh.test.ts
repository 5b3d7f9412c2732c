import { once } from 'node:events';
import ssh2, { type ConnectConfig } from 'ssh2';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SimulatedSwitch } from '../../../infra/rack/simulated-switch.ts';
import { ssh } from './far-end.ts';
import { LOGIN, services, startPlain } from './plain-switch.ts';

describe('commands over SSH', () => {
  test('end with what they print and an exit code', async () => {
    const simulated = await startPlain(services.commands);
    const client = await connected(simulated);
    expect(await run(client, 'vlan add 100')).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(await run(client, 'vlan list')).toEqual({ stdout: '1\n100\n', stderr: 'done\n', code: 0 });
    expect(await run(client, 'vlan')).toMatchObject({ stderr: 'Error: no such command\n', code: 2 });
    expect(simulated.typed).toEqual(['vlan add 100', 'vlan list', 'vlan']);
    expect(simulated.unsaved()).toBe(true);
    await run(client, 'save');
    expect([simulated.unsaved(), simulated.sessions, simulated.sessionsEver]).toEqual([false, 1, 1]);
    client.end();
    await vi.waitFor(() => expect(simulated.sessions).toBe(0));
  });

  test('a switch without a command line has no shell and no telnet', async () => {
    const simulated = await startPlain(services.commands);
    await expect(ssh({ port: simulated.tcpPort('ssh'), ...LOGIN })).rejects.toThrow();
    expect(() => simulated.tcpPort('telnet')).toThrow('sw1 has no telnet');
  });

  test('old algorithms, and one session too many', async () => {
    const simulated = await startPlain(services.commands, { legacySsh: true, faults: { maxSessions: 1 } });
    await expect(connected(simulated)).rejects.toThrow('no matching');
    await vi.waitFor(() => expect(simulated.sessions).toBe(0));
    const algorithms: NonNullable<ConnectConfig['algorithms']> = {
      kex: ['diffie-hellman-group1-sha1'],
      serverHostKey: ['ssh-rsa'],
      cipher: ['aes128-cbc'],
      hmac: ['hmac-sha1'],
    };
    const client = await connected(simulated, { algorithms });
    expect(await run(client, 'vlan list')).toMatchObject({ code: 0 });
    await expect(connected(simulated, { algorithms })).rejects.toThrow();
  });

  test('refuse, lie, garble and log', async () => {
    const simulated = await startPlain(services.commands);
    const client = await connected(simulated);
    const { faults } = simulated;
    faults.refuse = /add/;
    expect(await run(client, 'vlan add 100')).toEqual({ stdout: '', stderr: 'Error: refused\n', code: 1 });
    Object.assign(faults, { refuse: undefined, lie: /add/ });
    expect(await run(client, 'vlan add 100')).toMatchObject({ code: 0 });
    expect(simulated.vlans()).toEqual([1]);
    Object.assign(faults, { lie: undefined, log: /list/ });
    expect(await run(client, 'vlan list')).toMatchObject({ stdout: '1\n', stderr: 'sudo: unable to resolve host\ndone\n' });
    Object.assign(faults, { log: undefined, garble: /list/ });
    expect((await run(client, 'vlan list')).stdout).toContain('\x9b');
  });

  test('drop carries out and ends the connection in the middle, without an exit code', async () => {
    const simulated = await startPlain(services.commands, { faults: { drop: /list|add/ } });
    expect(await run(await connected(simulated), 'vlan list')).toEqual({ stdout: '1', stderr: '', code: null });
    expect(await run(await connected(simulated), 'vlan add 100')).toEqual({ stdout: '', stderr: '', code: null });
    expect(simulated.vlans()).toEqual([1, 100]);
  });

  test('hang neither answers nor carries out', async () => {
    const simulated = await startPlain(services.commands, { faults: { hang: /add/ } });
    const client = await connected(simulated);
    const answered = vi.fn();
    void run(client, 'vlan add 100').then(answered);
    await vi.waitFor(() => expect(simulated.typed).toEqual(['vlan add 100']));
    expect(await run(client, 'vlan list')).toMatchObject({ stdout: '1\n' });
    expect(answered).not.toHaveBeenCalled();
  });

  test('an answer may be rewritten, and cut short', async () => {
    const simulated = await startPlain(services.commands);
    const client = await connected(simulated);
    simulated.faults.answer = (line, answer, index) =>
      index === 0 ? `${line}:${answer}` : { text: answer.slice(0, 1), hangUp: true };
    expect(await run(client, 'vlan list')).toEqual({ stdout: 'vlan list:1\n', stderr: 'done\n', code: 0 });
    expect(await run(client, 'vlan list')).toEqual({ stdout: '1', stderr: '', code: null });
  });

  test('lineDelay and loginDelay; whoever leaves before is let go', async () => {
    const simulated = await startPlain(services.commands, { faults: { loginDelay: 100 } });
    const before = performance.now();
    const client = await connected(simulated);
    expect(performance.now() - before).toBeGreaterThan(95);
    simulated.faults.lineDelay = 100;
    const middle = performance.now();
    await run(client, 'vlan list');
    expect(performance.now() - middle).toBeGreaterThan(95);
    await expect(connected(simulated, { readyTimeout: 50 })).rejects.toThrow('Timed out');
    await vi.waitFor(() => expect(simulated.sessions).toBe(1));
  });
});

async function connected(simulated: SimulatedSwitch, config: ConnectConfig = {}): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  onTestFinished(() => {
    client.end();
  });
  client.connect({ host: '127.0.0.1', port: simulated.tcpPort('ssh'), ...LOGIN, ...config });
  await once(client, 'ready').finally(() => client.on('error', () => {}));
  return client;
}

interface Result {
  stdout: string;
  stderr: string;
  code: number | null;
}

function run(client: ssh2.Client, command: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      const result: Result = { stdout: '', stderr: '', code: null };
      // Listened to at once: a short answer may have come in the same packet as the channel.
      channel.on('data', (bytes: Buffer) => {
        result.stdout += bytes.toString('latin1');
      });
      channel.stderr.on('data', (bytes: Buffer) => {
        result.stderr += bytes.toString('latin1');
      });
      channel.on('exit', (code: number | null) => {
        result.code = code;
      });
      channel.on('close', () => resolve(result));
    });
  });
}
