import { describe, expect, test } from 'vitest';
import { VlanBridges } from '../../../../agents/drivers/vm-host/vlan-bridges.ts';
import { type FakeInterfaces, fakeInterfaces } from './fake-ip.ts';

/** An interface of a machine, as libvirt makes it. */
const tap = (ifname: string, master: string) => ({ ifname, master, flags: [], linkinfo: { info_kind: 'tun' } });
const names = (host: FakeInterfaces) => host.links().map(({ ifname }) => ifname);
const open = (host: FakeInterfaces, trunk = 'eth1', signal = new AbortController().signal) =>
  new VlanBridges(trunk, host.folder, signal);

// With programs in the place of `ip` and `bridge`: the kernels on which the tests run have no bridges.
describe('a Linux bridge for each VLAN', () => {
  test('is there before machines are plugged in, and goes when none uses it', async () => {
    const host = fakeInterfaces('lo', 'eth1');
    const bridges = open(host);
    const during = await bridges.whileThere([101, 102, 101], async () => {
      host.change((links) => [...links, tap('hn0123456789-0', 'haas-v101')]);
      return names(host);
    });
    expect(during).toEqual(['lo', 'eth1', 'haas-v101', 'eth1.101', 'haas-v102', 'eth1.102', 'hn0123456789-0']);
    expect(host.changes().slice(0, 7)).toEqual([
      'link add name haas-v101 type bridge stp_state 0 forward_delay 0 vlan_filtering 1 vlan_default_pvid 1',
      'vlan del vid 1 dev haas-v101 self',
      'link add link eth1 name eth1.101 master haas-v101 type vlan protocol 802.1Q id 101',
      'link set dev haas-v101 addrgenmode none',
      'link set dev haas-v101 up',
      'link set dev eth1.101 addrgenmode none',
      'link set dev eth1.101 up',
    ]);
    expect(await bridges.misplaced('hn0123456789-0', 101)).toBeUndefined();
    expect(await bridges.misplaced('hn0123456789-0', 102)).toContain('a port of haas-v101, not of haas-v102');
    expect(await bridges.tidy()).toEqual({ removed: ['the bridge haas-v102, which nothing used'], left: [] });
    expect(names(host)).toEqual(['lo', 'eth1', 'haas-v101', 'eth1.101', 'hn0123456789-0']);
    host.change((links) => links.filter(({ ifname }) => !ifname.startsWith('hn')));
    expect((await bridges.tidy()).left).toEqual([]);
    expect(names(host)).toEqual(['lo', 'eth1']);
  });

  test('that is there already is used as it is, and completed where it is half made', async () => {
    const host = fakeInterfaces('eth1');
    await open(host).whileThere([7], async () => {});
    host.change((links) => links.filter(({ ifname }) => ifname !== 'eth1.7'));
    await open(host).whileThere([7], async () => {});
    expect(names(host)).toEqual(['eth1', 'haas-v7', 'eth1.7']);
    expect(host.changes().filter((change) => change.includes('type bridge'))).toHaveLength(1);
  });

  test('of an interface with a long name has another name for its VLAN', async () => {
    const host = fakeInterfaces('enp175s0f0np0');
    const bridges = open(host, 'enp175s0f0np0');
    await bridges.whileThere([4094], async () => {
      host.change((links) => [...links, tap('hn0123456789-0', 'haas-v4094')]);
    });
    expect(names(host)).toContain('haas-t4094');
    expect(await bridges.misplaced('hn0123456789-0', 4094)).toBeUndefined();
  });

  test('is not removed while somebody is about to use it', async () => {
    const host = fakeInterfaces('eth1');
    const order: string[] = [];
    let removing: Promise<unknown> = Promise.resolve();
    await open(host).whileThere([101], async () => {
      removing = open(host)
        .tidy()
        .then(() => order.push('removed'));
      await open(host).misplaced('hn0123456789-0', 101);
      host.change((links) => [...links, tap('hn0123456789-0', 'haas-v101')]);
      order.push('plugged in');
    });
    await removing;
    expect(order).toEqual(['plugged in', 'removed']);
    expect(names(host)).toContain('haas-v101');
  });

  test('without IPv6 on the host is made as well', async () => {
    const host = fakeInterfaces('eth1');
    host.refuse('addrgenmode', 'RTNETLINK answers: Address family not supported by protocol');
    await open(host).whileThere([101], async () => {});
    expect(host.links().filter(({ flags }) => flags?.includes('UP'))).toHaveLength(3);
  });

  test.each([
    { is: 'no trunk', links: [], says: 'there is no interface eth1 here' },
    { is: 'the VLAN used otherwise', links: [{ ifname: 'eth1.101', flags: [] }], says: 'there already, and not for haas-v101' },
    {
      is: 'the VLAN of another number',
      links: [
        { ifname: 'haas-v101', linkinfo: { info_kind: 'bridge' } },
        {
          ifname: 'eth1.101',
          master: 'haas-v101',
          link: 'eth1',
          linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 102 } },
        },
      ],
      says: 'there already, and not for haas-v101',
    },
  ])('is refused: $is', async ({ links, says }) => {
    const host = fakeInterfaces(...(links.length === 0 ? [] : ['eth1']));
    host.change((now) => [...now, ...links]);
    const before = host.links();
    let isDone = false;
    const work = async () => {
      isDone = true;
    };
    await expect(open(host).whileThere([101], work)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining(says),
    });
    expect(isDone).toBe(false);
    expect(host.links()).toEqual(before);
  });

  test.each(['type bridge', 'type vlan', 'eth1.101 up'])(
    'is refused: ip fails at %s, and what was made before goes',
    async (step) => {
      const host = fakeInterfaces('eth1');
      host.refuse(step, 'RTNETLINK answers: Operation not permitted');
      await expect(open(host).whileThere([101], async () => {})).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringMatching(/^"ip link .*the agent must be root, .*Operation not permitted/),
      });
      expect((await open(host).tidy()).left).toEqual([]);
      expect(names(host)).toEqual(['eth1']);
    },
  );

  test('and its lock is let go when work in it fails or is called off', async () => {
    const host = fakeInterfaces('eth1');
    const failing = open(host).whileThere([101], () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const controller = new AbortController();
    await open(host).whileThere([101], async () => {
      const waiting = open(host, 'eth1', controller.signal).tidy();
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ fault: 'unreachable' });
    });
    expect((await open(host).tidy()).removed).toHaveLength(1);
  });

  test.each<{
    is: string;
    lie: (links: ReturnType<FakeInterfaces['links']>) => ReturnType<FakeInterfaces['links']>;
    says: string;
  }>([
    { is: 'has another interface', lie: (links) => [...links, tap('eth9', 'haas-v101')], says: 'has the ports eth1.101, eth9' },
    {
      is: 'has no way out',
      lie: (links) => links.filter(({ ifname }) => ifname !== 'eth1.101'),
      says: 'has the ports of machines only',
    },
    {
      is: 'leads to another VLAN',
      lie: (links) =>
        links.map((link) =>
          link.ifname === 'eth1.101'
            ? { ...link, linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 102 } } }
            : link,
        ),
      says: 'eth1.101 of haas-v101 is not VLAN 101 of eth1',
    },
    {
      is: 'leads to another interface',
      lie: (links) => links.map((link) => (link.ifname === 'eth1.101' ? { ...link, link: 'eth0' } : link)),
      says: 'is not VLAN 101 of eth1',
    },
    {
      is: 'is double tagged',
      lie: (links) =>
        links.map((link) =>
          link.ifname === 'eth1.101'
            ? { ...link, linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1ad', id: 101 } } }
            : link,
        ),
      says: 'is not VLAN 101 of eth1',
    },
    {
      is: 'has the host itself as a member',
      lie: (links) => links.map((link) => (link.ifname === 'haas-v101' ? { ...link, own: [1] } : link)),
      says: 'the management node itself is on haas-v101',
    },
    {
      is: 'does not filter, so that the host gets everything',
      lie: (links) =>
        links.map((link) =>
          link.ifname === 'haas-v101' ? { ...link, linkinfo: { info_kind: 'bridge', info_data: { vlan_filtering: 0 } } } : link,
        ),
      says: 'the management node itself is on haas-v101',
    },
    {
      is: 'is none',
      lie: (links) => links.map((link) => (link.ifname === 'haas-v101' ? { ...link, linkinfo: { info_kind: 'team' } } : link)),
      says: 'haas-v101 is no bridge',
    },
    {
      is: 'is not the machine’s',
      lie: (links) => links.map((link) => (link.ifname.startsWith('hn') ? { ...link, master: 'br0' } : link)),
      says: 'a port of br0, not of haas-v101',
    },
    {
      is: 'has lost the machine',
      lie: (links) => links.filter(({ ifname }) => !ifname.startsWith('hn')),
      says: 'a port of no bridge',
    },
  ])('that $is isolates nothing', async ({ lie, says }) => {
    const host = fakeInterfaces('eth1');
    const bridges = open(host);
    await bridges.whileThere([101], async () => {
      host.change((links) => [...links, tap('hn0123456789-0', 'haas-v101')]);
    });
    expect(await bridges.misplaced('hn0123456789-0', 101)).toBeUndefined();
    host.change(lie);
    expect(await bridges.misplaced('hn0123456789-0', 101)).toContain(says);
  });

  test('bridges of others are left alone, and what cannot be removed is told', async () => {
    const host = fakeInterfaces('eth1');
    await open(host).whileThere([101, 102], async () => {});
    host.change((links) => [
      ...links,
      { ifname: 'haas-vault', linkinfo: { info_kind: 'bridge' } },
      { ifname: 'haas-v5000000' },
      tap('eth9', 'haas-v102'),
    ]);
    host.refuse('delete dev haas-v101', 'RTNETLINK answers: Device or resource busy');
    expect(await open(host).tidy()).toEqual({
      removed: [],
      left: [expect.stringMatching(/^the bridge haas-v101 is still there: .*busy/)],
    });
    expect(names(host)).toEqual(['eth1', 'haas-v101', 'haas-v102', 'eth1.102', 'haas-vault', 'haas-v5000000', 'eth9']);
  });

  test('the uplink is apart from them', async () => {
    const host = fakeInterfaces('eth1', 'virbr0');
    await open(host).whileThere([101], async () => {});
    const uplinkAt = (master: string) =>
      host.change((links) => [...links.filter(({ ifname }) => ifname !== 'hn0123456789-up'), tap('hn0123456789-up', master)]);
    expect(await open(host).entangled('hn0123456789-up')).toContain('a port of no bridge');
    uplinkAt('virbr0');
    expect(await open(host).entangled('hn0123456789-up')).toBeUndefined();
    uplinkAt('haas-v101');
    expect(await open(host).entangled('hn0123456789-up')).toContain('a network of HaaS');
    uplinkAt('br0');
    host.change((links) => links.map((link) => (link.ifname === 'eth1' ? { ...link, master: 'br0' } : link)));
    expect(await open(host).entangled('hn0123456789-up')).toContain('like eth1');
  });

  test.each(['', 'Lorem ipsum', '{}', '[{"ifindex": 1}]'])('%j is no list of interfaces', async (text) => {
    const host = fakeInterfaces('eth1');
    host.say(text);
    const bridges = open(host);
    for (const call of [
      () => bridges.misplaced('hn0123456789-0', 101),
      () => bridges.tidy(),
      () => bridges.whileThere([1], async () => {}),
    ])
      await expect(call()).rejects.toMatchObject({ fault: 'unintelligible' });
  });
});
