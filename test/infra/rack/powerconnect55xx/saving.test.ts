import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answer, configuring, session, start, type } from './switch-under-test.ts';

const OLDER = 'Overwrite file [startup-config] ?[Yes/press any key for no]....';
const NEWER = 'Overwrite file [startup-config].... (Y/N)[N] ?';

describe('saving', () => {
  test.for(['copy running-config startup-config', 'write', 'write memory'])(
    'by "%s" asks for one key, and takes y for yes',
    async (line) => {
      const simulated = await start({ saveDelay: 100 });
      const far = await configuring(simulated, '100');
      await type(far, 'end');
      far.send(`${line}\r\n`);
      await far.until(OLDER);
      far.send('y');
      expect(await far.until('startup-config\r\n')).toMatch(
        /^\d\d-\w{3}-\d{4} [\d:]{8} %COPY-I-FILECPY: Files Copy - source URL /,
      );
      expect(simulated.unsaved()).toBe(true);
      expect(await far.until('sw1#')).toMatch(
        /%COPY-N-TRAP: The copy operation was completed successfully\r\nCopy succeeded\r\nsw1#$/,
      );
      expect(simulated.unsaved()).toBe(false);
    },
  );

  test.for(['n', ' ', '\r\n', 'x'])('is not done after the key %j', async (key) => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'end');
    far.send('copy run start\r\n');
    await far.until(OLDER);
    far.send(key);
    expect(await far.until('sw1#')).toBe('\r\nsw1#');
    expect(simulated.unsaved()).toBe(true);
  });

  test('in newer firmware shows the key, and says no more than the log', async () => {
    const simulated = await start({ saveQuestion: 'Y/N' });
    const far = await configuring(simulated, '100');
    await type(far, 'end');
    far.send('write\r\n');
    await far.until(NEWER);
    far.send('Y');
    expect(await far.until('sw1#')).toMatch(/^Y\r\n.*%COPY-I-FILECPY.*\r\n.*%COPY-N-TRAP.*\r\n\r\nsw1#$/);
    expect(simulated.unsaved()).toBe(false);
  });

  test('is refused while another session saves', async () => {
    const simulated = await start({ saveDelay: 60_000 });
    const [one, other] = [await session(simulated), await session(simulated)];
    one.send('write\r\n');
    await one.until(OLDER);
    one.send('y');
    await one.until('%COPY-I-FILECPY');
    other.send('write\r\n');
    await other.until(OLDER);
    other.send('y');
    expect(await other.until('sw1#')).toContain('Configuration Database locked by another application - try later\r\n');
  });

  test('keeps what was saved over a reboot, and the rest over a restart of the simulator', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'powerconnect-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const stateFile = join(folder, 'sw1.json');
    const first = await start({ stateFile });
    await type(await configuring(first, '100'), 'interface gi1/0/5', 'switchport access vlan none', 'switchport mode general');
    await first.close();
    const again = await start({ stateFile });
    expect([again.vlans(), again.unsaved()]).toEqual([[1, 100], true]);
    await again.reboot();
    expect([again.vlans(), again.unsaved()]).toEqual([[1], false]);
  });
});

describe('faults', () => {
  test('refuse, lie and drop', async () => {
    const simulated = await start({ faults: { refuse: /^shutdown/, lie: /^(vlan \d|switchport)/, drop: /^description/ } });
    const far = await session(simulated);
    await type(far, 'configure', 'vlan database', 'vlan 100', 'interface gi1/0/5', 'switchport mode trunk');
    expect([simulated.vlans(), simulated.port('gi1/0/5').tagged]).toEqual([[1], []]);
    expect(await answer(far, 'shutdown')).toContain('% Unrecognized command');
    far.send('description x\r\n');
    await far.untilEnd();
    expect(simulated.unsaved()).toBe(true);
  });
});
