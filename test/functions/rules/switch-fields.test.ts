import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { switchFamilies } from '../../../db/devices/families.ts';
import { switchChange, switchRegistration } from '../../../functions/rules/switch-fields.ts';

/** Whether the API reference has a body as one that is taken. */
function judge(schema: z.ZodType): (body: object) => boolean {
  const validate = new Ajv2020({ strict: false }).compile(z.toJSONSchema(schema, { io: 'input' }));
  return (body) => validate(body);
}

const isRegistration = judge(switchRegistration);
const isChange = judge(switchChange);
const login = { hostname: '10.0.0.1', username: 'u', password: 'p' };

/** What registrations of some types need besides a login. */
const needed: Record<string, object> = {
  brocade: { interface_type: 'TenGigabitEthernet' },
  cisco_ios: { dummy_vlan: 999 },
  delln3000: { dummy_vlan: '999' },
  dellnos9: { interface_type: 'GigabitEthernet' },
  nexus: { dummy_vlan: 4094 },
};

describe.for(switchFamilies)(
  'a registration of a $type switch, as the API reference has it',
  ({ type, registration, settings }) => {
    const fields = { ...login, ...needed[type] };
    const url = `http://schema.massopencloud.org/haas/v0/switches/${type}`;

    test('is one that is taken', () => {
      expect(registration.safeParse(fields).success).toBe(true);
      for (const name of [type, url]) expect(isRegistration({ type: name, agent: 'rack-1', idle: 'up', ...fields })).toBe(true);
    });

    test('has no field that is missing or unknown, as the handler judges it', () => {
      for (const name of Object.keys(needed[type] ?? {})) {
        const { [name]: _, ...rest } = z.record(z.string(), z.unknown()).parse(fields);
        expect(registration.safeParse(rest).success).toBe(false);
        expect(isRegistration({ type, ...rest })).toBe(false);
      }
      for (const [name, value] of [
        ['dummy_vlan', 999],
        ['interface_type', 'GigabitEthernet'],
        ['bridge', 'br'],
        ['tls', true],
        ['sudo', true],
      ] as const) {
        const more = { ...fields, [name]: value };
        expect(isRegistration({ type, ...more }), name).toBe(registration.safeParse(more).success);
        expect(isRegistration({ type, ...more }), name).toBe(name in settings.shape);
      }
      expect(isRegistration(fields)).toBe(false);
      expect(isRegistration({ type: `${type}x`, ...fields })).toBe(false);
    });

    test('can be changed field by field', () => {
      for (const [name, value] of Object.entries(fields)) expect(isChange({ [name]: value }), name).toBe(true);
      expect(registration.parse(fields).settings).toSatisfy((stored) => settings.safeParse(stored).success);
    });
  },
);

test('a change names something, and only what a switch of some type has', () => {
  for (const change of [{}, { type: 'nexus' }, { agent: 'rack-1' }, { idle: 'down' }, { vlan: 1 }])
    expect(isChange(change)).toBe(false);
  expect(isChange({ idle: 'up' })).toBe(true);
});
