import { expect, test } from 'vitest';
import type { FarEnd } from '../far-end.ts';
import { answer, commit, configuring, SWITCHING, start, type } from './switch-under-test.ts';

async function configured(): Promise<FarEnd> {
  const far = await configuring(await start());
  const [access, trunk] = [`set interfaces ge-0/0/1 ${SWITCHING}`, `set interfaces xe-0/1/0 ${SWITCHING}`];
  await commit(
    far,
    'set vlans red vlan-id 100',
    'set vlans blue description "the blue one" vlan-id 200',
    'set vlans tagless',
    'set interfaces ge-0/0/0 disable',
    'set interfaces ge-0/0/1 description "a server"',
    `${access} vlan members red`,
    `${trunk} interface-mode trunk vlan members [ red blue ]`,
    'set interfaces xe-0/1/0 native-vlan-id 200',
    'delete interfaces ge-0/0/3 unit 0 family ethernet-switching',
  );
  return far;
}

async function operational(): Promise<FarEnd> {
  const far = await configured();
  expect(await answer(far, 'exit configuration-mode')).toBe('Exiting configuration mode\n');
  return far;
}

test('show configuration in lines of set', async () => {
  const far = await operational();
  expect(await answer(far, 'show configuration interfaces ge-0/0/1 | display set')).toBe(
    `set interfaces ge-0/0/1 unit 0 family ethernet-switching storm-control default
set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members red
set interfaces ge-0/0/1 description "a server"
`,
  );
  expect(await answer(far, 'show configuration interfaces ge-0/0/3 | display set | no-more')).toBe(
    'set interfaces ge-0/0/3 unit 0\n',
  );
  expect(await answer(far, 'show configuration vlans | display set')).toBe(
    `set vlans default vlan-id 1
set vlans red vlan-id 100
set vlans blue description "the blue one"
set vlans blue vlan-id 200
set vlans tagless
`,
  );
  expect(await answer(far, 'show configuration interfaces ge-9/9/9 | display set')).toBe('');
  expect(await answer(far, 'show configuration | display set | match native')).toBe(
    'set interfaces xe-0/1/0 native-vlan-id 200\n',
  );
});

test('show configuration in braces', async () => {
  const far = await operational();
  expect(await answer(far, 'show configuration interfaces xe-0/1/0')).toBe(
    `native-vlan-id 200;
unit 0 {
    family ethernet-switching {
        interface-mode trunk;
        vlan {
            members [ red blue ];
        }
        storm-control default;
    }
}
`,
  );
  expect(await answer(far, 'show configuration interfaces ge-0/0/3')).toBe('unit 0;\n');
  expect(await answer(far, 'show configuration vlans')).toBe(
    `default {
    vlan-id 1;
}
red {
    vlan-id 100;
}
blue {
    description "the blue one";
    vlan-id 200;
}
tagless;
`,
  );
  expect(await answer(far, 'show configuration vlans red vlan-id')).toBe('vlan-id 100;\n');
  expect(await answer(far, 'show configuration')).toMatch(
    /^## Last commit: [\d-]+ [\d:]+ UTC by admin\nversion [^{]*system \{\n/,
  );
});

test('show configuration in JSON', async () => {
  const far = await operational();
  const shown = JSON.parse(await answer(far, 'show configuration interfaces xe-0/1/0 | display json | no-more'));
  const switching = { 'interface-mode': 'trunk', vlan: { members: ['red', 'blue'] }, 'storm-control': 'default' };
  const unit = [{ name: 0, family: { 'ethernet-switching': switching } }];
  expect(shown).toEqual({
    configuration: { interfaces: { interface: [{ name: 'xe-0/1/0', 'native-vlan-id': 200, unit }] } },
  });
});

