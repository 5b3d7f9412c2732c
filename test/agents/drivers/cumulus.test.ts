import { describe, expect, test } from 'vitest';
import { cumulus, cumulusFamily } from '../../../agents/drivers/cumulus.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';

const settings = { transport: 'ssh', legacy_ssh: false, save: true, bridge: 'br_default' } as const;

function typed(steps: ReturnType<typeof cumulusFamily.change>): string[] {
  if ('problem' in steps) throw new Error(steps.problem);
  return steps.map((step) => ('argv' in step ? `${step.argv.join(' ')} (may fail)` : step.join(' ')));
}

const change = (native: number | null, tagged: number[]) =>
  typed(cumulusFamily.change('swp1', { native, tagged, enabled: true }, settings, ['{}']));

const detach = 'nv config detach (may fail)';
const apply = 'nv config apply -y';
const down = [detach, 'nv set interface swp1 link state down', apply];
const leave = 'nv unset interface swp1 bridge (may fail)';
const member = 'nv set interface swp1 bridge domain br_default';

describe('cumulus: commands', () => {
  test('shuts, and only then takes the port out of its bridge and puts it in again, in one application', () => {
    expect(change(101, [102, 103, 105])).toEqual([
      ...down,
      leave,
      'nv set bridge domain br_default vlan 101-103,105',
      `${member} vlan 101-103,105`,
      `${member} untagged 101`,
      apply,
    ]);
  });

  test('a native VLAN only is an access port', () => {
    expect(change(101, []).slice(4)).toEqual(['nv set bridge domain br_default vlan 101', `${member} access 101`, apply]);
  });

  test('without a native VLAN frames without a tag are dropped', () => {
    expect(change(null, [102]).slice(-2)).toEqual([`${member} untagged none`, apply]);
  });

  test('in no VLAN it is in no bridge: a bridge port without a list carries everything', () => {
    expect(change(null, [])).toEqual([...down, leave, apply]);
  });

  test('a port with tagged VLANs always has a list of its own, however long', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const lists = change(null, tagged).flatMap((line) => line.split(`${member} vlan `)[1] ?? []);
    expect(lists.length).toBeGreaterThan(2);
    expect(lists.join(',').split(',').map(Number)).toEqual(tagged);
  });

  test('opens and shuts with nothing else', () => {
    const vlans = { native: null, tagged: [], enabled: true };
    expect(typed(cumulusFamily.enable('swp1', settings, vlans))).toEqual(['nv set interface swp1 link state up', apply]);
    expect(typed(cumulusFamily.shut('swp1', settings))).toEqual(down);
  });
});

test.each([
  'Error: The requested item does not exist.',
  'Invalid config [rev_id: 7]',
  'Config invalid at interface.swp1: access and vlan exclude each other',
  'Error: Invalid parameter',
  'applying...\nFailure during apply',
])('a refusal: %j', (text) => expect(text).toMatch(cumulusFamily.refusal ?? /^$/));

test.each([
  'created [rev_id: 7]',
  'applied [rev_id: 7]',
  'Warning: apply skipped, no config diff.',
  'config apply executed with no config diff.',
])('no news: %j', (text) => {
  expect(text).toMatch(cumulusFamily.chatter);
  expect(text).not.toMatch(cumulusFamily.refusal ?? /^/);
});

test('what is saved, which version', () => {
  expect('saved [rev_id: applied]').toMatch(cumulusFamily.save?.done ?? /^$/);
  expect('applied [rev_id: 7] and something').not.toMatch(cumulusFamily.chatter);
  const version = (text: string) => cumulusFamily.version.pattern.exec(text)?.[1];
  expect(version('{"build": "Cumulus Linux 5.6.0", "hostname": "leaf-1"}')).toBe('5.6.0');
  expect(version('{"product-name": "Cumulus Linux", "product-release": "5.13.1"}')).toBe('5.13.1');
  expect(findDriver('cumulus')).toBe(cumulus);
});
