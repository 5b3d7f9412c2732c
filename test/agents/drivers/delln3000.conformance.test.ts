import { describe, expect, test, vi } from 'vitest';
import { delln3000 } from '../../../agents/drivers/delln3000.ts';
import { type DellN3000Options, startDellN3000 } from '../../../infra/rack/delln3000/delln3000.ts';
import { switchConformance } from './conformance.ts';
import { both, conformanceBench, type Family } from './conformance-bench.ts';
import { statesConformance } from './conformance-states.ts';

/** The family as such, or with switches of another firmware or setting. */
const family = (variety: Partial<DellN3000Options> = {}): Family => ({
  driver: delln3000,
  start: (options) => startDellN3000({ ...options, ...variety }),
  access: (simulator, transport, { legacySsh }) => ({
    type: 'delln3000',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport, dummy_vlan: 3900, legacy_ssh: legacySsh, save: true },
  }),
  transports: ['telnet', 'ssh'],
  asksFirst: true,
  nativeless: true,
  ports: ['Gi1/0/5', 'Te1/0/1'],
  missingPort: 'Gi8/0/48',
  reservedVlan: 3900,
  lines: {
    vlans: /^switchport trunk (?:allowed vlan add|native vlan) \d/,
    enable: /^no shutdown$/,
    read: /^show /,
    save: /^copy running-config startup-config$/,
  },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['console', 'User', 'Password', 'More', 'save.config-if-Gi1'],
});

switchConformance('delln3000', family());

describe('delln3000: a switch that takes lines about trunks in any mode', () => {
  statesConformance(conformanceBench(family({ trunkModeFirst: false }), 'telnet'));
});

describe('delln3000: how a session begins', () => {
  test.each(['telnet', 'ssh'] as const)('more rights are asked for, over %s', async (transport) => {
    for (const enable_password of [undefined, 'more']) {
      const bench = conformanceBench(family(enable_password === undefined ? {} : { enablePassword: enable_password }), transport);
      const simulator = await bench.start();
      const { credentials } = bench.target(simulator);
      const session = await bench.open(simulator, {
        credentials: enable_password === undefined ? credentials : { ...credentials, enable_password },
      });
      await session.setPort('Gi1/0/5', both);
      expect(await session.readPort('Gi1/0/5')).toEqual(both);
      expect(await session.readVersion()).toMatch(/^\d+\.\d+/);
      await session.close();
      await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
    }
  });

  test('rights that are not given are denied', async () => {
    const bench = conformanceBench(family({ enablePassword: 'more' }), 'telnet');
    const simulator = await bench.start();
    await expect(bench.open(simulator)).rejects.toMatchObject({
      fault: 'denied',
      message: expect.stringContaining('enable_password'),
    });
  });
});

test('delln3000: without a native VLAN the port is no member of the dummy, which exists', async () => {
  const bench = conformanceBench(family(), 'telnet');
  const simulator = await bench.start();
  const session = await bench.open(simulator);
  await session.setPort('Gi1/0/5', { native: null, tagged: [101], enabled: true });
  expect(simulator.vlans()).toContain(3900);
  expect(simulator.port('Gi1/0/5')).toEqual({ native: null, tagged: [101], enabled: true });
});
