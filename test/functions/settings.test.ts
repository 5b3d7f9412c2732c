import { expect, test } from 'vitest';
import { readSettings, SettingError } from '../../functions/settings.ts';

test('without an environment the defaults hold', () => {
  const { vlans, ...rest } = readSettings({});
  expect([vlans.length, vlans[0], vlans.at(-1)]).toEqual([900, 100, 999]);
  expect(rest).toEqual({
    requireAuthentication: true,
    commandLifetime: 900,
    historyDays: 90,
    consoleDays: 30,
    consoleMegabytes: 16,
    maintenance: null,
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
  ['HAAS_COMMAND_LIFETIME', '0'],
  ['HAAS_HISTORY_DAYS', 'ever'],
  ['HAAS_CONSOLE_DAYS', '0'],
  ['HAAS_CONSOLE_MEGABYTES', '1025'],
  ['HAAS_MAINTENANCE_URL', 'ftp://x'],
  ['HAAS_MAINTENANCE_URL', 'http://user:secret@x'],
] as const)('%s cannot be "%s", and the error names it without its value', ([name, value]) => {
  const read = () => readSettings({ HAAS_MAINTENANCE_PROJECT: 'repairs', HAAS_MAINTENANCE_URL: 'http://x', [name]: value });
  expect(read).toThrow(SettingError);
  expect(read).toThrow(name);
  expect(read).not.toThrow('secret');
});
