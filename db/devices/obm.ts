import { z } from 'zod';
import { hostname, mockHostname } from './access.ts';

const typeUrl = 'http://schema.massopencloud.org/haas/v0/obm/';

function type<T extends string>(name: T) {
  return z.literal([name, `${typeUrl}${name}`]).transform(() => name);
}

// IPMI v2 carries 20 bytes of password; ipmitool refuses more.
const ipmi = z.strictObject({
  type: type('ipmi'),
  host: hostname,
  port: z.int().min(1).max(65535).default(623),
  user: z.string().min(1).max(16),
  password: z.string().refine((text) => Buffer.byteLength(text) <= 20, 'must be at most 20 bytes long: IPMI takes no more'),
});

const mock = z.strictObject({
  type: type('mock'),
  host: mockHostname,
  port: z.int().min(1).max(65535).default(623),
  user: z.string(),
  password: z.string(),
});

/** How an agent reaches a node's BMC, as registered: by the short type or the predecessor's URL. */
export const obm = z.union([ipmi, mock], 'must be {"type": "ipmi" or "mock", "host", "user", "password"}');
export type Obm = z.output<typeof obm>;

/** The predecessor's names of the kinds of out-of-band management that HaaS takes registrations for. */
export const obmExtensions = ['hil.ext.obm.ipmi', 'hil.ext.obm.mock'] as const;
