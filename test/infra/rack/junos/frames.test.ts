import { describe, expect, test } from 'vitest';
import { answer, commit, configuring, SWITCHING, start, type } from './switch-under-test.ts';

const PORT = `set interfaces ge-0/0/3 ${SWITCHING}`;
const VLANS = ['set vlans v100 vlan-id 100', 'set vlans v200 vlan-id 200'];

describe('what frames meet', () => {
  test.for([
    { lines: [], native: 1, tagged: [] },
    { lines: [`${PORT} vlan members v100`], native: 100, tagged: [] },
    { lines: [`${PORT} vlan members 100`], native: 100, tagged: [] },
    { lines: [`${PORT} vlan members 300`], native: null, tagged: [] },
    { lines: [`${PORT} interface-mode trunk`], native: null, tagged: [] },
    { lines: [`${PORT} interface-mode trunk vlan members v100`], native: null, tagged: [100] },
    { lines: [`${PORT} interface-mode trunk vlan members [ v100 v200 ]`], native: null, tagged: [100, 200] },
    { lines: [`${PORT} interface-mode trunk vlan members 100-250`], native: null, tagged: [100, 200] },
    { lines: [`${PORT} interface-mode trunk vlan members all`], native: null, tagged: [1, 100, 200] },
    { lines: [`${PORT} interface-mode trunk`, 'set interfaces ge-0/0/3 native-vlan-id 100'], native: null, tagged: [] },
    {
      lines: [`${PORT} interface-mode trunk vlan members [v100 v200]`, 'set interfaces ge-0/0/3 native-vlan-id 100'],
      native: 100,
      tagged: [200],
    },
    {
      lines: [
        `${PORT} interface-mode trunk vlan members [v100 v200]`,
        `delete interfaces ge-0/0/3 ${SWITCHING} vlan members v100`,
      ],
      native: null,
      tagged: [200],
    },
    { lines: [`delete interfaces ge-0/0/3 ${SWITCHING}`], native: null, tagged: [] },
    { lines: [`${PORT} vlan members v100`, `delete interfaces ge-0/0/3 ${SWITCHING} vlan`], native: 1, tagged: [] },
    { lines: ['delete interfaces ge-0/0/3'], native: null, tagged: [] },
    { lines: ['set vlans default vlan-id 7'], native: 7, tagged: [] },
    { lines: ['set int ge-0/0/3.0 fam eth inter trunk vlan mem v200'], native: null, tagged: [200] },
  ])('after $lines', async ({ lines, native, tagged }) => {
    const simulated = await start();
    const far = await configuring(simulated);
    await commit(far, ...VLANS, ...lines);
    expect(simulated.port('ge-0/0/3')).toEqual({ enabled: true, native, tagged });
  });

  test('nothing changes before a commit, and a port is enabled unless it is disabled', async () => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, ...VLANS, `${PORT} vlan members v100`, 'set interfaces ge-0/0/3 disable');
    await type(far, 'set interfaces ge-0/0/1 unit 0 disable');
    expect([simulated.vlans(), simulated.port('ge-0/0/3')]).toEqual([[1], { enabled: true, native: 1, tagged: [] }]);
    await commit(far);
    expect([simulated.vlans(), simulated.port('ge-0/0/3')]).toEqual([[1, 100, 200], { enabled: false, native: 100, tagged: [] }]);
    expect(simulated.port('ge-0/0/1').enabled).toBe(false);
    await commit(
      far,
      'delete interfaces ge-0/0/3 disable',
      `delete interfaces ge-0/0/3 ${SWITCHING} vlan members v100`,
      'delete vlans v100',
    );
    expect([simulated.vlans(), simulated.port('ge-0/0/3')]).toEqual([[1, 200], { enabled: true, native: 1, tagged: [] }]);
    expect(simulated.unsaved()).toBe(false);
    expect(() => simulated.port('ge-0/0/9')).toThrow('no port ge-0/0/9');
  });
});

describe('a commit is refused', () => {
  test.for([
    {
      lines: [...VLANS, `${PORT} vlan members [ v100 v200 ]`],
      says: 'Access interface ge-0/0/3.0 cannot be a member of more than one vlan',
    },
    { lines: [`${PORT} vlan members v300`], says: 'vlan with name v300 is not configured' },
    { lines: [`${PORT} vlan members 100-200`], says: 'Vlan range format not supported if interface-mode is access' },
    { lines: ['set vlans a vlan-id 5', 'set vlans b vlan-id 5'], says: 'vlan-id is in use by vlan a' },
    { lines: ['set interfaces ge-0/0/3 unit 0 family inet dhcp'], says: 'cannot be configured on the same unit' },
  ])('after $lines', async ({ lines, says }) => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, ...lines);
    for (const line of ['commit check', 'commit', 'commit and-quit']) {
      const shown = await answer(far, line);
      expect(shown).toContain(says);
      expect(shown).toMatch(/^\[edit .*\]\n {2}'.*'\n {4}.*\nerror: configuration check-out failed\n$/);
    }
    expect(simulated.vlans()).toEqual([1]);
    expect(await answer(far, 'rollback')).toBe('load complete\n');
    await commit(far);
  });
});
