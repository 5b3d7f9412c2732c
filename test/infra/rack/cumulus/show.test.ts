import { describe, expect, test } from 'vitest';
import { applied, json, start } from './switch-under-test.ts';

const SOME = [
  'set bridge domain br_default vlan 10,20',
  'set interface swp1 bridge domain br_default access 10',
  'set interface swp2 bridge domain br_default untagged 20',
  'set interface swp2 bridge domain br_default vlan 10,20',
  'set interface swp3 link state down',
  'set interface swp3 description node-3',
];

describe('nv show', () => {
  test('interface, as it is configured', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    const all = await json(client, 'nv show interface -o json --rev applied');
    expect(Object.keys(all)).toEqual(['eth0', 'lo', 'swp1', 'swp2', 'swp3']);
    expect(all.swp1).toMatchObject({
      type: 'swp',
      link: { state: { up: {} } },
      bridge: { domain: { br_default: { access: 10 } } },
    });
    expect(all.swp1.bridge.domain.br_default).not.toHaveProperty('vlan');
    expect(all.swp2.bridge.domain.br_default).toMatchObject({ untagged: 20, vlan: { 10: {}, 20: {} } });
    expect(all.swp3).toMatchObject({ description: 'node-3', link: { state: { down: {} } } });
    expect(all.swp3).not.toHaveProperty('bridge');
    expect(await json(client, 'nv show interface swp2 --applied --output json')).toEqual(all.swp2);
    expect(await client.output('nv show interface swp1 bridge domain br_default access -o json --rev=applied')).toBe('10\n');
  });

  test('interface, as it is', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    const all = await json(client, 'nv show interface -o json');
    expect(Object.keys(all)).toEqual(['eth0', 'lo', 'swp1', 'swp2', 'swp3', 'swp10']);
    expect(all.swp1).toMatchObject({
      link: { 'admin-status': 'up', 'oper-status': 'up' },
      bridge: { domain: { br_default: {} } },
    });
    expect(all.swp3).toMatchObject({ link: { 'admin-status': 'down' } });
    expect(all.swp10).toMatchObject({ link: { 'admin-status': 'down' } });
  });

  test('interface, as it would be', async () => {
    const { client } = await start();
    await client.output('nv set interface swp1 bridge domain br_default access 10');
    expect(await json(client, 'nv show interface swp1 bridge domain br_default -o json --rev pending')).toMatchObject({
      access: 10,
    });
    expect(await json(client, 'nv show interface swp1 bridge domain br_default -o json --rev 2')).toMatchObject({ access: 10 });
  });

  test('bridge domain br_default', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    const configured = await json(client, 'nv show bridge domain br_default -o json --rev applied');
    expect(configured).toMatchObject({ type: 'vlan-aware', untagged: 1, vlan: { 10: {}, 20: {} } });
    expect(Object.keys(configured.vlan)).toEqual(['10', '20']);
    const ports = await json(client, 'nv show bridge domain br_default port -o json');
    expect(ports).toEqual({
      swp1: { state: 'forwarding', vlan: { 10: { 'fwd-state': 'forwarding', 'tag-state': 'untagged' } } },
      swp2: {
        state: 'forwarding',
        vlan: {
          10: { 'fwd-state': 'forwarding', 'tag-state': 'tagged' },
          20: { 'fwd-state': 'forwarding', 'tag-state': 'untagged' },
        },
      },
    });
    expect(Object.keys((await json(client, 'nv show bridge domain br_default vlan 10 -o json')).port)).toEqual(['swp1', 'swp2']);
    expect(await json(client, 'nv show bridge domain br_default mac-table -o json')).toEqual({});
  });

  test('system', async () => {
    const { client } = await start();
    expect(await json(client, 'nv show system -o json')).toMatchObject({ hostname: 'sw1', 'product-name': 'Cumulus Linux' });
  });

  test('a table, unless JSON is asked for', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    const lines = (await client.output('nv show interface swp1 --rev applied')).split('\n');
    expect(lines[0]?.trim()).toBe('applied');
    expect(lines).toContain('      access      10');
    expect(lines).toContain('  state           up');
  });
});

describe('nv config show', () => {
  test('joins VLANs, in every form', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    const shown = await client.output('nv config show');
    expect(shown).toContain("          vlan:\n            '10,20': {}\n    interface:\n      swp1:\n");
    const [, { set }] = await json(client, 'nv config show -o json');
    expect(set.interface.swp2.bridge.domain.br_default).toEqual({ untagged: 20, vlan: { '10,20': {} } });
    const commands = await client.output('nv config show -o commands');
    expect(commands).toContain(
      'nv set bridge domain br_default vlan 10,20\nnv set interface swp1 bridge domain br_default access 10\n',
    );
    expect(commands).toContain('nv set interface swp3 link state down\n');
  });

  test('a difference has a part to set and a part to unset', async () => {
    const { client } = await start();
    await applied(client, ...SOME);
    await client.output('nv unset interface swp2 bridge domain br_default vlan 10 && nv set bridge domain br_default vlan 30');
    expect(await client.output('nv config diff -o commands')).toBe(
      'nv unset interface swp2 bridge domain br_default vlan 10\nnv set bridge domain br_default vlan 30\n',
    );
    expect(await client.output('nv config diff applied startup')).toBe('- unset:\n    bridge:\n    interface:\n');
  });
});
