import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answer, configuring, session, start, type } from './switch-under-test.ts';

const WARNING =
  '\r\nThis operation may take a few minutes.\r\nManagement interfaces will not be available during this time.\r\n\r\n';
const QUESTION = 'Are you sure you want to save? (y/n) ';

describe('saving', () => {
  test.for(['copy running-config startup-config', 'write', 'write memory'])('by "%s" asks for one key', async (line) => {
    const simulated = await start({ saveDelay: 100 });
    const far = await configuring(simulated, '100');
    await type(far, 'end');
    far.send(`${line}\r\n`);
    expect(await far.until(QUESTION)).toBe(`${line}\r\n${WARNING}${QUESTION}`);
    far.send('y');
    expect(await far.until('sw1#')).toBe('y\r\n\r\nConfiguration Saved!\r\n\r\nsw1#');
    expect(simulated.unsaved()).toBe(false);
  });

  test.for(['n', 'p', '\r\n'])('is not done after the key %j', async (key) => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'end');
    far.send('copy run start\r\n');
    await far.until(QUESTION);
    far.send(key);
    expect(await far.until('sw1#')).toContain('\r\n\r\nConfiguration Not Saved!\r\n');
    expect(simulated.unsaved()).toBe(true);
  });

  test('stops every other session until it is over', async () => {
    const simulated = await start({ saveDelay: 200 });
    const [one, other] = [await session(simulated), await configuring(simulated, '100')];
    one.send('write\r\n');
    await one.until(QUESTION);
    one.send('y');
    await one.until('y\r\n');
    other.send('vlan 200\r\nshizzle\r\n');
    await other.until('vlan 200\r\n');
    expect(simulated.vlans()).toEqual([1, 100]);
    await one.until('Configuration Saved!');
    await other.until('sw1(config-vlan200)#');
    await other.until("% Invalid input detected at '^' marker.");
    expect(simulated.vlans()).toEqual([1, 100, 200]);
  });

  test('is lost in a reboot, after which the switch answers at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'delln3000-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const simulated = await start({ saveDelay: 60_000, stateFile: join(folder, 'sw1.json') });
    const far = await configuring(simulated, '100');
    await type(far, 'end');
    far.send('write\r\n');
    await far.until(QUESTION);
    far.send('y');
    await far.until('y\r\n');
    await simulated.reboot();
    await far.untilEnd();
    const again = await configuring(simulated, '200');
    expect(await answer(again, 'show vlan')).not.toContain('VLAN0100');
    await simulated.close();
    expect((await start({ stateFile: join(folder, 'sw1.json') })).vlans()).toEqual([1, 200]);
  });

  test('only looks done when the switch lies', async () => {
    const simulated = await start({ faults: { lie: /^write|^vlan 200|^switchport/ } });
    const far = await configuring(simulated, '100');
    await type(far, 'vlan 200', 'interface gi1/0/5', 'switchport access vlan 100', 'end');
    far.send('write\r\n');
    await far.until(QUESTION);
    far.send('y');
    await far.until('Configuration Saved!');
    expect([simulated.unsaved(), simulated.vlans(), simulated.port('gi1/0/5').native]).toEqual([true, [1, 100], 1]);
  });

  test('refuse and drop work as on every switch', async () => {
    const simulated = await start({ faults: { refuse: /^shutdown/, drop: /^description/ } });
    const far = await configuring(simulated);
    await type(far, 'interface gi1/0/5');
    expect(await answer(far, 'shutdown')).toContain("% Invalid input detected at '^' marker.");
    far.send('description x\r\n');
    await far.untilEnd();
    expect([simulated.unsaved(), simulated.port('gi1/0/5').enabled]).toEqual([true, true]);
  });
});
