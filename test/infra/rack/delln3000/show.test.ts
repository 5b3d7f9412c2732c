import { describe, expect, test } from 'vitest';
import { answer, configuring, session, start, type } from './switch-under-test.ts';

const TRUNK = ['interface gi1/0/5', 'switchport mode trunk'];

describe('show interfaces switchport', () => {
  test.for([
    { lines: [], field: 'VLAN Membership Mode', value: 'Access Mode' },
    { lines: [], field: 'Member of VLANs ', value: '(1)' },
    { lines: ['switchport access vlan 100'], field: 'Access Mode VLAN', value: '100' },
    { lines: TRUNK, field: 'VLAN Membership Mode', value: 'Trunk Mode' },
    { lines: TRUNK, field: 'Member of VLANs ', value: '(1),2-4093' },
    { lines: TRUNK, field: 'Trunking Mode VLANs Enabled', value: 'All' },
    { lines: [...TRUNK, 'sw trunk native vlan 900'], field: 'Member of VLANs ', value: '(900),1-899,901-4093' },
    { lines: [...TRUNK, 'sw trunk allowed vlan none'], field: 'Trunking Mode VLANs Enabled', value: 'None' },
    { lines: [...TRUNK, 'sw trunk allowed vlan none'], field: 'Member of VLANs ', value: '' },
    {
      lines: [...TRUNK, 'sw trunk native vlan 900', 'sw trunk allowed vlan none'],
      field: 'Trunking Mode Native VLAN',
      value: '900',
    },
    { lines: ['switchport mode general'], field: 'General Mode Untagged VLANs', value: '1' },
  ])('after $lines says of $field $value', async ({ lines, field, value }) => {
    const far = await configuring(await start(), '100', '900');
    await type(far, 'interface gi1/0/5', ...lines);
    const shown = await answer(far, 'show interfaces switchport gi1/0/5');
    expect(shown).toMatch(/^\r\nPort: Gi1\/0\/5\r\nVLAN Membership Mode: /);
    expect(shown.split('\r\n')).toContain(`${field}: ${value}`.trimEnd());
  });

  test('breaks lists early, and goes on behind 27 blanks', async () => {
    const ids = '1,25-26,40-41,50-51,53,200,301-308,331,340,525,540,600,610,700,800,911-912,920,1000,1002';
    const far = await configuring(await start(), ids);
    await type(far, ...TRUNK, `switchport trunk allowed vlan ${ids}`);
    const shown = await answer(far, 'show interfaces switchport gi1/0/5');
    const blanks = ' '.repeat(27);
    expect(shown).toContain(`\r\nMember of VLANs : (1),25-26,40-41,50-51,53,\r\n${blanks}200,301-308,`);
    expect(shown).toContain(
      `\r\nTrunking Mode VLANs Enabled: 1,25-26,40-41,50-51,53,\r\n${blanks}200,301-308,331,340,525,540,600,610,700,800,911-912,\r\n${blanks}920,1000,1002\r\nPrivate`,
    );
  });
});

describe('show', () => {
  test('interfaces status has native and tagged VLANs of every port', async () => {
    const far = await configuring(await start(), '100', '200', '300');
    await type(far, ...TRUNK, 'sw trunk allowed vlan 100,200', 'sw trunk native vlan 100', 'description "node five is here"');
    await type(
      far,
      'interface te1/0/1',
      'shutdown',
      'interface gi1/0/1',
      'sw mode trunk',
      'sw trunk allowed vlan remove 2,4,6,8,10,12,14,16,18',
    );
    const shown = await answer(far, 'show interfaces status');
    expect(shown).toMatch(/\r\nGi1\/0\/5 +node five is he Full +1000 +Auto Up +On +T {2}\(100\),200\r\n/);
    expect(shown).toMatch(/\r\nTe1\/0\/1 + N\/A +Unknown Auto Down +Off +A {2}1\r\n/);
    expect(shown).toMatch(/\r\nGi1\/0\/1 .* T {2}\(1\),3,5,7,9,11,13,\r\n {62}15,17,19-4093\r\n/);
  });

  test('vlan lists the ports that are in each, and id tells the truth about one', async () => {
    const far = await configuring(await start(), '10', '2222');
    await type(far, ...TRUNK, 'sw trunk native vlan 2222', 'sw trunk allowed vlan 10', 'vlan 10', 'name "blue"', 'exit');
    expect(await answer(far, 'show vlan')).toBe(
      [
        '',
        'VLAN   Name                             Ports          Type',
        '-----  ---------------                  -------------  --------------',
        '1      default                          Po1-128,       Default',
        '                                        Gi1/0/1-3,     ',
        '                                        Te1/0/1        ',
        '10     blue                             Gi1/0/5        Static',
        '2222   VLAN2222                                        Static',
        '',
      ].join('\r\n'),
    );
    expect(await answer(far, 'show vlan id 2222')).not.toContain('Gi');
    expect(await answer(far, 'show interfaces switchport gi1/0/5')).toContain('\r\nTrunking Mode Native VLAN: 2222\r\n');
  });

  test('running-config has no line where a trunk allows all', async () => {
    const far = await configuring(await start(), '100');
    await type(far, ...TRUNK, 'switchport trunk native vlan 100');
    expect(await answer(far, 'show running-config interface gi1/0/5')).toBe(
      '\r\nswitchport mode trunk\r\nswitchport trunk native vlan 100\r\n',
    );
    expect(await answer(far, 'show running-config interface Gi1/0/1')).toBe('\r\n');
    await type(far, 'sw trunk allowed vlan none', 'shutdown', 'description node5');
    const whole = await answer(far, 'do show running-config');
    expect(whole).toMatch(/^\r\n!Current Configuration:\r\n!System Description "Dell Networking N3024, 6\.3/);
    expect(whole).toContain('\r\nconfigure\r\nvlan 100\r\nexit\r\nhostname "sw1"\r\n');
    expect(whole).toContain(
      '\r\ninterface Gi1/0/5\r\ndescription "node5"\r\nshutdown\r\nswitchport mode trunk\r\nswitchport trunk native vlan 100\r\nswitchport trunk allowed vlan none\r\nexit\r\n',
    );
  });

  test('has the addresses, and what the switch is', async () => {
    const far = await session(await start({ faults: { log: /^show version/ } }));
    await type(far, 'terminal length 0');
    expect(await answer(far, 'show mac address-table')).toMatch(/\r\n1 +0200\.5E30\.4801 +Management +Vl1\r\n$/);
    const version = await answer(far, 'show version');
    expect(version).toContain('\r\nMachine Type...................... Dell Networking N3024\r\n');
    expect(version).toMatch(/<189> \w{3} [ \d]\d [\d:]{8} sw1-1 TRAPMGR\[trapTask\]: .* %% NOTE Link Up: Gi1\/0\/1\r\n/);
    expect(await answer(far, 'show interfaces description')).toContain('\r\nGi1/0/5\r\n');
  });
});
