import { ensureUnlessDestroyed, type KeyRef, type KeyStore, type SubjectKey } from '../../platform/keys/port.js';
import type { ConversationState } from '../conversations/index.js';
import { messageKeyRef } from '../shared/expiry.js';

/** What a message is sealed with. `expiresAt` null: it stays; otherwise milliseconds since the epoch. */
export interface Sealing {
  readonly key: SubjectKey;
  readonly ref: KeyRef;
  readonly expiresAt: number | null;
}

/** Has the key of what would disappear ready before it is decided. */
export interface Sealer {
  gather(state: ConversationState): Promise<void> | undefined;
  /** Undefined when there is none: the timer was changed since. */
  of(state: ConversationState): Sealing | undefined;
}

export interface SealerFor {
  readonly account: string;
  readonly conversationId: string;
  readonly now: number;
  /** The account's. */
  readonly key: SubjectKey;
}

export function sealerFor(keys: Pick<KeyStore, 'ensure'>, { account, conversationId, now, key }: SealerFor): Sealer {
  let prepared: Sealing | undefined;
  const expiryIn = (state: ConversationState): number | null =>
    state.kind === 'absent' || state.timerSeconds === null ? null : now + state.timerSeconds * 1_000;
  const prepare = async (expiresAt: number): Promise<void> => {
    const ref = messageKeyRef(account, conversationId, expiresAt);
    const made = await ensureUnlessDestroyed(keys, ref);
    // By a clock that goes wrong that hour may be over. What was sent before is still to be known.
    if (made !== undefined) prepared = { key: made, ref, expiresAt };
  };
  return {
    gather(state) {
      const expiresAt = expiryIn(state);
      if (expiresAt === null || prepared?.expiresAt === expiresAt) return undefined;
      return prepare(expiresAt);
    },
    of(state) {
      const expiresAt = expiryIn(state);
      if (expiresAt === null) return { key, ref: messageKeyRef(account, conversationId, null), expiresAt };
      return prepared?.expiresAt === expiresAt ? prepared : undefined;
    },
  };
}
