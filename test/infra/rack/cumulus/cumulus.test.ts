import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCumulus } from '../../../../infra/rack/cumulus/cumulus.ts';
import { connected, LOGIN } from '../linux/ssh-client.ts';
import { applied, json, PORTS, start } from './switch-under-test.ts';

const ACCESS = 'nv set interface swp1 bridge domain br_default access';

describe('a pending revision', () => {
  test('is applied at once and whole', async () => {
    const { simulated, client } = await start();
    expect(await client.output('nv set bridge domain br_default vlan 10')).toBe('created [rev_id: 2]\n');
    expect(await client.output(`${ACCESS} 10`)).toBe('');
    expect([simulated.vlans(), simulated.port('swp1').native]).toEqual([[1], null]);
    expect(await client.output('nv config diff')).toBe(
      [
        '- set:',
        '    bridge:',
        '      domain:',
        '        br_default:',
        '          vlan:',
        "            '10': {}",
        '    interface:',
        '      swp1:',
        '        bridge:',
        '          domain:',
        '            br_default:',
        '              access: 10',
        '        type: swp',
        '',
      ].join('\n'),
    );
    expect(await client.output('nv config apply -y')).toBe('applied [rev_id: 2]\n');
    expect([simulated.vlans(), simulated.port('swp1').native]).toEqual([[1, 10], 10]);
    expect(await client.output('nv config diff')).toBe('');
    expect(await client.output('nv set interface swp2')).toBe('created [rev_id: 3]\n');
  });

  test('is dropped by detach and by a boot', async () => {
    const { simulated, client } = await start();
    await client.output(`${ACCESS} 10`);
    await client.output('nv config detach');
    expect(await client.output('nv config diff')).toBe('');
    await client.output(`${ACCESS} 10`);
    await simulated.reboot();
    expect(await (await connected(simulated)).output('nv config diff')).toBe('');
  });

  test('belongs to a user: with sudo it is another', async () => {
    const { simulated, client } = await start();
    await client.output(`sudo ${ACCESS} 10`);
    expect(await client.output('nv config apply -y')).toBe('applied [rev_id: 1]\n');
    expect(simulated.port('swp1').native).toBeNull();
    await client.output('nv set interface swp2 bridge domain br_default access 20 && nv config apply -y');
    await client.output('sudo nv config apply -y');
    expect([simulated.port('swp1').native, simulated.port('swp2').native]).toEqual([10, 20]);
  });

  test.each([
    ['vlan 10', "'access' and 'vlan' are mutually exclusive"],
    ['untagged 10', "'access' and 'untagged' are mutually exclusive"],
  ])('with access and %s is invalid, changes nothing and stays', async (other, mistake) => {
    const { simulated, client } = await start();
    await applied(client, 'set interface swp1 bridge domain br_default access 10');
    await client.output('nv set bridge domain br_default vlan 10');
    await client.output(`nv set interface swp1 bridge domain br_default ${other}`);
    for (const command of ['nv config apply -y', 'nv config apply', 'nv set interface swp2 && nv config apply -y']) {
      expect(await client.run(command)).toEqual({
        stdout: `Invalid config [rev_id: 3]\n  Config invalid at interface.swp1.bridge.domain.br_default: ${mistake}\n`,
        stderr: '',
        code: 1,
      });
    }
    expect(simulated.vlans()).toEqual([1]);
    expect(await applied(client, 'unset interface swp1 bridge domain br_default access')).toBe('applied [rev_id: 3]\n');
    expect(simulated.vlans()).toEqual([1, 10]);
  });

  test('for a port that is not there is invalid', async () => {
    const { client } = await start();
    expect(await client.run('nv set interface swp1-4 && nv config apply -y')).toMatchObject({
      stdout: expect.stringContaining("Config invalid at interface.swp4: 'swp4' is not a physical interface on this switch\n"),
      code: 1,
    });
  });

  test('is not applied without an answer to the question', async () => {
    const { simulated, client } = await start();
    await client.output(`${ACCESS} 10`);
    expect(await client.run('nv config apply')).toMatchObject({ stdout: 'Are you sure? [y/N] ', code: 1 });
    expect(simulated.port('swp1').native).toBeNull();
  });
});

