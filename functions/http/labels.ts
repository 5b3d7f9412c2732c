import { z } from 'zod';

/** What users name things by: 1 to 255 printable characters, no `/`, not beginning with `-`. */
export const label = z
  .string()
  .regex(
    /^(?!-)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/]{1,255}$/u,
    'must be 1 to 255 printable characters, without "/", and must not begin with "-"',
  );

/** A user's name: a label without `:`, which would end it in HTTP Basic credentials. */
export const userLabel = label
  .regex(/^[^:]*$/, 'must not contain ":"')
  .meta({ description: 'Name of a user', examples: ['ada'] });

/** A switch port as people type it; the switch's family decides what it means. */
export const portLabel = z
  .string()
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u, 'must be the name of a port, 1 to 64 printable characters')
  .meta({ description: 'Name of a port, as its switch knows it', examples: ['Ethernet1/3'] });

/** An agent's name; it becomes part of a Postgres login. */
export const agentLabel = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 characters of a-z, 0-9 and "-", beginning with a letter')
  .meta({ description: 'Name of an agent', examples: ['rack-1'] });

/** What HaaS knows by name, each as it is described to users. Another description can be given where one is used. */
export const nodeLabel = label.meta({ description: 'Name of a node', examples: ['node-01'] });
export const nicLabel = label.meta({ description: 'Name of a NIC, unique within its node', examples: ['eth0'] });
export const metadataLabel = label.meta({ description: 'Name of an entry of the metadata', examples: ['rack'] });
export const networkLabel = label.meta({ description: 'Name of a network', examples: ['provisioning'] });
export const projectLabel = label.meta({ description: 'Name of a project', examples: ['blue'] });
export const switchLabel = label.meta({ description: 'Name of a switch', examples: ['nexus-01'] });
export const headnodeLabel = label.meta({ description: 'Name of a headnode', examples: ['blue-head'] });
export const hnicLabel = label.meta({
  description: 'Name of a network interface of a headnode, unique within the headnode',
  examples: ['eth0'],
});
export const imageLabel = z.string().meta({ description: 'Name of a base image', examples: ['debian-12'] });

export const tokenLabel = label.meta({ description: 'Name of an API token, unique among those of its user', examples: ['ci'] });

/** By which an API token is deleted. It is no secret. */
export const tokenId = z.uuid().meta({ description: 'Id of an API token', examples: ['5d0f3c1e-7a42-4b8d-9c16-e3a9b0d42f75'] });

/** By which something that a device is to do is asked after. */
export const statusId = z.uuid().meta({
  description: 'Id of the networking action that tells what became of it',
  examples: ['0b7e4a2c-5d1f-4c8e-9a63-2f1d7c90b8e4'],
});

/** A channel as it is shown. */
export const channel = z
  .string()
  .regex(/^vlan\/(?:native|[1-9]\d{0,3})$/)
  .meta({
    description: 'Channel: vlan/native for untagged frames, vlan/<number> for tagged ones',
    examples: ['vlan/native'],
  });

/** A hardware address as it is shown. */
export const macAddress = z.string().meta({ description: 'Hardware address', examples: ['52:54:00:12:34:56'] });

/** A point in time as it is shown. */
export const timestamp = z.iso.datetime().meta({ description: 'When, in UTC', examples: ['2026-03-02T09:30:00.000Z'] });

/** A point in time as it is asked for, with its zone. Postgres knows no year 0, and no zone that is 16 hours away or more. */
export const timeWithZone = z.iso
  .datetime({ offset: true, error: 'must be a time with its zone, such as 2026-02-03T04:05:06Z' })
  .regex(/^(?!0000|.*[+-](?:1[6-9]|2\d):)/, 'must not be in the year 0, and in a zone less than 16 hours from UTC')
  .max(64, 'must be 64 characters at most')
  .meta({ description: 'A time of ISO 8601 with its zone', examples: ['2026-03-02T09:30:00Z'] });

/** What a request is called, by its sender or by the API. */
export const requestId = z
  .string()
  .regex(/^[\w=-]{1,255}$/, 'must be 1 to 255 characters of A-Z, a-z, 0-9, "_", "=" and "-"')
  .meta({ description: 'Id of a request: its header `X-Request-Id`', examples: ['5d0f3c1e-7a42-4b8d-9c16-e3a9b0d42f75'] });

/** The place of an entry in the chain of the audit, as it is asked for. */
export const placeOfEntry = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/, 'must be the seq of an entry')
  .meta({ description: 'Seq of an entry of the audit', examples: ['1041'] })
  .transform(Number);

/** The hash of an entry of the audit. */
export const entryHash = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be the hash of an entry, 43 characters')
  .meta({
    description: 'Hash of the entry, over its text and the hash before',
    examples: ['pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4'],
  });

/** Free text that Postgres can hold. */
export const plainText = z.string().regex(/^[^\0\p{Cs}]*$/u, 'must not contain NUL or half a surrogate pair');
