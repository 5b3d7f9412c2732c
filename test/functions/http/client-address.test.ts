import { expect, test } from 'vitest';
import { clientAddresses, proxyList } from '../../../functions/http/client-address.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { basic, makeWorld } from '../../support/world.ts';

const proxies = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];

test.for([
  ['nobody in between', '192.0.2.7', undefined, '192.0.2.7'],
  ['whoever writes the header without being a proxy', '192.0.2.7', '203.0.113.9', '192.0.2.7'],
  ['one proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['what the client wrote itself', '10.1.2.3', '198.51.100.1, 127.0.0.1, 203.0.113.9', '203.0.113.9'],
  ['proxies behind each other', '10.1.2.3', '203.0.113.9, 10.9.9.9, fd00::1', '203.0.113.9'],
  ['a client who is a proxy', '10.1.2.3', '10.9.9.9', '10.9.9.9'],
  ['a header of nothing', '10.1.2.3', '', '10.1.2.3'],
  ['a header of nonsense', '10.1.2.3', '203.0.113.9, nonsense', '10.1.2.3'],
  ['nonsense in the middle', '10.1.2.3', '203.0.113.9, nonsense, 10.9.9.9', '10.9.9.9'],
  ['addresses with ports', '10.1.2.3', '[2001:db8::9]:4711, 10.9.9.9:80', '2001:db8::9'],
  ['IPv4 on a socket for IPv6', '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
  ['IPv6', 'fd12::1', '2001:db8::9', '2001:db8::9'],
  ['no socket', undefined, '203.0.113.9', 'unknown'],
] as const)('%s', ([, connected, forwarded, address]) => {
  expect(clientAddresses(proxies)(connected, forwarded)).toBe(address);
});

test('where no proxy is trusted, nobody is believed', () => {
  expect(clientAddresses([])('10.1.2.3', '203.0.113.9')).toBe('10.1.2.3');
});

test('a list is addresses and networks', () => {
  expect(proxyList.parse('10.0.0.7, 192.168.0.0/16,::1 ,fd00::/8')).toEqual(['10.0.0.7', '192.168.0.0/16', '::1', 'fd00::/8']);
  for (const wrong of [
    '',
    '10.0.0.7,',
    'proxy.example',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ]) {
    expect(proxyList.safeParse(wrong).success, wrong).toBe(false);
  }
});

test('failed logins are counted by the address that a trusted proxy names', async (t) => {
  for (const trustedProxies of [['127.0.0.1'], []]) {
    const w = await makeWorld(t, { trustedProxies });
    const { url } = await apiOnSocket(t, w);
    const headers = { authorization: basic('ada', 'wrong'), 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect((await fetch(`${url}/nodes/all`, { headers })).status).toBe(401);
    const address = trustedProxies.length > 0 ? '203.0.113.9' : '127.0.0.1';
    expect(await w.sql`select address from failed_logins`).toEqual([{ address }]);
  }
});
