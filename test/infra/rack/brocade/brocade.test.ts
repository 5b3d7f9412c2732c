import { describe, expect, test } from 'vitest';
import { call } from '../http-client.ts';
import { add, PORT, SWITCHPORT, send, start, TRUNK } from './switch-under-test.ts';

const VLANS = '/rest/config/running/interface';

describe('what is shown', () => {
  test('a trunk, in the form that was captured from a VDX', async () => {
    const simulated = await start();
    await send(simulated, ...TRUNK, add('30,32-35'), [
      'PUT',
      `${SWITCHPORT}/trunk`,
      '<trunk><native-vlan>31</native-vlan></trunk>',
    ]);
    const { status, body } = await call(simulated, 'GET', `${SWITCHPORT}/trunk`);
    expect(status).toBe(200);
    expect(body).toBe(
      [
        `<trunk xmlns="urn:brocade.com:mgmt:brocade-interface" xmlns:y="http://brocade.com/ns/rest" y:self="${SWITCHPORT}/trunk">`,
        `  <allowed y:self="${SWITCHPORT}/trunk/allowed">`,
        `    <rspan-vlan y:self="${SWITCHPORT}/trunk/allowed/rspan-vlan"/>`,
        `    <vlan y:self="${SWITCHPORT}/trunk/allowed/vlan">`,
        '      <add>30,32-35</add>',
        '    </vlan>',
        '  </allowed>',
        `  <tag y:self="${SWITCHPORT}/trunk/tag">`,
        '    <native-vlan>true</native-vlan>',
        '  </tag>',
        '  <native-vlan>31</native-vlan>',
        '</trunk>',
        '',
      ].join('\n'),
    );
  });

  test('what is not set is absent', async () => {
    const simulated = await start();
    await send(simulated, ...TRUNK, ['DELETE', `${SWITCHPORT}/trunk/tag/native-vlan`]);
    const { body } = await call(simulated, 'GET', `${SWITCHPORT}/trunk`);
    expect(body).not.toMatch(/<add>|<native-vlan>/);
    expect(body).toContain(`<vlan y:self="${SWITCHPORT}/trunk/allowed/vlan"/>`);
  });

  test('the mode, a whole port, one value, and all interfaces', async () => {
    const simulated = await start();
    await send(simulated, ...TRUNK, ['POST', PORT, '<shutdown>true</shutdown>']);
    const { body: mode } = await call(simulated, 'GET', `${SWITCHPORT}/mode`);
    expect(mode).toContain('  <vlan-mode>trunk</vlan-mode>\n');
    expect(mode).toContain(`    <trunk y:self="${SWITCHPORT}/mode/private-vlan/trunk"/>\n`);
    const { body: port } = await call(simulated, 'GET', PORT);
    expect(port).toMatch(/^<TenGigabitEthernet xmlns="\S+" xmlns:y="\S+" y:self="\S+">\n {2}<name>104\/0\/10<\/name>\n/);
    expect(port).toContain('<vlan-mode>trunk</vlan-mode>');
    expect(port).toContain('\n  <shutdown>true</shutdown>\n');
    const { body: value } = await call(simulated, 'GET', `${PORT}/shutdown`);
    expect(value).toMatch(/^<shutdown xmlns="\S+" xmlns:y="\S+" y:self="\S+">true<\/shutdown>\n$/);
    const { body: all } = await call(simulated, 'GET', VLANS);
    expect(all.match(/<name>.*<\/name>/g)).toEqual([
      '<name>1</name>',
      '<name>104/0/10</name>',
      '<name>104/0/11</name>',
      '<name>104/0/49</name>',
    ]);
  });

  test('ports of another type than most, and the version', async () => {
    const simulated = await start({ interfaceType: 'GigabitEthernet' });
    expect(await call(simulated, 'GET', `${VLANS}/FortyGigabitEthernet/%22104/0/49%22`)).toMatchObject({ status: 200 });
    expect(await call(simulated, 'GET', `${VLANS}/GigabitEthernet/%22104%2F0%2F10%22`)).toMatchObject({ status: 200 });
    expect(await call(simulated, 'GET', PORT)).toMatchObject({ status: 404 });
    const { body } = await call(simulated, 'POST', '/rest/operations/show-firmware-version', '<show-firmware-version/>');
    expect(body).toContain('<os-version>4.1.3b</os-version>');
  });
});

