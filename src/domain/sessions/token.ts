import { createHash, randomBytes } from 'node:crypto';

/**
 * A refresh token: 16 bytes that all tokens of a session share, and 32 of its own; base64url. Both random, and only
 * their hashes are stored. The shared part tells an old token from an invented one without a list of all old ones.
 */
export interface RefreshToken {
  readonly text: string;
  readonly family: Buffer;
  readonly familyHash: Buffer;
  /** Hex. */
  readonly hash: string;
}

const FAMILY = 16;
const SECRET = 32;

export function newRefreshToken(family: Buffer = randomBytes(FAMILY)): RefreshToken {
  return of(family, randomBytes(SECRET));
}

export function parseRefreshToken(text: string): RefreshToken | null {
  if (!/^[\w-]{64}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return of(bytes.subarray(0, FAMILY), bytes.subarray(FAMILY));
}

function of(family: Buffer, secret: Buffer): RefreshToken {
  const bytes = Buffer.concat([family, secret]);
  return { text: bytes.toString('base64url'), family, familyHash: sha256(family), hash: sha256(bytes).toString('hex') };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
