import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { parseCumulusPort } from '../../../agents/reading/cumulus.ts';
import { cumulusCaptures } from '../../../agents/reading/cumulus-captures.ts';

const domain = JSON.stringify({ type: 'vlan-aware', untagged: 1, vlan: { '1': {}, '101-102': {}, '105': {} } });
const running = JSON.stringify({ type: 'swp', link: { state: { up: {} }, mtu: 9216 } });
const port = (membership: unknown, link: unknown = { state: { up: {} } }) =>
  JSON.stringify({ type: 'swp', link, bridge: { domain: { br_default: membership } } });
const parse = (applied: string, { now = running, bridge = 'br_default', whole = domain } = {}) =>
  parseCumulusPort(now, applied, whole, bridge);

describe('cumulus: the state of a port', () => {
  test.each([
    { is: 'an access port', membership: { access: 101, learning: 'on', stp: {} }, native: 101, tagged: [] },
    { is: 'an access port, as text', membership: { access: '101', vlan: { all: {} } }, native: 101, tagged: [] },
    {
      is: 'a trunk with both',
      membership: { untagged: 101, vlan: { '101': {}, '103-104': {} } },
      native: 101,
      tagged: [103, 104],
    },
    {
      is: 'a trunk without a native VLAN',
      membership: { access: 'none', untagged: 'none', vlan: { '7': {} } },
      native: null,
      tagged: [7],
    },
    { is: 'a trunk of all', membership: { untagged: 'auto', vlan: { all: {} } }, native: 1, tagged: [101, 102, 105] },
    { is: 'a trunk that says nothing, which means all', membership: {}, native: 1, tagged: [101, 102, 105] },
    {
      is: 'a trunk whose native VLAN is not in the list',
      membership: { untagged: 9, vlan: { '7': {} } },
      native: 9,
      tagged: [7],
    },
  ])('$is', ({ membership, native, tagged }) => {
    expect(parse(port(membership))).toEqual({ native, tagged, enabled: true });
    expect(parse(port(membership, { state: 'down' }))).toEqual({ native, tagged, enabled: false });
  });

  test('in no bridge it carries nothing, configured or not', () => {
    expect(parse(JSON.stringify({ type: 'swp', link: { state: { down: {} } } }))).toEqual({
      native: null,
      tagged: [],
      enabled: false,
    });
    expect(parse('{}')).toEqual({ native: null, tagged: [], enabled: true });
    expect(parse('Error: The requested item does not exist.\n')).toEqual({ native: null, tagged: [], enabled: true });
    const now = JSON.stringify({ type: 'swp', link: { state: 'down' } });
    expect(parse('Error: The requested item does not exist.\n', { now })).toEqual({ native: null, tagged: [], enabled: false });
  });

  test('what the bridge has no untagged VLAN for is dropped', () => {
    const whole = JSON.stringify({ untagged: 'none', vlan: { '101': {} } });
    expect(parse(port({}), { whole })).toEqual({ native: null, tagged: [101], enabled: true });
  });

  test.each([
    { why: 'nothing applied', given: '' },
    { why: 'half of what is applied', given: port({ access: 101 }).slice(0, -3) },
    { why: 'another error', given: 'Error: Internal server error' },
    { why: 'another bridge', given: port({ access: 101 }), bridge: 'br_other' },
    { why: 'a strange access VLAN', given: port({ access: 'some' }) },
    { why: 'an access VLAN decided elsewhere', given: port({ access: 'auto' }) },
    { why: 'strange VLANs', given: port({ untagged: 'none', vlan: { x: {} } }) },
    { why: 'an untagged VLAN that is none', given: port({ untagged: 4095 }) },
    { why: 'a strange link', given: port({ access: 101 }, { state: { half: {} } }) },
    { why: 'an address of its own', given: JSON.stringify({ ip: { address: { '10.0.0.1/24': {} } } }) },
    { why: 'a bridge that is not told', given: port({}), whole: '' },
    { why: 'what runs not told', given: port({ access: 101 }), now: '' },
    { why: 'another type', given: port({ access: 101 }), now: '{"type": "bond"}' },
  ])('is no state with $why', ({ given, ...more }) => {
    expect(parse(given, more)).toHaveProperty('problem');
  });
});

describe('cumulus: captures', () => {
  const text = JSON.stringify({
    eth0: { type: 'eth', link: { state: { up: {} } } },
    swp1: {
      type: 'swp',
      description: 'node 1',
      link: { state: { up: {} }, speed: '25G' },
      bridge: { domain: { br_default: { access: 101 } } },
    },
    swp2: { type: 'swp', link: { state: 'down' }, bridge: { domain: { br_default: { untagged: 'none', vlan: { '7-8': {} } } } } },
    swp3: { type: 'swp', bridge: { domain: { br_default: { vlan: { all: {} } } } } },
    swp4: { type: 'swp' },
  });

  test('reads ports and links', () => {
    expect(cumulusCaptures.switchport?.(`cumulus@leaf-1:mgmt:~$ nv show interface --applied -o json\n${text}\n`)).toEqual([
      { port: 'swp1', mode: 'access', native: 101, tagged: [], enabled: true, description: 'node 1' },
      { port: 'swp2', mode: 'trunk', native: null, tagged: [7, 8], enabled: false },
      { port: 'swp3', mode: 'trunk' },
      { port: 'swp4', native: null, tagged: [] },
    ]);
    expect(cumulusCaptures.status?.(text)?.slice(0, 2)).toEqual([
      { port: 'eth0', status: 'up', type: 'eth' },
      { port: 'swp1', status: 'up', speed: '25G', type: 'swp' },
    ]);
  });

  test.each(['', '{"swp1": ', '["swp1"]', '{"swp1": 5}'])('stops at %j', (given) => {
    expect(() => cumulusCaptures.switchport?.(given)).toThrow(CaptureError);
  });
});
