import type { KeyRef } from '../../platform/keys/port.js';

/**
 * What disappears is sealed under a key of author, conversation and the hour in which it is over. The key can go when that
 * hour is, however many messages it sealed.
 */
export const BUCKET_MS = 3_600_000;

/** Of what an account says in a conversation; `expiresAt` null: it stays. */
export function messageKeyRef(account: string, conversationId: string, expiresAt: number | null): KeyRef {
  if (expiresAt === null) return { subject: account, scope: 'account' };
  return { subject: account, scope: `conversation:${conversationId}:${String(Math.floor(expiresAt / BUCKET_MS))}` };
}

/** Times in milliseconds since the epoch: what the key sealed is over in [from, to). */
export interface ExpiryBucket {
  readonly conversationId: string;
  readonly from: number;
  readonly to: number;
}

/** Undefined for a scope of another sort. */
export function bucketOfScope(scope: string): ExpiryBucket | undefined {
  const [, conversationId = '', bucket = ''] = /^conversation:([0-9a-f-]{36}):(\d{1,10})$/.exec(scope) ?? [];
  if (conversationId === '') return undefined;
  const from = Number(bucket) * BUCKET_MS;
  return { conversationId, from, to: from + BUCKET_MS };
}
