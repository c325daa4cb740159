import type { ForwardedOne } from '../../domain/messages/index.js';
import { assertNever } from '../kit/assertNever.js';
import type { ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { invalidContent, refusal } from './changed.js';
import type { SendMessageResult } from './results.js';

/** The outcome of a send as the API says it. */
export function sentValue(
  { services }: ApiContext,
  clientId: string,
  done: ForwardedOne['outcome'],
): typeof SendMessageResult {
  switch (done.outcome) {
    case 'sent':
      return {
        __typename: 'MessageSent',
        messageId: encodeId('message', done.messageId),
        clientId,
        seq: done.seq,
        at: done.at,
        readToken: services.cursors.encodeReadToken(done.position),
      };
    case 'not_a_member':
      return problem('NotAMember');
    case 'admins_only':
      return problem('NotAllowed');
    case 'refused':
      return refusal(done.why) as typeof SendMessageResult;
    case 'invalid_text':
      return invalidContent(done);
    case 'idempotency_conflict':
      return problem('IdempotencyConflict');
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
    case 'busy':
      return problem('Busy', { retryAfterMs: done.retryAfterMs });
    default:
      return assertNever(done);
  }
}
