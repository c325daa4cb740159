import { createHash, randomBytes } from 'node:crypto';
import { formatUuid } from '../shared/ids.js';

const ID_BYTES = 16;
const SECRET_BYTES = 16;

/** What an invite link carries: the group's id and a secret of 128 bits, base64url. Only its hash is stored. */
export function newLinkToken(conversationId: string): string {
  const id = Buffer.from(conversationId.replaceAll('-', ''), 'hex');
  return Buffer.concat([id, randomBytes(SECRET_BYTES)]).toString('base64url');
}

/** The group that a token names and the hash to look for; undefined for what is no token. */
export function parseLinkToken(
  token: string,
): { readonly conversationId: string; readonly tokenHash: string } | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== token) return undefined;
  return { conversationId: formatUuid(bytes.subarray(0, ID_BYTES)), tokenHash: hashToken(token) };
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
