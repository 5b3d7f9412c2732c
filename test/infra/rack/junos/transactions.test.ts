import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FarEnd } from '../far-end.ts';
import { answer, commit, configuring, passed, session, start, type } from './switch-under-test.ts';

const NOT_COMMITTED = 'The configuration has been changed but not committed\r\n';
const WHO = String.raw`  admin terminal pts/\d \(pid \d+\) on since [\d-]+ [\d:]+ UTC\n      `;
const SET = 'set vlans v100 vlan-id 100';

async function leave(far: FarEnd, question: string, reply: string): Promise<string> {
  far.send('exit configuration-mode\r\n');
  expect(await far.until(' [yes,no] (yes) ')).toBe(`exit configuration-mode\r\n${NOT_COMMITTED}${question} [yes,no] (yes) `);
  far.send(`${reply}\r\n`);
  return (await far.until(/admin@sw1[>#] /)).slice(reply.length + 2);
}

describe('leaving with changes', () => {
  test.for(['private', 'exclusive'])('configure %s: asks, and discards them', async (kind) => {
    const simulated = await start({ virtualChassis: false });
    const far = await configuring(simulated, `configure ${kind}`);
    await type(far, SET);
    const question = `warning: Auto rollback on exiting 'configure ${kind}'\r\nDiscard uncommitted changes?`;
    expect(await leave(far, question, 'no')).toBe('\r\n[edit]\r\nadmin@sw1# ');
    expect(await answer(far, 'show vlans v100')).toBe('vlan-id 100;\n');
    expect(await leave(far, question, '')).toBe(
      'warning: discarding uncommitted changes\r\nload complete\r\nExiting configuration mode\r\n\r\nadmin@sw1> ',
    );
    await answer(far, `configure ${kind}`);
    expect(await answer(far, 'show vlans v100')).toBe('');
    expect(await answer(far, 'exit')).toBe('Exiting configuration mode\n');
  });

  test('configure: asks too, and leaves them for whoever comes next', async () => {
    const simulated = await start();
    const far = await configuring(simulated, 'configure');
    await type(far, SET);
    expect(await leave(far, 'Exit with uncommitted changes?', 'yes')).toContain('Exiting configuration mode\r\n');
    expect(await answer(far, 'configure private')).toBe('error: shared configuration database modified\n');
    expect(await answer(far, 'configure exclusive')).toBe('error: configuration database modified\n');
    expect(await answer(far, 'configure')).toContain('The configuration has been changed but not committed\n');
    expect(await answer(far, 'rollback 0')).toBe('load complete\n');
    expect(await answer(far, 'exit')).toBe('Exiting configuration mode\n');
    expect(await answer(far, 'configure private')).toContain('uncommitted changes will be discarded on exit\n');
  });

  test('a session that breaks off loses what is not shared, and its lock', async () => {
    const simulated = await start();
    const far = await configuring(simulated, 'configure exclusive');
    await type(far, SET);
    far.close();
    await vi.waitFor(() => expect(simulated.sessions).toBe(0));
    const other = await configuring(simulated, 'configure exclusive');
    expect(await answer(other, 'show vlans v100')).toBe('');
  });
});

describe('several editors', () => {
  test('one alone locks the others out', async () => {
    const simulated = await start();
    const owner = await configuring(simulated, 'configure exclusive');
    const locked = new RegExp(`^error: configuration database locked by:\n${WHO}exclusive \\[edit\\]\n$`);
    const other = await session(simulated);
    expect(await answer(other, 'configure exclusive')).toMatch(locked);
    expect(await answer(other, 'configure')).toMatch(
      new RegExp(`mode\nUsers currently editing the configuration:\n${WHO}exclusive`),
    );
    for (const line of [SET, 'delete vlans default', 'rollback', 'commit']) expect(await answer(other, line)).toMatch(locked);
    await answer(other, 'exit');
    await answer(other, 'configure private');
    await type(other, SET);
    expect(await answer(other, 'commit')).toMatch(locked);
    await commit(owner, 'set vlans v200 vlan-id 200');
    await answer(owner, 'exit');
    await commit(other);
    expect(simulated.vlans()).toEqual([1, 100, 200]);
  });

  test('those who share commit what anybody typed, and private edits keep them out', async () => {
    const simulated = await start();
    const [one, other] = [await configuring(simulated, 'configure'), await configuring(simulated, 'configure')];
    await type(one, SET);
    expect(await answer(other, 'status')).toMatch(
      new RegExp(`^Users currently editing the configuration:\n(${WHO}\\[edit\\]\n){2}$`),
    );
    const third = await session(simulated);
    expect(await answer(third, 'configure exclusive')).toMatch(/^Users currently.*\nerror: configuration database modified\n$/s);
    await commit(other);
    expect(simulated.vlans()).toEqual([1, 100]);
    await answer(third, 'configure private');
    expect(await answer(one, 'exit')).toBe('Exiting configuration mode\n');
    expect(await answer(one, 'configure')).toBe(
      "error: private edits in use. Try 'configure private' or 'configure exclusive'.\n",
    );
  });

  test('private edits are put on top of what others have committed meanwhile, unless both changed the same', async () => {
    const simulated = await start();
    const [one, other] = [await configuring(simulated), await configuring(simulated)];
    await type(other, 'set vlans v200 vlan-id 200');
    await commit(one, SET);
    await commit(other);
    expect(simulated.vlans()).toEqual([1, 100, 200]);
    await type(other, 'delete vlans v100');
    await commit(one, 'delete vlans v100', 'set vlans v300 vlan-id 300');
    expect(await answer(other, 'commit')).toMatch(/statement does not exist\nerror: /);
    await answer(other, 'rollback 0');
    await type(other, 'set interfaces ge-0/0/3 disable');
    await commit(one, 'set interfaces ge-0/0/3 disable');
    expect(await answer(other, 'commit')).toMatch(/statement already exists\nerror: /);
    expect(simulated.vlans()).toEqual([1, 200, 300]);
  });
});

describe('commit confirmed', () => {
  const ARMED = 'commit confirmed will be automatically rolled back in 2 minutes unless confirmed\n';

  test('is rolled back when its time is over, by the switch itself', async () => {
    const simulated = await start({ confirmedMinute: 200 });
    const far = await configuring(simulated, 'configure exclusive');
    await type(far, SET);
    far.send('commit confirmed 2 comment "to try"\r\n');
    expect(await far.until('admin@sw1# ')).toMatch(
      /commit complete\r\n\r\n# commit confirmed will be rolled back in 2 minutes\r\n\{master:0\}\[edit\]\r\nadmin@sw1# $/,
    );
    expect(simulated.vlans()).toEqual([1, 100]);
    expect(await answer(far, 'run show system commit')).toMatch(
      /^0 {3}[\d-]+ [\d:]+ UTC by admin via cli commit confirmed, rollback in 2mins\n {4}to try\n {4}rollback pending\n1 {3}.* by root via other\n$/,
    );
    await vi.waitFor(() => expect(simulated.vlans()).toEqual([1]), { timeout: 2000 });
    expect(await answer(far, 'run show system commit')).toMatch(
      /^0 .* by root via other\n1 .* by admin via cli commit confirmed, rollback in 2mins\n {4}to try\n2 .*\n$/,
    );
    expect(await answer(far, 'show | compare')).toBe('');
  });

  test.for(['commit', 'commit check'])('stays after "%s", of whomever', async (line) => {
    const simulated = await start({ confirmedMinute: 200 });
    const far = await configuring(simulated, 'configure');
    await type(far, SET);
    expect(await answer(far, 'commit confirmed 2 and-quit')).toBe(
      `configuration check succeeds\n${ARMED}commit complete\nExiting configuration mode\n`,
    );
    const other = await configuring(simulated, 'configure private');
    expect(await answer(other, line)).toContain('configuration check succeeds\n');
    expect(await answer(other, 'run show system commit')).not.toContain('rollback pending');
    await passed(450);
    expect(simulated.vlans()).toEqual([1, 100]);
  });

  test('takes ten minutes unless told, and is not for private editors unless the switch lets them', async () => {
    const far = await configuring(await start());
    await type(far, SET);
    expect(await answer(far, 'commit confirmed 2')).toBe('error: commit confirmed not supported for private configuration\n');
    const modern = await configuring(await start({ confirmedInPrivate: true }));
    expect(await answer(modern, 'commit confirmed')).toContain('rolled back in 10 minutes unless confirmed\ncommit complete\n');
  });

  test('outlives a simulator that is stopped, and a reboot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'junos-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { stateFile: join(folder, 'sw1.json'), confirmedMinute: 300 };
    const simulated = await start(options);
    const far = await configuring(simulated, 'configure exclusive');
    await commit(far, SET);
    await type(far, 'set vlans v200 vlan-id 200');
    await answer(far, 'commit confirmed 2');
    await simulated.reboot();
    expect(simulated.vlans()).toEqual([1, 100, 200]);
    await simulated.close();
    const again = await start({ ...options, ports: ['ge-0/0/0', 'ge-0/0/9'] });
    await vi.waitFor(() => expect(again.vlans()).toEqual([1, 100]), { timeout: 2000 });
    expect(again.port('ge-0/0/9').native).toBe(1);
    expect(again.unsaved()).toBe(false);
  });
});
