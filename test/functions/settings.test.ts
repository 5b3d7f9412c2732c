import { expect, test } from 'vitest';
import { readSettings, SettingError } from '../../functions/settings.ts';

test('without an environment the defaults hold', () => {
  const { vlans, ...rest } = readSettings({});
  expect([vlans.length, vlans[0], vlans.at(-1)]).toEqual([900, 100, 999]);
  expect(rest).toEqual({
    requireAuthentication: true,
    signIn: { database: true, oidc: null, keystone: null, nullBackend: 'off' },
    trustedProxies: [],
    commandLifetime: 900,
    historyDays: 90,
    auditDays: 730,
    idempotencyHours: 24,
    consoleDays: 30,
    consoleMegabytes: 16,
    maintenance: null,
    limits: {
      connections: 4096,
      connectionsPerAddress: 1024,
      headersSeconds: 20,
      requestSeconds: 60,
      answerSeconds: 120,
      idleSeconds: 65,
      streams: 2048,
      streamsPerUser: 256,
      waitingPerUser: 256,
      pendingPerDevice: 20,
    },
  });
});

test('a VLAN list is ids and ranges, in any order', () => {
  expect(readSettings({ HAAS_VLANS: '300, 100-102,101' }).vlans).toEqual([100, 101, 102, 300]);
});

test.for([
  ['HAAS_VLANS', ''],
  ['HAAS_VLANS', '0-5'],
  ['HAAS_VLANS', '100-99'],
  ['HAAS_VLANS', '4095'],
  ['HAAS_VLANS', '1,x'],
  ['HAAS_REQUIRE_AUTHENTICATION', 'yes'],
  ['HAAS_AUTH', 'none'],
  ['HAAS_TRUSTED_PROXIES', 'proxy.example'],
  ['HAAS_COMMAND_LIFETIME', '0'],
  ['HAAS_HISTORY_DAYS', 'ever'],
  ['HAAS_IDEMPOTENCY_HOURS', '0'],
  ['HAAS_IDEMPOTENCY_HOURS', '721'],
  ['HAAS_CONSOLE_DAYS', '0'],
  ['HAAS_CONSOLE_MEGABYTES', '1025'],
  ['HAAS_STREAMS', '0'],
  // Shorter than a client may wait for a device.
  ['HAAS_ANSWER_SECONDS', '60'],
  ['HAAS_MAINTENANCE_URL', 'nonsense'],
  ['HAAS_MAINTENANCE_URL', 'ftp://x'],
  ['HAAS_MAINTENANCE_URL', 'http://user:secret@x'],
] as const)('%s cannot be "%s", and the error names it without its value', ([name, value]) => {
  const read = () => readSettings({ HAAS_MAINTENANCE_PROJECT: 'repairs', HAAS_MAINTENANCE_URL: 'http://x', [name]: value });
  expect(read).toThrow(SettingError);
  expect(read).toThrow(name);
  expect(read).not.toThrow('secret');
});

test('a request is not remembered for longer than what became of it', () => {
  expect(() => readSettings({ HAAS_HISTORY_DAYS: '1', HAAS_IDEMPOTENCY_HOURS: '25' })).toThrow(/^HAAS_IDEMPOTENCY_HOURS/);
  expect(readSettings({ HAAS_HISTORY_DAYS: '1', HAAS_IDEMPOTENCY_HOURS: '24' }).idempotencyHours).toBe(24);
});
