import { describe, expect, test } from 'vitest';
import { call } from '../http-client.ts';
import { CLI, PORT, rest, start } from './switch-under-test.ts';

const UP = '<portmode><hybrid>true</hybrid></portmode><switchport></switchport><shutdown>false</shutdown>';
const put = (inside: string) => `<interface><name>gige-1-3</name>${inside}</interface>`;

describe('a port as a resource', () => {
  test('is put whole: what the body lacks is as it was at first', async () => {
    const simulated = await start();
    expect(await call(simulated, 'PUT', PORT, put(UP))).toMatchObject({ status: 204 });
    expect(simulated.port('1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
    expect(await call(simulated, 'PUT', PORT, put(UP))).toMatchObject({ status: 204 });
    const off = put('<portmode><hybrid>false</hybrid></portmode><shutdown>true</shutdown>');
    expect(await call(simulated, 'PUT', PORT, off)).toMatchObject({ status: 204 });
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
  });

  test('keeps its mode while it is in VLANs', async () => {
    const simulated = await start();
    await call(simulated, 'PUT', PORT, put(UP));
    await rest(simulated, 'config-commands', 'interface vlan 100\r\n tagged gi 1/3');
    expect(await call(simulated, 'PUT', PORT, put('<shutdown>true</shutdown>'))).toMatchObject({ status: 400 });
    expect(await call(simulated, 'PUT', PORT, put(UP.replace('false', 'true')))).toMatchObject({ status: 204 });
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: 1, tagged: [100] });
  });

  test('is shown with what it was at first only if asked', async () => {
    const simulated = await start();
    const shown = async (query = '') => (await call(simulated, 'GET', PORT + query)).body;
    expect(await shown()).toBe(
      '<interface xmlns="http://www.dell.com/ns/dell:0.1/root">\n  <name>gige-1-3</name>\n</interface>\n',
    );
    for (const query of ['?with-defaults', '\\?with-defaults', '%5C?with-defaults']) {
      expect(await shown(query)).toContain('\n  <shutdown>true</shutdown>\n');
    }
    await call(simulated, 'PUT', PORT, put(UP));
    expect(await shown()).toMatch(/<hybrid>true<\/hybrid>[\s\S]*<switchport>[\s\S]*<shutdown>false<\/shutdown>/);
  });

  test.each([
    ['GET', '/api/running/dell/interfaces/interface/gige-1-48', '', 404],
    ['GET', '/api/running/dell/interfaces/interface/vlan-100', '', 404],
    ['GET', '/api/running/dell', '', 404],
    ['DELETE', PORT, '', 405],
    ['GET', CLI, '', 405],
    ['PUT', PORT, '<interface>', 400],
    ['PUT', PORT, '<interface><name>gige-1-1</name></interface>', 400],
    ['PUT', PORT, put('<shutdown>yes</shutdown>'), 400],
    ['POST', CLI, '<input><show-command>vlan</show-command><show-command>vlan</show-command></input>', 400],
    ['POST', CLI, '<input><reload/></input>', 400],
    ['POST', CLI, `<input><config-commands>${'x'.repeat(1001)}</config-commands></input>`, 400],
  ])('%s %s %s is refused', async (method, path, body, status) => {
    const simulated = await start();
    expect(await call(simulated, method, path, body)).toMatchObject({ status });
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
  });
});

describe('the command line over REST', () => {
  test('configures, whichever way lines are separated, and answers with what a terminal would show', async () => {
    const simulated = await start();
    expect(await rest(simulated, 'config-commands', 'interface gi 1/3\r\n switchport\\r\\nno shutdown')).toBe(
      [
        'conf',
        'sw1(conf)#interface gi 1/3',
        'sw1(conf-if-gi-1/3)# switchport',
        'sw1(conf-if-gi-1/3)#no shutdown',
        'sw1(conf-if-gi-1/3)#end',
        'sw1#',
      ].join('\r\n'),
    );
    expect(simulated.port('1/3')).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('answers 200 to what it refuses, and goes on with the next line', async () => {
    const simulated = await start();
    const shown = await rest(simulated, 'config-commands', 'interface vlan 100\r\ntagged gi 1/3\r\nfoo\r\nname web');
    expect(shown).toContain('#tagged gi 1/3\r\n% Error: Port is not in Layer-2 mode Gi 1/3.\r\nsw1(conf-if-vl-100)#foo\r\n');
    expect(shown).toContain('^\r\n% Error: Invalid input at "^" marker.\r\nsw1(conf-if-vl-100)#name web\r\n');
    expect(simulated.vlans()).toEqual([1, 100]);
  });

  test('shows without the word show, unpaged', async () => {
    const simulated = await start({ ports: Array.from({ length: 48 }, (_, index) => `1/${index + 1}`) });
    expect(await rest(simulated, 'show-command', 'interfaces switchport GigabitEthernet 1/3')).toMatch(
      /^show interfaces switchport GigabitEthernet 1\/3\r\n\r\nCodes: {2}U - Untagged[\s\S]*\r\nsw1#$/,
    );
    expect(await rest(simulated, 'show-command', 'running-config')).toMatch(/\r\nend\r\nsw1#$/);
  });

  test('saves by what asks nothing only', async () => {
    const simulated = await start({ saveDelay: 20 });
    await rest(simulated, 'config-commands', 'interface vlan 100');
    expect(await rest(simulated, 'exec-command', 'copy running-config startup-config')).toMatch(/\[confirm yes\/no\]: \r\nsw1#$/);
    expect(simulated.unsaved()).toBe(true);
    expect(await rest(simulated, 'exec-command', 'write')).toBe('write\r\n!\r\nsw1#');
    expect(simulated.unsaved()).toBe(false);
  });

  test('refuses and lies as it is told to', async () => {
    const simulated = await start({ faults: { refuse: /vlan 100/, lie: /vlan 200/ } });
    expect(await rest(simulated, 'config-commands', 'interface vlan 100')).toContain('% Error: Invalid input');
    const lines = 'interface gi 1/3\r\nswitchport\r\ninterface vlan 200\r\ntagged gi 1/3\r\nno tagged gi 1/3';
    expect(await rest(simulated, 'config-commands', lines)).not.toContain('Error');
    expect(simulated.port('1/3')).toEqual({ enabled: false, native: null, tagged: [] });
    expect(simulated.vlans()).toEqual([1]);
    expect(await call(simulated, 'GET', `${PORT}?vlan 100`.replace(' ', '%20'))).toMatchObject({ status: 200 });
  });

  test('is the same switch over HTTPS', async () => {
    const simulated = await start({ tls: true, interfaceType: 'fortyGigE', ports: ['1/49', '1/51/2', 'GigabitEthernet1/3'] });
    for (const name of ['fortygig-1-49', 'fortygig-1-51-2', 'gige-1-3']) {
      const { body } = await call(simulated, 'GET', PORT.replace('gige-1-3', name), '', { tls: true });
      expect(body).toContain(`<name>${name}</name>`);
    }
  });
});
