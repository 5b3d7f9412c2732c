import { z } from 'zod';
import { type SealingPublicKey, seal } from '../../db/commands/seal.ts';
import type { HeadnodeIdentity, HeadnodeSeed } from '../../db/devices/headnode.ts';

/** Together with the longest user data these fit into a command. */
const MOST_KEYS = 10;
const LONGEST_KEY = 4096;
/** In bytes. */
const LARGEST_USER_DATA = 64 * 1024;

const KEY =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) ([A-Za-z0-9+/]+={0,2})(?: [^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{0,255})?$/u;

/** Whether a text is a public key as OpenSSH writes it into a file, without options before it. */
function isPublicKey(text: string): boolean {
  const [, type, base64] = KEY.exec(text) ?? [];
  if (type === undefined || base64 === undefined) return false;
  const key = Buffer.from(base64, 'base64');
  if (key.toString('base64') !== base64) return false;
  // RFC 4253, 6.6: strings, each after its length in four bytes; the first is the type again.
  const strings: Buffer[] = [];
  for (let at = 0; at < key.length; ) {
    const end = at + 4 + (at + 4 <= key.length ? key.readUInt32BE(at) : key.length);
    if (end > key.length) return false;
    strings.push(key.subarray(at + 4, end));
    at = end;
  }
  return strings.length > 1 && strings[0]?.toString() === type;
}

/** Public SSH keys, each one line. */
export const sshKeys = z
  .array(
    z
      .string()
      .trim()
      .max(LONGEST_KEY)
      .refine(isPublicKey, 'must be a public key in one line, such as "ssh-ed25519 AAAA... ada@example"')
      .meta({
        description: 'Public key as OpenSSH writes it, in one line',
        examples: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ/gREZiM511WCTY5L+my/UIOSflSx1APVhVF5Fw9SpD ada@example'],
      }),
  )
  .max(MOST_KEYS);

/**
 * Whether cloud-init takes a text for one of the formats that are let through, by its beginning as cloud-init looks at it
 * (cloudinit/user_data.py, convert_string; cloudinit/handlers/__init__.py, INCLUSION_TYPES_MAP).
 */
function isUserData(text: string): boolean {
  if (/^#cloud-config[ \t]*(\r?\n|$)/.test(text) || text.startsWith('#!')) return true;
  return /^(mime-version|content-type):/i.test(text) && /^mime-version:/im.test(text.slice(0, 4096));
}

/** What cloud-init is to do at the first start: a cloud-config, a script, or several of them as a MIME message. */
export const userData = z
  .string()
  .refine((text) => !/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(text), 'must be text, without control characters')
  .refine((text) => Buffer.byteLength(text) <= LARGEST_USER_DATA, `must be ${LARGEST_USER_DATA} bytes at most, in UTF-8`)
  .refine(isUserData, 'must begin with "#cloud-config", "#!", or the headers of a MIME message')
  .meta({
    description: 'What cloud-init is to do at the first start: a cloud-config, a script or a MIME message, 64 KiB at most',
    // It sets passwords and tokens as often as not.
    writeOnly: true,
    examples: ['#cloud-config\npackages: [tmux]\n'],
  });

/** Seals what cloud-init is told, for the agent and for this one virtual machine: it may hold passwords. Null where there is nothing to tell. */
export async function sealSeed(
  key: SealingPublicKey,
  { label, uuid }: HeadnodeIdentity,
  seed: HeadnodeSeed,
): Promise<string | null> {
  if (seed.ssh_keys.length === 0 && seed.user_data === null) return null;
  return seal(key, { device: `headnode/${label}`, hostname: uuid, port: 0 }, seed);
}
