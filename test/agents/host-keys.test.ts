import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHostKeys } from '../../agents/host-keys.ts';
import { stateFolder } from '../support/agent-site.ts';

const first = `SHA256:${'a'.repeat(43)}`;
const second = `SHA256:${'b'.repeat(43)}`;

describe('openHostKeys', () => {
  test('pins the first key of each address, for all processes that share the file', (t) => {
    const path = join(stateFolder(t), 'known-hosts');
    const [one, two] = [openHostKeys(path), openHostKeys(path)];
    expect(one.check('10.1.0.7:22', first)).toBe(true);
    expect(two.check('10.1.0.7:22', first)).toBe(true);
    expect(two.check('10.1.0.7:22', second)).toBe(false);
    expect(two.check('10.1.0.8:22', second)).toBe(true);
    expect(openHostKeys(path).check('10.1.0.8:22', first)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(`10.1.0.7:22 ${first}\n10.1.0.8:22 ${second}\n`);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test('where two were added at once, the first one counts', (t) => {
    const path = join(stateFolder(t), 'known-hosts');
    writeFileSync(path, `a:22 ${first}\na:22 ${second}\n`, { mode: 0o600 });
    expect(openHostKeys(path).check('a:22', first)).toBe(true);
    expect(openHostKeys(path).check('a:22', second)).toBe(false);
  });

  test('takes no address that would be a line of its own', (t) => {
    const path = join(stateFolder(t), 'known-hosts');
    expect(openHostKeys(path).check(`a:22 ${first}\nb:22`, second)).toBe(false);
  });

  test('refuses a file that is not understood, or open to others', (t) => {
    const path = join(stateFolder(t), 'known-hosts');
    writeFileSync(path, `a:22 ${first}\nb:22 ???\n`, { mode: 0o600 });
    expect(() => openHostKeys(path)).toThrow(/known-hosts is not understood in line 2/);
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    expect(() => openHostKeys(path)).toThrow(/chmod/);
  });
});
