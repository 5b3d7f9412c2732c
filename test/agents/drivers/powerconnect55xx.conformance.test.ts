import { describe, expect, test, vi } from 'vitest';
import { powerconnect55xx } from '../../../agents/drivers/powerconnect55xx.ts';
import { type PowerConnect55xxOptions, startPowerConnect55xx } from '../../../infra/rack/powerconnect55xx/powerconnect55xx.ts';
import { switchConformance } from './conformance.ts';
import { both, conformanceBench, type Family, other } from './conformance-bench.ts';
import { statesConformance } from './conformance-states.ts';

/** The family as such, or with switches of another firmware or setting. */
const family = (variety: Partial<PowerConnect55xxOptions> = {}): Family => ({
  driver: powerconnect55xx,
  start: (options) => startPowerConnect55xx({ ...options, ...variety }),
  access: (simulator, transport, { legacySsh }) => ({
    type: 'powerconnect55xx',
    hostname: '127.0.0.1',
    port: simulator.tcpPort(transport),
    settings: { transport, legacy_ssh: legacySsh, save: true },
  }),
  transports: ['telnet', 'ssh'],
  nativeless: true,
  ports: ['gi1/0/5', 'te1/0/1'],
  missingPort: 'gi8/0/48',
  reservedVlan: 1,
  lines: {
    vlans: /^switchport trunk (?:allowed vlan add|native vlan) \d/,
    enable: /^no shutdown$/,
    read: /^show /,
    save: /^copy running-config startup-config$/,
  },
  console: { leave: 'end', logout: 'exit', terminal: /^terminal / },
  hostnames: ['console', 'User', 'Password', 'More', 'rack 7 upper'],
});

switchConformance('powerconnect55xx', family());

describe.each<{ name: string; variety: Partial<PowerConnect55xxOptions> }>([
  { name: 'later relatives', variety: { switchportForm: 'VLANs', saveQuestion: 'Y/N' } },
  { name: 'early relatives', variety: { switchportForm: 'table' } },
])('powerconnect55xx: what $name print', ({ variety }) => {
  statesConformance(conformanceBench(family(variety), 'telnet'));
});

describe('powerconnect55xx: how a session begins', () => {
  test.each<{ name: string; transport: 'telnet' | 'ssh'; variety: Partial<PowerConnect55xxOptions>; enable?: string }>([
    { name: 'SSH that asks for the password itself', transport: 'ssh', variety: { sshLogin: 'protocol' } },
    { name: 'fewer rights, and more for the asking', transport: 'telnet', variety: { landing: 'user' } },
    {
      name: 'fewer rights, and more for a password',
      transport: 'ssh',
      variety: { landing: 'user', enablePassword: 'more' },
      enable: 'more',
    },
  ])('$name', async ({ transport, variety, enable }) => {
    const bench = conformanceBench(family(variety), transport);
    const simulator = await bench.start();
    const { credentials } = bench.target(simulator);
    const login = enable === undefined ? credentials : { ...credentials, enable_password: enable };
    const session = await bench.open(simulator, { credentials: login });
    await session.setPort('gi1/0/5', both);
    expect(await session.readPort('gi1/0/5')).toEqual(both);
    expect(await session.readVersion()).toMatch(/^\d+\.\d+/);
    await session.close();
    await vi.waitFor(() => expect(simulator.sessions).toBe(0), { interval: 5 });
  });

  test('rights that are not given are denied', async () => {
    const bench = conformanceBench(family({ landing: 'user', enablePassword: 'more' }), 'telnet');
    const simulator = await bench.start();
    await expect(bench.open(simulator)).rejects.toMatchObject({
      fault: 'denied',
      message: expect.stringContaining('enable_password'),
    });
  });

  test('ports without a slot are ports of their own', async () => {
    const bench = conformanceBench({ ...family(), ports: ['gi1/5', 'te1/1'] }, 'telnet');
    const session = await bench.open(await bench.start());
    await session.setPort('gi1/5', other);
    expect(await session.readPort('GigabitEthernet 1/5')).toEqual(other);
    await expect(session.readPort('gi1/0/5')).rejects.toMatchObject({ fault: 'refused' });
  });
});