describe('what is refused', () => {
  test('what is there already: 409; what is not there: 404', async () => {
    const simulated = await start();
    const statuses = async (method: string, path: string, body = '') => [
      (await call(simulated, method, path, body)).status,
      (await call(simulated, method, path, body)).status,
    ];
    expect(await statuses('POST', PORT, '<switchport></switchport>')).toEqual([201, 409]);
    expect(await statuses('POST', PORT, '<shutdown>true</shutdown>')).toEqual([201, 409]);
    expect(await statuses('DELETE', `${PORT}/shutdown`)).toEqual([204, 404]);
    await send(simulated, ['PUT', `${SWITCHPORT}/mode`, '<mode><vlan-mode>trunk</vlan-mode></mode>']);
    expect(await statuses('DELETE', `${SWITCHPORT}/trunk/tag/native-vlan`)).toEqual([204, 404]);
    expect(await statuses('DELETE', `${SWITCHPORT}/trunk/native-vlan`)).toEqual([404, 404]);
    expect(await statuses('DELETE', SWITCHPORT)).toEqual([204, 404]);
  });

  test.each([
    ['a port that is not there', 'GET', `${VLANS}/TenGigabitEthernet/%22104/0/99%22`, '', 404],
    ['a name without quotation marks', 'GET', `${VLANS}/TenGigabitEthernet/104/0/10`, '', 404],
    ['a path that the schema does not have', 'GET', `${PORT}/constructor`, '', 404],
    ['a trunk of a port that is none', 'GET', `${SWITCHPORT}/trunk`, '', 404],
    ['a mode of a port that is not in layer 2', 'PUT', `${SWITCHPORT}/mode`, '<mode><vlan-mode>trunk</vlan-mode></mode>', 404],
    ['a document that ends early', 'POST', PORT, '<switchport>', 400],
    ['a value alone', 'POST', PORT, 'true', 400],
    ['an element that is unknown', 'POST', PORT, '<reload/>', 400],
    ['another element than the path says', 'PUT', `${PORT}/shutdown`, '<description>x</description>', 400],
    ['neither true nor false', 'PUT', `${PORT}/shutdown`, '<shutdown>yes</shutdown>', 400],
    ['a method that there is not', 'OPTIONS', PORT, '', 405],
    ['a port', 'DELETE', PORT, '', 405],
  ])('%s', async (_what, method, path, body, status) => {
    const simulated = await start();
    const reply = await call(simulated, method, path, body);
    expect(reply.status).toBe(status);
    expect(reply.body).toContain('<error-message>');
    expect(simulated.port('104/0/10')).toEqual({ enabled: true, native: null, tagged: [] });
  });

  test.each(['0', '1002', '4087', '4095', '10,', '20-10', 'x', ''])(
    'VLANs that cannot be: %s; and nothing is changed',
    async (list) => {
      const simulated = await start();
      await send(simulated, ...TRUNK, add('10'));
      const before = [simulated.port('104/0/10'), simulated.vlans()];
      for (const [name, body] of [
        ['trunk/allowed/vlan', `<vlan><add>20</add><add>${list}</add></vlan>`],
        ['trunk', `<trunk><native-vlan>${list}</native-vlan></trunk>`],
      ]) {
        expect(await call(simulated, 'PUT', `${SWITCHPORT}/${name}`, body)).toMatchObject({ status: 400 });
      }
      expect([simulated.port('104/0/10'), simulated.vlans()]).toEqual(before);
    },
  );

  test('VLANs that do not exist, if the switch demands that; they are made and deleted by either path', async () => {
    const simulated = await start({ vlanMustExist: true });
    await send(simulated, ...TRUNK);
    expect(await call(simulated, ...add('10'))).toMatchObject({ status: 400 });
    await send(simulated, ['POST', VLANS, '<Vlan><name>10</name></Vlan>']);
    const { status } = await call(
      simulated,
      'PUT',
      '/rest/config/running/interface-vlan/interface/vlan/20',
      '<vlan><name>20</name></vlan>',
    );
    expect(status).toBe(201);
    expect(await call(simulated, 'POST', VLANS, '<Vlan><name>10</name></Vlan>')).toMatchObject({ status: 409 });
    await send(simulated, add('10,20'), ['DELETE', `${VLANS}/Vlan/20`]);
    expect(simulated.vlans()).toEqual([1, 10]);
    expect(await call(simulated, 'GET', `${VLANS}/Vlan/20`)).toMatchObject({ status: 404 });
    expect(await call(simulated, 'DELETE', `${VLANS}/Vlan/1`)).toMatchObject({ status: 400 });
  });
});

test('faults, and HTTPS', async () => {
  const simulated = await start({ tls: true, faults: { lie: /shutdown/, refuse: /^PUT/ } });
  expect(await call(simulated, 'POST', PORT, '<shutdown>true</shutdown>', { tls: true })).toMatchObject({ status: 201 });
  expect(simulated.port('104/0/10').enabled).toBe(true);
  expect(await call(simulated, 'PUT', PORT, '<x/>', { tls: true })).toMatchObject({ status: 400 });
  expect(await call(simulated, 'GET', PORT, '', { tls: true, auth: 'admin:wrong' })).toMatchObject({ status: 401 });
  expect(simulated.typed).toEqual([`POST ${PORT} <shutdown>true</shutdown>`, `PUT ${PORT} <x/>`]);
});
