import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { measuredVerify } from '../../agents/measured.ts';
import { createVerifier } from '../../agents/verify.ts';
import type { CommandRow } from '../../db/commands/claim.ts';
import { createSigner, generateSigningKey, verificationKey } from '../../db/commands/envelope.ts';

test('how long an order has waited is counted once, when it is taken for the first time, and of no other', async () => {
  const key = await generateSigningKey();
  const signer = await createSigner('site-1', key);
  const waits: number[] = [];
  const trust = { issuer: 'site-1', keys: [verificationKey.parse(key)] };
  const verify = measuredVerify(
    createVerifier(() => trust),
    { waited: (seconds) => void waits.push(seconds) },
  );
  const ordered = async (attempt: number, agent = 'rack-1'): Promise<CommandRow> => {
    const order = { id: randomUUID(), agent, device: 'bmc/n1', seq: 7, kind: 'power.read', version: 1 } as const;
    const bmc = { label: 'n1', type: 'mock', host: 'mock', port: 623, settings: {}, sealed: 'x' } as const;
    const { signed } = await signer.sign({ ...order, parameters: { bmc }, lifetime: 900 });
    return { id: order.id, agent: 'rack-1', seq: order.seq, kind: order.kind, signed, attempt };
  };
  const judged = async (row: CommandRow) => (await verify(row, 'rack-1', 'bmc/n1')).kind;
  const first = await ordered(1);
  expect([await judged(first), await judged(first)]).toEqual(['order', 'order']);
  expect(waits).toHaveLength(1);
  // Another process took it before, and counted it.
  expect(await judged(await ordered(2))).toBe('order');
  expect(await judged(await ordered(1, 'rack-2'))).toBe('refusal');
  expect(waits).toHaveLength(1);
});
