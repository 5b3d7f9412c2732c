import { z } from 'zod';
import { switchFamilies, typeNamesOf } from '../../db/devices/families.ts';
import { ovs } from '../../db/devices/ovs.ts';
import { agentLabel } from '../http/labels.ts';
import { idle } from './native-first.ts';

type Described = NonNullable<z.core.JSONSchema.BaseSchema['properties']>;

const type = {
  description:
    'Type of the switch, which decides what other fields there are; by the short name or by the URL that HIL has for it',
  examples: ['nexus'],
};
const agent = agentLabel.optional().meta({ description: 'Agent that reaches the switch; needed unless there is exactly one' });
const idleFirst = idle.default('shut');

/** The fields of a schema as the API reference has them. */
function described(schema: z.ZodType): { readonly fields: Described; readonly required: readonly string[] } {
  const { properties: fields = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return { fields, required };
}

const families = switchFamilies.map((family) => ({ family, ...described(family.registration) }));

/** The fields of all types together. Of one that is not alike in all of them it is told what they have in common. */
function together(each: readonly Described[]): Described {
  const alike = new Map<string, Map<string, Described[string]>>();
  for (const [name, field] of each.flatMap((fields) => Object.entries(fields))) {
    alike.set(name, (alike.get(name) ?? new Map<string, Described[string]>()).set(JSON.stringify(field), field));
  }
  return Object.fromEntries([...alike].map(([name, fields]) => [name, common([...fields.values()])]));
}

function common(fields: readonly Described[string][]): Described[string] {
  const [first = false, ...rest] = fields;
  if (rest.length === 0 || typeof first === 'boolean' || first.type === undefined) return first;
  const { type, description = '', examples = [], writeOnly } = first;
  const values = fields.flatMap((field) => (typeof field === 'boolean' ? [] : (field.enum ?? field.const ?? [])));
  return {
    type,
    description,
    examples,
    ...(writeOnly === undefined ? {} : { writeOnly }),
    ...(values.length > 0 ? { enum: [...new Set(values)] } : {}),
  };
}

function withoutDefault(field: Described[string]): Described[string] {
  if (typeof field === 'boolean') return field;
  const { default: _, ...rest } = field;
  return rest;
}

const registrations = families.map(({ family, fields, required }) => ({
  title: family.type,
  type: 'object' as const,
  properties: {
    type: { ...type, enum: typeNamesOf(family), examples: [family.type] },
    ...fields,
    ...described(z.object({ agent, idle: idleFirst })).fields,
  },
  // The agent needs no login for its own machine.
  required: ['type', ...required, ...(family === ovs ? [] : ['username'])],
  additionalProperties: false,
}));

const login = { hostname: '10.0.5.21', username: 'haas', password: 'hunter2' };

/** A registration of a switch. Only the handler knows which fields it may have: the reference says it of each type. */
export const switchRegistration = z.looseObject({ type: z.string().meta(type), agent, idle: idleFirst }).meta({
  properties: {
    ...together(registrations.map(({ properties }) => properties)),
    type: { ...type, enum: registrations.flatMap(({ properties }) => properties.type.enum) },
  },
  required: ['type', 'hostname'],
  additionalProperties: false,
  oneOf: registrations,
  examples: [{ type: 'nexus', ...login, transport: 'ssh', dummy_vlan: 999, agent: 'rack-1' }],
});

/** What a registration is changed to: some of its fields. What is not named stays, so that there are no defaults. */
export const switchChange = z
  .looseObject({ idle: idle.optional() })
  .refine((fields) => Object.keys(fields).length > 0, 'must name at least one field to change')
  .meta({
    properties: together(
      families.map(({ fields }) => ({
        ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, withoutDefault(field)])),
        ...described(z.object({ idle })).fields,
      })),
    ),
    additionalProperties: false,
    minProperties: 1,
    examples: [login],
  });
