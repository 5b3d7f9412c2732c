import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { startNexus } from '../../../../infra/rack/nexus/nexus.ts';
import { ssh } from '../far-end.ts';
import { answer, LOGIN, PORTS, PROMPT, session, start, stateFile, type } from './switch-under-test.ts';

describe('saving', () => {
  test('the configuration is safe when the prompt is back, not when the copy says complete', async () => {
    const nexus = await start({ saveDelay: 200 });
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100', 'end');
    far.send('copy running-config startup-config\r\n');
    const progress = await far.until('Copy complete, now saving to disk (please wait)...\r\n');
    expect(progress).toMatch(/\[#{1} {39}\] {3}2%\r\[#+ +\] {2}35%\r.*\r\[#{40}\] 100%\r\n/);
    expect(nexus.unsaved()).toBe(true);
    expect(await far.until(PROMPT)).toBe('\rsw1# ');
    expect(nexus.unsaved()).toBe(false);
  });

  test('goes on when the session hangs up, and is lost in a reboot', async () => {
    const nexus = await start({ saveDelay: 200 });
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100', 'end');
    far.send('copy run start\r\n');
    await far.until('saving to disk');
    far.close();
    await vi.waitFor(() => expect(nexus.unsaved()).toBe(false));
    const again = await session(nexus);
    await type(again, 'conf t', 'vlan 200', 'end');
    again.send('copy run start\r\n');
    await again.until('saving to disk');
    await nexus.reboot();
    expect(nexus.vlans()).toEqual([1, 100]);
    await vi.waitFor(() => expect(nexus.sessions).toBe(0));
  });

  test('a second copy at the same time is refused', async () => {
    const nexus = await start({ saveDelay: 60_000 });
    const [one, other] = [await session(nexus), await session(nexus)];
    one.send('copy run start\r\n');
    await one.until('saving to disk');
    expect(await answer(other, 'copy run start')).toMatch(/^Configuration update aborted: .* in progress\r\n$/);
  });

  test('a reboot ends every session and forgets what was not saved', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'vlan 100', 'int e1/3', 'switchport access vlan 100', 'end');
    expect(nexus.unsaved()).toBe(true);
    await nexus.reboot();
    await far.untilEnd();
    expect([nexus.vlans(), nexus.port('Ethernet1/3').native, nexus.unsaved()]).toEqual([[1], 1, false]);
    await session(nexus);
  });

  test('stopping the simulator is not switching off the switch', async () => {
    const file = stateFile();
    const nexus = await start({ stateFile: file });
    await type(await session(nexus), 'conf t', 'vlan 100', 'int e1/3', 'switchport mode trunk', 'end');
    await nexus.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, '..'))).toEqual(['sw1.json']);
    const again = await start({ stateFile: file, ports: ['Ethernet1/3', 'Ethernet1/7'] });
    expect(again.vlans()).toEqual([1, 100]);
    expect(again.unsaved()).toBe(true);
    expect(again.port('Ethernet1/3')).toEqual({ enabled: true, native: 1, tagged: [100] });
    expect(again.port('Ethernet1/7')).toEqual({ enabled: true, native: 1, tagged: [] });
    await again.reboot();
    expect(again.vlans()).toEqual([1]);
  });

  test.for([false, true])('the host key stays the same over restarts (legacy: %s)', async (legacySsh) => {
    const file = stateFile();
    const keys: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const nexus = await start({ stateFile: file, legacySsh });
      const far = await ssh({
        port: nexus.tcpPort('ssh'),
        ...LOGIN,
        hostVerifier: (key: Buffer) => keys.push(key.toString('base64')) > 0,
        ...(legacySsh && {
          algorithms: {
            kex: ['diffie-hellman-group1-sha1'],
            serverHostKey: ['ssh-rsa'],
            cipher: ['3des-cbc'],
            hmac: ['hmac-sha1'],
          },
        }),
      });
      await far.until(PROMPT);
      await nexus.close();
    }
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  test('a state file that is not of a Nexus is refused, not overwritten', async () => {
    const file = stateFile();
    writeFileSync(file, '{"format":"other"}');
    await expect(startNexus({ hostname: 'sw1', ports: PORTS, ...LOGIN, stateFile: file })).rejects.toThrow();
    expect(statSync(file).size).toBe(18);
  });
});
