import type { ChangeOutcome, ContentProblem, SendOutcome } from '../../domain/messages/index.js';
import { assertNever } from '../kit/assertNever.js';
import type { ApiContext } from '../kit/context.js';
import { encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';

type Refused = Extract<ChangeOutcome | SendOutcome, { outcome: 'refused' }>['why'];

/** The outcome as the API says it. A mutation's union has what it can come to: hence `never`, which fits each. */
export async function changed(context: ApiContext, messageId: string, outcome: Promise<ChangeOutcome>): Promise<never> {
  return valueOf(context, messageId, await outcome) as never;
}

function valueOf({ services }: ApiContext, messageId: string, done: ChangeOutcome): object {
  switch (done.outcome) {
    case 'changed':
      return {
        __typename: 'MessageChanged',
        messageId,
        conversationId: encodeId('conversation', done.conversationId),
        seq: done.seq,
        readToken: services.cursors.encodeReadToken(done.position),
      };
    case 'invalid_text':
      return invalidContent(done);
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
    case 'busy':
      return problem('Busy', { retryAfterMs: done.retryAfterMs });
    case 'refused':
      return refusal(done.why);
    default:
      return assertNever(done);
  }
}

const TEXT_REASONS = ['empty', 'too_long', 'malformed'];

export function invalidContent({
  field,
  reason,
}: ContentProblem): ReturnType<typeof problem<'InvalidText' | 'InvalidContent', ContentProblem>> {
  return problem(TEXT_REASONS.includes(reason) ? 'InvalidText' : 'InvalidContent', { field, reason });
}

export function refusal(why: Refused): object {
  switch (why.kind) {
    case 'invalid_content':
      return invalidContent(why);
    case 'not_a_member':
      return problem('NotAMember');
    case 'no_such_message':
      return problem('NoSuchMessage');
    case 'gone':
      return problem('MessageGone');
    case 'not_allowed':
      return problem('NotAllowed');
    case 'not_applicable':
      return problem('NotApplicable');
    case 'too_late':
      return problem('TooLate', { until: why.until });
    case 'too_many':
      return problem('TooMany', { limit: why.limit });
    case 'too_soon':
      return problem('RateLimited', { retryAfterMs: why.retryAfterMs });
    case 'poll_closed':
      return problem('PollClosed');
    case 'invalid_choice':
      return problem('InvalidChoice');
    case 'already_opened':
      return problem('AlreadyOpened');
    case 'mentions_others':
      return problem('MentionsOthers', { accountIds: why.accountIds.map((id) => encodeId('account', id)) });
    default:
      return assertNever(why);
  }
}
