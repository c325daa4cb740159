import type { Position } from '../../platform/eventStore/port.js';
import type { LiveSource } from './source.js';
import type { UpdateValue } from './updates.js';

/** Who listens on this node, as those see it who say what each is told. */
export interface Audience {
  /**
   * To the accounts' own subscriptions, and to those of the conversation that the same accounts have. Undefined: nothing is
   * told, but the event is handed out.
   */
  deliver(
    event: { readonly position: Position },
    update: UpdateValue | undefined,
    accountIds: readonly string[],
    conversation?: { readonly id: string; readonly tells: (accountId: string) => boolean },
  ): void;
  /** Whether the account has a subscription to everything of its own. */
  listens(accountId: string): boolean;
  /** Subscriptions to one conversation, of whomever. The list stays as it is. */
  sourcesOf(conversationId: string): readonly LiveSource[];
}