test('show vlans', async () => {
  const far = await operational();
  expect(await answer(far, 'show vlans')).toBe(
    `
Routing instance        VLAN name             Tag          Interfaces
default-switch          blue                  200
                                                           xe-0/1/0.0*
default-switch          default               1
                                                           ge-0/0/0.0
                                                           ge-0/0/2.0*
default-switch          red                   100
                                                           ge-0/0/1.0*
                                                           xe-0/1/0.0*
default-switch          tagless

`,
  );
  expect(await answer(far, 'show vlans blue')).not.toContain('red');
  const json = JSON.parse(await answer(far, 'show vlans red | display json'));
  expect(json['l2ng-l2ald-vlan-instance-information'][0]['l2ng-l2ald-vlan-instance-group'][0]).toEqual({
    'l2ng-l2rtb-name': [{ data: 'default-switch' }],
    'l2ng-l2rtb-vlan-name': [{ data: 'red' }],
    'l2ng-l2rtb-vlan-tag': [{ data: '100' }],
    'l2ng-l2rtb-vlan-member': ['ge-0/0/1.0*', 'xe-0/1/0.0*'].map((data) => ({ 'l2ng-l2rtb-vlan-member-interface': [{ data }] })),
  });
});

test('show ethernet-switching interface', async () => {
  const far = await operational();
  const rows = (shown: string) => shown.slice(shown.indexOf('state       interface flags\n') + 28);
  expect(rows(await answer(far, 'show ethernet-switching interface xe-0/1/0.0'))).toBe(
    `xe-0/1/0.0                                      65535       0                                    tagged
                 blue                   200     65535       0      Forwarding                    untagged
                 red                    100     65535       0      Forwarding                    tagged
`,
  );
  expect(rows(await answer(far, 'show ethernet-switching interface ge-0/0/0'))).toContain('DN                untagged');
  expect(await answer(far, 'show ethernet-switching interface ge-9/9/9')).toBe('error: device ge-9/9/9 not found\n');
  expect(await answer(far, 'show ethernet-switching table')).toContain('0 entries');
});

test('show interfaces', async () => {
  const far = await operational();
  expect(await answer(far, 'show interfaces ge-0/0/1 terse')).toBe(
    `Interface               Admin Link Proto    Local                 Remote
ge-0/0/1                up    up
ge-0/0/1.0              up    up   eth-switch
`,
  );
  expect(await answer(far, 'show interfaces terse ge-0/0/0')).toContain('ge-0/0/0                down  down\n');
  expect(await answer(far, 'show interfaces ge-0/0/3 terse')).toContain('ge-0/0/3.0              up    up\n');
  expect(await answer(far, 'show interfaces ge-9/9/9 terse')).toBe('error: device ge-9/9/9 not found\n');
  expect(await answer(far, 'show interfaces descriptions')).toContain('ge-0/0/1        up    up   a server\n');
  expect(await answer(far, 'show interfaces ge-0/0/1')).toContain('  Description: a server\n');
  expect(await answer(far, 'show interfaces terse | count')).toBe('Count: 11 lines\n');
  expect(await answer(far, 'show interfaces terse | display set')).toContain('error: ');
});

test('the candidate, and what is new in it', async () => {
  const far = await configured();
  await type(far, `delete interfaces ge-0/0/1 ${SWITCHING} vlan members red`, 'set interfaces ge-0/0/1 disable');
  await type(far, 'set vlans green vlan-id 300', 'delete vlans tagless');
  expect(await answer(far, 'show | compare')).toBe(
    `[edit interfaces ge-0/0/1]
+   disable;
[edit interfaces ge-0/0/1 unit 0 family ethernet-switching]
-   vlan {
-       members red;
-   }
[edit vlans]
-   tagless;
+   green {
+       vlan-id 300;
+   }
`,
  );
  expect(await answer(far, 'show interfaces ge-0/0/1 | display set')).toContain('set interfaces ge-0/0/1 disable\n');
  expect(await answer(far, 'run show configuration vlans green')).toBe('');
  expect(await answer(far, 'show vlans green')).toBe('vlan-id 300;\n');
  await commit(far);
  expect(await answer(far, 'show | compare')).toBe('');
  expect(await answer(far, 'run show configuration | compare rollback 1')).toContain('+   green {\n');
});

test('show version tells which member of the chassis speaks', async () => {
  const far = await operational();
  expect(await answer(far, 'show version')).toContain('fpc0:\n');
  expect(await answer(far, 'show version | match junos:')).toBe('Junos: 18.4R2-S4.10\n');
});