describe('refusals', () => {
  test.each([
    ['set interface swp1 bridge domain br_default access 4095', "Error: Invalid parameter: '4095' is not a vlan"],
    ['set interface swp1 bridge domain br_default access 10-11', "Error: Invalid parameter: '10-11' is not a vlan"],
    ['set interface swp1 bridge domain br_default untagged all', "Error: Invalid parameter: 'all' is not a vlan"],
    ['set interface Ethernet1', "Error: Invalid parameter: 'Ethernet1' is not a interface-id"],
    ['set interface swp1 link state sideways', 'Error: Invalid Command.'],
    ['set interface swp1 bridge domain br_default access', 'Error: Incomplete Command.'],
    ['set', 'Error: Incomplete Command.'],
    ['get interface', 'Error: Invalid Command.'],
    ['config commit', 'Error: Invalid Command.'],
    ['show interface swp4 -o json', 'Error: The requested item does not exist.'],
    ['show interface swp1 -o json --rev applied', 'Error: The requested item does not exist.'],
    ['show interface --rev 7', 'Error: Unknown revision: 7'],
    ['show interface --fancy', 'Error: Invalid Command.'],
  ])('nv %s', async (words, stderr) => {
    const { client } = await start();
    expect(await client.run(`nv ${words}`)).toEqual({ stdout: '', stderr: `${stderr}\n`, code: 1 });
  });

  test('to unset what is not set is none', async () => {
    const { client } = await start();
    for (const what of ['access', 'untagged', 'untagged 10', 'vlan', 'vlan 10']) {
      await client.output(`nv unset interface swp1 bridge domain br_default ${what}`);
    }
    await client.output('nv unset bridge domain br_default vlan 10');
    expect(await client.output('nv config diff')).toBe('');
  });

  test('words may be cut', async () => {
    const { simulated, client } = await start();
    await applied(client, 'set int swp1 br dom br_default acc 10');
    expect(simulated.port('swp1').native).toBe(10);
  });
});

describe('saving', () => {
  test('what is applied is lost in a boot unless it is saved', async () => {
    const { simulated, client } = await start();
    await applied(client, 'set bridge domain br_default vlan 10');
    expect(simulated.unsaved()).toBe(true);
    expect(await client.output('nv config save')).toBe('saved [rev_id: applied]\n');
    await applied(client, 'set bridge domain br_default vlan 20');
    const startup = await json(client, 'nv show bridge domain br_default vlan --startup -o json');
    expect(Object.keys(startup)).toEqual(['10']);
    await simulated.reboot();
    expect(simulated.vlans()).toEqual([1, 10]);
  });

  test('may come with applying', async () => {
    const { simulated, client } = await start({ autoSave: true });
    expect(await applied(client, 'set bridge domain br_default vlan 10')).toContain('applied_and_saved [rev_id: 2]\n');
    expect(simulated.unsaved()).toBe(false);
    await applied(client, 'set system config auto-save enable off');
    await applied(client, 'set bridge domain br_default vlan 20');
    expect(simulated.unsaved()).toBe(true);
  });

  test('outlives the process, and a port that was unset stays so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cumulus-'));
    try {
      const first = await start({ stateFile: join(folder, 'sw1.json'), factory: 'bridged' });
      await applied(first.client, 'unset interface swp1', 'set interface swp2 bridge domain br_default access 7');
      await first.simulated.close();
      const again = await startCumulus({
        hostname: 'sw1',
        ports: PORTS,
        ...LOGIN,
        stateFile: join(folder, 'sw1.json'),
        factory: 'bridged',
      });
      expect([again.port('swp1').enabled, again.port('swp2').native, again.port('swp3').native]).toEqual([false, 7, 1]);
      await again.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('faults', () => {
  test('lie: nothing is set, applied or saved', async () => {
    const { simulated, client } = await start({ faults: { lie: /set interface swp1|save/ } });
    await client.output(`${ACCESS} 10`);
    expect(await client.output('nv config diff')).toBe('');
    simulated.faults.lie = /apply|save/;
    await client.output(`${ACCESS} 10`);
    expect(await client.output('nv config apply -y')).toBe('applied [rev_id: 2]\n');
    expect(simulated.port('swp1').native).toBeNull();
    simulated.faults.lie = /save/;
    await client.output('nv config apply -y');
    await client.output('nv config save');
    expect([simulated.port('swp1').native, simulated.unsaved()]).toEqual([10, true]);
  });

  test('refuse', async () => {
    const { client } = await start({ faults: { refuse: /access/ } });
    expect(await client.run(`${ACCESS} 10`)).toMatchObject({
      stderr: expect.stringContaining('Error: Invalid parameter'),
      code: 1,
    });
  });
});
