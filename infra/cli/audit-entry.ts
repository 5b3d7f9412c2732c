import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());
const entry = z.object({
  seq: z.int(),
  at: z.string(),
  actor: z.string().nullable(),
  event: z.string(),
  node: z.string().nullable(),
  projects: z.array(z.union([z.string(), z.number()])),
  subject: fields,
  details: fields,
  result: fields,
});

/** An entry of the audit as people look through many: whole it has fields that only programs want. Throws where it is none. */
export function entryRow(value: unknown): Readonly<Record<string, unknown>> {
  const { seq, at, actor, event, node, projects, subject, details, result } = entry.parse(value);
  const { node: _node, ...where } = subject;
  const { status, ...more } = result;
  return { seq, at, actor, event, node, projects, result: status, what: { ...where, ...details, ...more } };
}
