import type { NewEvent, Position } from '../../platform/eventStore/port.js';
import type { ConversationState } from './state.js';
import type { ConversationWriter } from './writer.js';

/** What became of a command that adds no message. `position` undefined: it was so already. */
export type Decided<Rejection extends string> =
  | { readonly outcome: 'done'; readonly position: Position | undefined }
  | { readonly outcome: Rejection }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

/** Writes what a decider of the state alone decides; no events: it is so already. */
export async function submitDecided<Rejection extends string>(
  writer: Pick<ConversationWriter, 'submit'>,
  conversationId: string,
  size: number,
  decide: (
    state: ConversationState,
    revision: number,
  ) => { readonly events: readonly NewEvent[] } | { readonly rejected: Rejection },
): Promise<Decided<Rejection>> {
  const written = await writer.submit<Rejection | undefined>(conversationId, {
    size,
    decide(state, revision) {
      const decision = decide(state, revision);
      if ('rejected' in decision) return { answer: decision.rejected };
      return decision.events.length === 0 ? { answer: undefined } : decision;
    },
  });
  switch (written.kind) {
    case 'appended':
      return { outcome: 'done', position: written.position };
    case 'answered':
      return written.answer === undefined ? { outcome: 'done', position: undefined } : { outcome: written.answer };
    case 'busy':
      return { outcome: 'busy', retryAfterMs: written.retryAfterMs };
    case 'known':
      throw new Error('a command without a message was answered with one');
  }
}
