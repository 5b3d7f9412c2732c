import { CompactEncrypt, compactDecrypt } from 'jose';

/** Encrypts what the API itself must read again, such as obmd tokens, with a key that Postgres never sees. */
export interface ApiSecrets {
  encrypt(text: string): Promise<string>;
  /** Throws when the text was not encrypted with this key. */
  decrypt(encrypted: string): Promise<string>;
}

/** Prepares the API host's own key: 32 bytes in base64url. Throws when it is anything else. */
export function createApiSecrets(key: string): ApiSecrets {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 32) throw new Error('the API key must be 32 bytes in base64url');
  return {
    encrypt: (text) =>
      new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(bytes),
    async decrypt(encrypted) {
      const { plaintext } = await compactDecrypt(encrypted, bytes, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}
