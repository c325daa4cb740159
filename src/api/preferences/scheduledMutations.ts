import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { EARLIEST_MS, LATEST_MS, MAX_SCHEDULED, type ScheduledContent } from '../../domain/preferences/index.js';
import type { Position } from '../../platform/eventStore/port.js';
import { scheduledById } from '../../projections/preferences/scheduled.queries.js';
import { assertNever } from '../kit/assertNever.js';
import { settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { CancelScheduledResult, ScheduleMessageResult, type ScheduledMessageSaved } from './scheduledResults.js';
import { ScheduleMessageInput } from './scheduledTypes.js';
import { scheduledValue } from './scheduledValues.js';

@Resolver()
export class ScheduledMutations {
  @Allow('device')
  @Mutation(() => ScheduleMessageResult, {
    description: 'Idempotent for ever by (account, conversation, clientId): docs/topics/scheduled.md.',
  })
  async scheduleMessage(
    @Arg('input', () => ScheduleMessageInput) input: ScheduleMessageInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ScheduleMessageResult> {
    const { clientId, at } = input;
    const done = await context.services.scheduled.schedule({
      actor: actorOf(context),
      conversationId: decodeId('conversation', input.conversationId),
      clientId,
      at,
      content: contentOf(input),
    });
    switch (done.outcome) {
      case 'done':
        return saved(context, done);
      case 'not_a_member':
        return problem('NotAMember');
      case 'invalid_text':
        return problem('InvalidText', { field: done.field, reason: done.reason });
      case 'time_out_of_range': {
        const now = context.services.clock.now();
        return problem('TimeOutOfRange', { earliest: now + EARLIEST_MS, latest: now + LATEST_MS });
      }
      case 'too_many_scheduled':
        return problem('TooMany', { limit: MAX_SCHEDULED });
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

  @Allow('device')
  @Mutation(() => CancelScheduledResult, {
    description: 'What is cancelled is never sent. Puts away what failed, too.',
  })
  async cancelScheduledMessage(
    @Arg('scheduledMessageId', () => ID) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof CancelScheduledResult> {
    const scheduledId = decodeId('scheduled', id);
    const done = await context.services.scheduled.cancel({ actor: actorOf(context), scheduledId });
    switch (done.outcome) {
      case 'done':
        return saved(context, done);
      case 'no_such_scheduled_message':
        return problem('NoSuchScheduledMessage');
      case 'too_late_to_cancel':
        return problem('TooLateToCancel');
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      case 'busy':
        return problem('Busy', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }
}

async function saved(
  context: ApiContext,
  { scheduledId, position }: { readonly scheduledId: string; readonly position: Position | undefined },
): Promise<ScheduledMessageSaved> {
  const { services } = context;
  const written = writtenAt(context, position);
  await settlePosition(context, written);
  const found = await scheduledById(services.reads.pool, actorOf(context).account, scheduledId);
  if (found === null) throw fault('READ_TIMEOUT', 'The read model does not have it yet: repeat.');
  return {
    __typename: 'ScheduledMessageSaved',
    scheduledMessage: scheduledValue(found),
    readToken: services.cursors.encodeReadToken(written),
  };
}

function contentOf({ text, sealed }: ScheduleMessageInput): ScheduledContent<string> {
  if ((text == null) === (sealed == null)) throw fault('BAD_USER_INPUT', 'give either text or sealed');
  if (text != null) return { kind: 'text', text };
  const { algorithm, payload } = sealed!;
  return { kind: 'sealed', algorithm, bytes: payload };
}
