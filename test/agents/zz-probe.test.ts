import { test } from 'vitest';
import { brocadeFamily } from '../../agents/drivers/brocade.ts';
import { dellOs10Family } from '../../agents/drivers/dell-os10.ts';
import { dellnos9Console, dellnos9Rest } from '../../agents/drivers/dellnos9.ts';
import { junosFamily } from '../../agents/drivers/junos.ts';
import { ovsFamily } from '../../agents/drivers/ovs.ts';
import { parseOs10Port } from '../../agents/reading/dell-os10.ts';
import { parseDellPort } from '../../agents/reading/dellnos9.ts';
import { parseJunosPort, waiting, waitingCommit } from '../../agents/reading/junos.ts';

const N = 20000;
const go = (name: string, f: () => unknown) => {
  const t = performance.now();
  try {
    f();
  } catch (e) {
    console.log(name, 'THROWS', String(e).slice(0, 100));
  }
  const d = performance.now() - t;
  if (d > 150) console.log('SLOW', name, Math.round(d));
};
const legend = 'Codes: x\n    NUM    Status    Description                     Q Ports\n';
const bad: Record<string, string> = {
  dash: '-'.repeat(N) + 'x',
  space: ' '.repeat(N) + 'x',
  dashspace: '- '.repeat(N / 2) + 'x',
  a: 'a'.repeat(N),
  aminus: 'A - '.repeat(28) + '!',
  ab: 'A - b '.repeat(24) + '!',
  comma: '1,'.repeat(N / 2) + 'x',
  digits: '1'.repeat(N),
  quote: '"' + '\\a'.repeat(N / 2),
  quotes: '"'.repeat(N),
  brace: '{master:0}'.repeat(N / 10),
  spaces: 'a' + ' '.repeat(N) + 'x',
  tabs: 'set ' + 'x '.repeat(N / 2),
  nl: '\n'.repeat(N) + 'x',
  nlsp: ' \n'.repeat(N / 2) + 'x',
  num: '0 2026-01-01 ' + '\nx'.repeat(N / 2),
  num2: '0 2026-01-01 \n'.repeat(N / 14),
  port: 'Eth1/1/1,'.repeat(N / 9),
  dots: 'interface ethernet' + ' '.repeat(N) + 'x',
  iface: 'interface ' + 'a '.repeat(N / 2),
  err: 'error: ' + ' '.repeat(N) + '\n' + ' '.repeat(N) + 'x',
  u: 'U ' + '1 '.repeat(N / 2) + 'x',
  os: ' 1 '.repeat(N / 3),
  ver: 'Dell Networking OS Version: '.repeat(N / 28),
  desc: ' description ' + ' '.repeat(N) + 'x',
  path: 'JUNOS ' + 'a'.repeat(N),
  junos: 'JUNOS '.repeat(N / 6),
  sp8: 'Users ' + ' a terminal b (pid 1) '.repeat(N / 20) + '\u0000',
  xe: 'xe-' + '0/'.repeat(N / 2),
  ws: 'lib' + ' \t'.repeat(N / 2) + 'x',
  lt: '<shutdown '.repeat(N / 10),
  xmlq: '<?xml ' + ' '.repeat(N) + 'x',
  xs: '<shutdown>' + ' '.repeat(N) + 'x',
};
test('slow', () => {
  for (const [k, b] of Object.entries(bad)) {
    for (const [w, v] of [
      ['', b],
      ['sp', ' ' + b],
      ['nl', 'x\n' + b],
    ] as const) {
      const id = k + w;
      go('os10 conf ' + id, () => parseOs10Port('ethernet1/1/5', `interface ethernet1/1/5\n${v}`, ''));
      go('os10 vlans ' + id, () => parseOs10Port('ethernet1/1/5', 'interface ethernet1/1/5\n no shutdown\n', legend + v));
      go('os10 legend ' + id, () => parseOs10Port('ethernet1/1/5', 'interface ethernet1/1/5\n no shutdown\n', v + '\n' + legend));
      const t = 'ge-0/0/1 up up\n';
      go('j terse ' + id, () => parseJunosPort('ge-0/0/1', { terse: v, configuration: '', vlans: '', switching: '' }));
      go('j conf ' + id, () => parseJunosPort('ge-0/0/1', { terse: t, configuration: v, vlans: '', switching: '' }));
      go('j vlans ' + id, () => parseJunosPort('ge-0/0/1', { terse: t, configuration: '', vlans: v, switching: '' }));
      go('j sw ' + id, () => parseJunosPort('ge-0/0/1', { terse: t, configuration: '', vlans: '', switching: v }));
      go('j sw2 ' + id, () =>
        parseJunosPort('ge-0/0/1', {
          terse: t,
          configuration: '',
          vlans: '',
          switching: 'Logical         Vlan                   TAG   MAC \nge-0/0/1.0 tagged\n' + v,
        }),
      );
      go('j waiting ' + id, () => waiting.test(v));
      go('j waitingCommit ' + id, () => waitingCommit('0   2026-11-20 09:01:02 UTC\n' + v));
      go('9 conf ' + id, () => parseDellPort('TenGigabitEthernet 1/7', 'interface TenGigabitEthernet 1/7\n' + v, ''));
      go('9 mem ' + id, () =>
        parseDellPort(
          'TenGigabitEthernet 1/7',
          'interface TenGigabitEthernet 1/7\n switchport\n shutdown\n',
          'Name: TenGigabitEthernet 1/7\n' + v,
        ),
      );
      go('9 unwrap ' + id, () => dellnos9Rest.unwrap?.(`<output><command>${v.replace(/[<&]/g, '')}</command></output>`));
      go('br ' + id, () =>
        brocadeFamily.parse('7/0/1', [v, '', '', '', ''], { tls: false, interface_type: 'TenGigabitEthernet' }),
      );
      go('br expected ' + id, () =>
        brocadeFamily.shut('7/0/1', { tls: false, interface_type: 'TenGigabitEthernet' })[1]?.expected?.test(v),
      );
      go('ovs ' + id, () =>
        ovsFamily.parse('p1', [v, v], { transport: 'local', legacy_ssh: false, sudo: false, database: null, ovs_bridge: null }),
      );
      for (const [fn, f] of Object.entries({
        j: junosFamily,
        o: dellOs10Family,
        n: dellnos9Console,
        r: dellnos9Rest,
        b: brocadeFamily,
        ovs: ovsFamily,
      })) {
        for (const key of ['refusal', 'chatter', 'busy'] as const) {
          const re = (f as unknown as Record<string, RegExp | undefined>)[key];
          if (re) go(`${fn}.${key} ${id}`, () => re.test(v));
        }
        go(`${fn}.version ${id}`, () => f.version.pattern.test(v));
        if (f.save) {
          go(`${fn}.done ${id}`, () => f.save!.done.test(v));
          if (f.save.busy) go(`${fn}.busy ${id}`, () => f.save!.busy!.test(v));
        }
        if ('dialect' in f)
          for (const key of ['prompt', 'username', 'password', 'denied', 'pager', 'log'] as const)
            go(`${fn}.d.${key} ${id}`, () => (f.dialect[key] as RegExp).test(v));
      }
    }
  }
}, 280000);
