import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { Journal, journalPath } from '../../agents/journal.ts';
import { openConsoles, unsavedSwitches } from '../../agents/journal-folder.ts';
import type { Outcome } from '../../db/commands/outcome.ts';

const access = { label: 'sw-1', type: 'mock', hostname: 'memory', port: 1, settings: {}, sealed: 'x' };
const console5 = {
  console: 5,
  access: { label: 'n1', type: 'ipmi' as const, host: '10.0.0.1', port: 623, settings: {}, sealed: 'x' },
};
const done: Outcome = { status: 'done', result: { port: { native: 1, tagged: [], enabled: true }, changed: true } };
const command = (seq: number, port = `p${seq}`) => ({ id: `id-${seq}`, seq, port });

/** A journal that is closed and opened again at will, as by one process after the other. */
function bench(t: TestContext, device = 'switch/sw-1') {
  const folder = mkdtempSync(join(tmpdir(), 'haas-journal-'));
  t.onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = journalPath(folder, 'site-1', device);
  let open: Journal | undefined;
  const reopen = () => {
    open?.close();
    open = new Journal(folder, 'site-1', device);
    return open;
  };
  t.onTestFinished(() => open?.close());
  return { folder, path, reopen };
}

describe('Journal', () => {
  test('lets each command in once, in order', (t) => {
    const journal = bench(t).reopen();
    expect(journal.admit(command(5))).toEqual({ kind: 'fresh' });
    journal.begin([command(5), command(8)], access);
    expect(journal.admit(command(9))).toEqual({ kind: 'fresh' });
    expect(journal.admit(command(7))).toEqual({ kind: 'out-of-order' });
    expect(journal.admit(command(4))).toEqual({ kind: 'out-of-order' });
    expect(journal.admit({ ...command(8), id: 'another' })).toEqual({ kind: 'replayed' });
  });

  test('cut after each step, goes on from there', (t) => {
    const { reopen } = bench(t);
    reopen();
    expect(reopen().admit(command(5))).toEqual({ kind: 'fresh' });

    reopen().begin([command(5)], access);
    expect(reopen().admit(command(5))).toEqual({ kind: 'again' });
    expect(reopen().isOpen('id-5')).toBe(true);

    reopen().end('id-5', done);
    expect(reopen().admit(command(5))).toEqual({ kind: 'ended', outcome: done });
    expect(reopen().recall('id-5')).toEqual(done);
    expect(reopen().isOpen('id-5')).toBe(false);

    reopen().settled(['id-5']);
    expect(reopen().admit(command(5))).toEqual({ kind: 'replayed' });
    expect(reopen().recall('id-5')).toBeUndefined();
  });

  test('closes an older command of the same port, unless it ended and the database may not know', (t) => {
    const { reopen } = bench(t);
    const journal = reopen();
    journal.begin([command(1, 'a'), command(2, 'b'), command(3, 'c')], access);
    journal.end('id-3', done);
    journal.begin([command(4, 'a'), command(5, 'c')], access);
    const later = reopen();
    expect(later.admit(command(1, 'a'))).toEqual({ kind: 'replayed' });
    expect(later.admit(command(2, 'b'))).toEqual({ kind: 'again' });
    expect(later.admit(command(3, 'c'))).toEqual({ kind: 'ended', outcome: done });
  });

  test('closes nothing for a command that changes no port, and has nothing saved for it', (t) => {
    const { reopen } = bench(t);
    const look = (seq: number) => ({ ...command(seq), port: null });
    reopen().begin([look(1), look(2)], null);
    expect(reopen().unsaved).toBeNull();
    reopen().begin([command(3, 'a')], access);
    reopen().begin([look(4)], null);
    const later = reopen();
    for (const seq of [1, 2, 4]) expect(later.admit(look(seq))).toEqual({ kind: 'again' });
    expect(later.admit(command(3, 'a'))).toEqual({ kind: 'again' });
    expect(later.unsaved).toEqual(access);
  });

  test('calls what is too old to be told a replay, and stays small', (t) => {
    const { reopen, path } = bench(t);
    let journal = reopen();
    for (let seq = 10; seq <= 4000; seq += 2) {
      journal.begin([command(seq)], access);
      journal.end(`id-${seq}`, done);
      journal.settled([`id-${seq}`]);
    }
    journal = reopen();
    expect(statSync(path).size).toBeLessThan(20_000);
    expect(journal.admit(command(11))).toEqual({ kind: 'replayed' });
    expect(journal.admit(command(2000))).toEqual({ kind: 'replayed' });
    expect(journal.admit(command(3998))).toEqual({ kind: 'replayed' });
    expect(journal.admit(command(3999))).toEqual({ kind: 'out-of-order' });
    expect(journal.admit(command(4001))).toEqual({ kind: 'fresh' });
  });

  test('remembers how to reach a switch until it is saved', (t) => {
    const { reopen, folder } = bench(t);
    expect(unsavedSwitches(folder, 'site-1')).toEqual([]);
    reopen().begin([command(1)], access);
    expect(reopen().unsaved).toEqual(access);
    expect(unsavedSwitches(folder, 'site-1')).toEqual([access]);
    expect(unsavedSwitches(folder, 'site-1', ['switch/sw-2'])).toEqual([access]);
    expect(unsavedSwitches(folder, 'site-1', ['switch/sw-2', 'switch/sw-1'])).toEqual([]);
    reopen().end('id-1', { status: 'unknown', reason: 'unproven', message: 'it said "saved": true' });
    expect(unsavedSwitches(folder, 'site-1')).toEqual([access]);
    reopen().saved();
    expect(reopen().unsaved).toBeNull();
    expect(unsavedSwitches(folder, 'site-1')).toEqual([]);
    expect(unsavedSwitches(folder, 'site-2')).toEqual([]);
  });

  test.for([
    ['console/n1', console5],
    ['headnode-console/n1', { console: 5, headnode: { label: 'n1', uuid: 'b8c1e1a4-5f0e-4a53-9a0b-3b2f1c1d7e10' } }],
  ] as const)('remembers which console is to be held, until none is: %s', ([device, held], t) => {
    const { reopen, folder } = bench(t, device);
    expect(reopen().console).toBeNull();
    reopen().holdConsole(held);
    expect(reopen().console).toEqual(held);
    expect(openConsoles(folder, 'site-1')).toEqual([device]);
    expect(openConsoles(folder, 'site-1', [device])).toEqual([]);
    expect(unsavedSwitches(folder, 'site-1')).toEqual([]);
    const look = { ...command(1), port: null };
    reopen().begin([look], null);
    reopen().end('id-1', { status: 'done', result: { console: 6 } });
    expect(openConsoles(folder, 'site-1')).toEqual([device]);
    reopen().holdConsole({ ...held, console: 6 });
    expect(reopen().console).toEqual({ ...held, console: 6 });
    expect(openConsoles(folder, 'site-1')).toEqual([device]);
    reopen().holdConsole(null);
    expect(openConsoles(folder, 'site-1')).toEqual([]);
    expect(reopen().console).toBeNull();
  });

  test('of before there were headnodes is read', (t) => {
    const { reopen, path, folder } = bench(t, 'console/n1');
    reopen().close();
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"console":${JSON.stringify(console5)}}\n`);
    expect(openConsoles(folder, 'site-1')).toEqual(['console/n1']);
    expect(reopen().console).toEqual(console5);
  });

  test('of before there were consoles is read', (t) => {
    const { reopen, path, folder } = bench(t);
    reopen().begin([command(5)], access);
    writeFileSync(path, readFileSync(path, 'utf8').replace(',"console":null', ''));
    expect(reopen().console).toBeNull();
    expect(reopen().admit(command(5))).toEqual({ kind: 'again' });
    expect(openConsoles(folder, 'site-1')).toEqual([]);
  });

  test('keeps a moment for whoever opens it next', (t) => {
    const { reopen } = bench(t);
    const journal = reopen();
    expect(journal.leftAt).toBeUndefined();
    const moment = new Date('2026-11-22T21:00:01.000Z');
    journal.leave(moment);
    expect(journal.leftAt).toEqual(moment);
    expect(reopen().leftAt).toEqual(moment);
  });

  test('stays small while it is open, and forgets nothing by that', (t) => {
    const { reopen, path } = bench(t, 'console/n1');
    const journal = reopen();
    journal.holdConsole(console5);
    journal.begin([{ ...command(1), port: null }], null);
    for (let line = 0; line < 10_000; line += 1) journal.end('id-1', done);
    const { size } = statSync(path);
    journal.settled(['id-1']);
    expect(statSync(path).size).toBeLessThan(size / 100);
    expect(journal.admit(command(1))).toEqual({ kind: 'replayed' });
    journal.begin([{ ...command(2), port: null }], null);
    const later = reopen();
    expect(later.console).toEqual(console5);
    expect(later.admit(command(1))).toEqual({ kind: 'replayed' });
    expect(later.admit({ ...command(2), port: null })).toEqual({ kind: 'again' });
  });

  test('cuts off a last line that was never finished, as nobody relied on it', (t) => {
    const { reopen, path } = bench(t);
    reopen().begin([command(5)], access);
    const size = statSync(path).size;
    appendFileSync(path, '{"begin":[{"id":"id-6","se');
    const journal = reopen();
    expect(statSync(path).size).toBe(size);
    expect(journal.admit(command(5))).toEqual({ kind: 'again' });
    expect(journal.admit(command(6))).toEqual({ kind: 'fresh' });
    journal.begin([command(6)], access);
    expect(reopen().admit(command(6))).toEqual({ kind: 'again' });
  });

  test.for([
    { name: 'emptied', spoil: (path: string) => truncateSync(path, 0) },
    { name: 'overwritten', spoil: (path: string) => writeFileSync(path, '\0'.repeat(500)) },
    { name: 'cut in its first line', spoil: (path: string) => truncateSync(path, 10) },
    {
      name: 'with a spoilt line in the middle',
      spoil: (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"begin"', '"bexin"')),
    },
    {
      name: 'with a seq that is none',
      spoil: (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"seq":5', '"seq":"5"')),
    },
  ])('a file that was $name is never reset', ({ spoil }, t) => {
    const { reopen, path } = bench(t);
    reopen().begin([command(5)], access);
    spoil(path);
    const spoilt = readFileSync(path);
    expect(reopen).toThrow(
      expect.objectContaining({ name: 'JournalError', damaged: true, message: expect.stringContaining(path) }),
    );
    expect(readFileSync(path)).toEqual(spoilt);
  });

  test('the file of another device is not believed', (t) => {
    const { reopen, path, folder } = bench(t);
    reopen().begin([command(5)], access);
    const other = journalPath(folder, 'site-1', 'switch/sw-2');
    writeFileSync(other, readFileSync(path));
    expect(() => new Journal(folder, 'site-1', 'switch/sw-2')).toThrow(/in truth that of switch\/sw-1/);
  });

  test('begins nothing when the disk does not take it', (t) => {
    const { reopen, path } = bench(t);
    const journal = reopen();
    journal.begin([command(5)], access);
    journal.close();
    expect(() => journal.begin([command(6)], access)).toThrow(path);
    expect(journal.admit(command(6))).toEqual({ kind: 'fresh' });
    expect(reopen().admit(command(6))).toEqual({ kind: 'fresh' });
  });

  test('no label of a device leaves the folder, or shares its file with another', (t) => {
    const { folder } = bench(t);
    const labels = [
      'a',
      'A',
      '..',
      '../..',
      'a/b',
      'a_b',
      'a b',
      '%2e%2e',
      'ä',
      `x${'y'.repeat(300)}`,
      `x${'y'.repeat(301)}`,
      '-rf',
      '\u202e',
      'CON',
    ];
    for (const label of labels) new Journal(folder, 'site-1', `switch/${label}`).close();
    const own = dirname(journalPath(folder, 'site-1', 'any'));
    expect(readdirSync(own)).toHaveLength(labels.length);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(new Set(readdirSync(own).map((name) => name.toLowerCase())).size).toBe(labels.length);
  });

  test('is readable by nobody else', (t) => {
    const { reopen, path } = bench(t);
    reopen();
    expect(existsSync(path)).toBe(true);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(dirname(path)).mode & 0o077).toBe(0);
  });
});
