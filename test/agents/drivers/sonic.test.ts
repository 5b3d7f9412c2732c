import { describe, expect, test } from 'vitest';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import { sonic, sonicFamily } from '../../../agents/drivers/sonic.ts';

const settings = { transport: 'ssh', legacy_ssh: false, save: true } as const;
const port = 'Ethernet4';

/** What the tables are, for a port that is in some VLANs; `vlans` are there besides. */
function answers(members: Record<string, 'tagged' | 'untagged'>, { mode, vlans = [] }: { mode?: string; vlans?: number[] } = {}) {
  const table = Object.entries(members).map(([vlan, tagging]) => [`Vlan${vlan}|${port}`, { tagging_mode: tagging }]);
  const all = [...Object.keys(members), ...vlans].map((vlan) => [`Vlan${vlan}`, { vlanid: `${vlan}` }]);
  return [
    JSON.stringify({ [port]: { admin_status: 'up', alias: 'etp2', ...(mode === undefined ? {} : { mode }) }, Ethernet0: {} }),
    table.length === 0 ? '' : JSON.stringify(Object.fromEntries(table)),
    '',
    '{}',
    '\n',
    JSON.stringify(Object.fromEntries(all)),
  ];
}

function typed(native: number | null, tagged: number[], prior: string[]): string[] {
  const steps = sonicFamily.change(port, { native, tagged, enabled: true }, settings, prior);
  if ('problem' in steps) throw new Error(steps.problem);
  return steps.map((step) => ('argv' in step ? `${step.argv.join(' ')} (may fail)` : step.join(' ')));
}

const config = (line: string) => `sudo -n config ${line}`;

describe('sonic: commands', () => {
  test('shuts, leaves VLANs, makes the missing ones, and joins', () => {
    const prior = answers({ 101: 'untagged', 102: 'tagged', 103: 'tagged' }, { mode: 'trunk', vlans: [104] });
    expect(typed(104, [101, 103, 105], prior)).toEqual([
      config('interface shutdown Ethernet4'),
      config('vlan member del 101 Ethernet4'),
      config('vlan member del 102 Ethernet4'),
      config('vlan add 105'),
      config('vlan member add -u 104 Ethernet4'),
      config('vlan member add 101 Ethernet4'),
      config('vlan member add 105 Ethernet4'),
    ]);
  });

  test('a state that is there already changes nothing', () => {
    const prior = answers({ 101: 'untagged', 102: 'tagged' }, { mode: 'trunk' });
    expect(typed(101, [102], prior)).toEqual([config('interface shutdown Ethernet4')]);
  });

  test('leaves every VLAN for none', () => {
    const prior = answers({ 101: 'untagged', 102: 'tagged' }, { mode: 'trunk' });
    expect(typed(null, [], prior).slice(1)).toEqual([
      config('vlan member del 101 Ethernet4'),
      config('vlan member del 102 Ethernet4'),
    ]);
  });

  test('a port with two untagged VLANs, which cannot be told, is mended', () => {
    const prior = answers({ 101: 'untagged', 102: 'untagged' }, { mode: 'trunk' });
    expect(typed(102, [], prior)).toContain(config('vlan member del 101 Ethernet4'));
  });

  test.each([
    { mode: 'routed', line: config('switchport mode trunk Ethernet4') },
    { mode: 'access', line: config('switchport mode trunk Ethernet4') },
    { mode: undefined, line: `${config('switchport mode trunk Ethernet4')} (may fail)` },
    { mode: 'trunk', line: undefined },
  ])('makes a port of mode $mode a trunk', ({ mode, line }) => {
    const lines = typed(101, [], answers({}, mode === undefined ? {} : { mode }));
    expect(lines.find((one) => one.includes('switchport'))).toBe(line);
    if (line !== undefined) expect(lines.indexOf(line)).toBeLessThan(lines.indexOf(config('vlan member add -u 101 Ethernet4')));
  });

  test('opens and shuts with nothing else, and asks for no more than it needs', () => {
    const vlans = { native: null, tagged: [], enabled: true };
    expect(sonicFamily.enable(port, settings, vlans)).toEqual([['sudo', '-n', 'config', 'interface', 'startup', port]]);
    expect(sonicFamily.shut(port, settings)).toEqual([['sudo', '-n', 'config', 'interface', 'shutdown', port]]);
    expect(JSON.stringify(sonicFamily.read(port, settings))).not.toMatch(/print-data|running/);
  });

  test('changes nothing when it is not told all', () => {
    const prior = answers({ 101: 'untagged' });
    const want = { native: 101, tagged: [], enabled: true };
    for (const [index, text] of [
      [0, ''],
      [1, '{"Vlan101|'],
      [5, 'Vlan101'],
    ] as const)
      expect(sonicFamily.change(port, want, settings, prior.with(index, text))).toHaveProperty('problem');
  });
});

test.each([
  'Usage: config vlan member add [OPTIONS] <vid> port\nTry "config vlan member add -h" for help.\n\nError: Vlan5 does not exist',
  'Error: Ethernet4 is in routed mode!\nUse switchport mode command to change port mode',
  'Root privileges are required for this operation',
  'sudo: a password is required',
  'Traceback (most recent call last):',
])('a refusal: %j', (text) => expect(text).toMatch(sonicFamily.refusal ?? /^$/));

test('what is no news, what is saved, which version', () => {
  expect('Ethernet4 switched from routed to trunk mode').toMatch(sonicFamily.chatter);
  expect('Warning: something').not.toMatch(sonicFamily.chatter);
  expect('Running command: /usr/local/bin/sonic-cfggen -d --print-data > /etc/sonic/config_db.json').toMatch(
    sonicFamily.save?.done ?? /^$/,
  );
  expect(sonicFamily.version.pattern.exec('\nSONiC Software Version: SONiC.202305.1-abc\nDistribution: Debian 11')?.[1]).toBe(
    '202305.1-abc',
  );
  expect(findDriver('sonic')).toBe(sonic);
});
