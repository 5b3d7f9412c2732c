import { CompactSign, importJWK } from 'jose';
import { expect, test } from 'vitest';
import { generateSigningKey } from '../../../db/commands/envelope.ts';
import { EMPTY_CHAIN } from '../../../db/queries/audit-chain.ts';
import { createAuditChain } from '../../../functions/rules/audit-chain.ts';
import { keys } from '../../support/world.ts';

test('an end of the chain is believed that this deployment signed as one, and nothing else that bears its signature', async () => {
  const { issuer, signing } = keys;
  const chain = await createAuditChain(issuer, signing, [signing]);
  const [first, last] = await chain.append(EMPTY_CHAIN, [
    { id: 'a', text: '[1]' },
    { id: 'b', text: '[2]' },
  ]);
  if (!first || !last?.signature) throw new Error('two entries are chained, and the last is signed');
  expect(first.signature).toBeNull();
  expect(await chain.signedAfter(last, last.signature)).toBe(0);
  expect(await chain.signedAfter(first, last.signature)).toBeNull();
  expect(await chain.signedAfter({ ...last, seq: 3 }, last.signature)).toBeNull();

  const end = { iss: issuer, after: 0, seq: last.seq, hash: last.hash };
  const signed = async (claims: object, header: object = {}, key = signing) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'haas-audit', kid: key.kid, ...header })
      .sign(await importJWK(key, 'EdDSA'));
  expect(await chain.signedAfter(last, await signed(end))).toBe(0);
  const foreign = await generateSigningKey();
  for (const signature of [
    await signed(end, { typ: 'haas-command' }),
    await signed({ ...end, iss: 'another' }),
    await signed({ ...end, more: true }),
    await signed(end, {}, foreign),
    await signed(end, { kid: signing.kid }, foreign),
    '',
  ])
    expect(await chain.signedAfter(last, signature), signature).toBeNull();
});
