import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts what the API itself must read again, such as obmd tokens, with a key that Postgres never sees. */
export interface ApiSecrets {
  encrypt(text: string): string;
  /** Throws when the text was not encrypted with this key, or was altered. */
  decrypt(encrypted: string): string;
  /** An HMAC-SHA-256 of a text, in base64url: it tells whether two texts are the same, and nobody without the key can try texts. */
  mac(text: string): string;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Prepares the API host's own key: 32 bytes in base64url. Throws when it is anything else. What is encrypted is nonce, text and tag, in base64url. */
export function createApiSecrets(key: string): ApiSecrets {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 32) throw new Error('the API key must be 32 bytes in base64url');
  const macKey = Buffer.from(hkdfSync('sha256', bytes, '', 'haas mac', 32));
  return {
    encrypt(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, bytes, nonce);
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    decrypt(encrypted) {
      const whole = Buffer.from(encrypted, 'base64url');
      const decipher = createDecipheriv(CIPHER, bytes, whole.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(whole.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(whole.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
    },
    mac: (text) => createHmac('sha256', macKey).update(text).digest('base64url'),
  };
}
