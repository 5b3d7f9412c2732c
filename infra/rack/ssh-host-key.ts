import { generateKeyPairSync } from 'node:crypto';

/** A new private host key in PEM. RSA takes a noticeable part of a second, so it is for the legacy server, which can use no other. */
export function createHostKey(legacy: boolean): string {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  return legacy
    ? generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
        .privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding: { type: 'sec1', format: 'pem' } })
        .privateKey;
}
