import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { MAX_RECIPIENTS, type BroadcastOutcome } from '../../domain/broadcasts/index.js';
import { conversationOf } from '../../projections/conversations/conversations.queries.js';
import { settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import {
  problem,
  type Busy,
  type InvalidText,
  type ListFull,
  type NoRecipients,
  type NotAllowed,
  type NotAMember,
  type RateLimited,
} from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { CreateBroadcastListInput, UpdateBroadcastListInput } from './inputs.js';
import { CreateBroadcastListResult, UpdateBroadcastListResult, type BroadcastListSaved } from './results.js';
import { listValue } from './values.js';

type Refused = Exclude<BroadcastOutcome, { readonly outcome: 'done' }>;

@Resolver()
export class BroadcastMutations {
  @Allow('device')
  @Mutation(() => CreateBroadcastListResult, { description: 'Idempotent for ever by (account, clientId).' })
  async createBroadcastList(
    @Arg('input', () => CreateBroadcastListInput) { clientId, name, recipientIds }: CreateBroadcastListInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CreateBroadcastListResult> {
    const done = await context.services.broadcasts.create({
      actor: actorOf(context),
      clientId,
      name,
      recipients: accountsOf(recipientIds),
    });
    return done.outcome === 'done' ? saved(context, done) : (refusal(done) as typeof CreateBroadcastListResult);
  }

  @Allow('device')
  @Mutation(() => UpdateBroadcastListResult, { description: 'Of the name and of the recipients, by its author.' })
  async updateBroadcastList(
    @Arg('input', () => UpdateBroadcastListInput) input: UpdateBroadcastListInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdateBroadcastListResult> {
    const { conversationId, name, add, remove } = input;
    const done = await context.services.broadcasts.update({
      actor: actorOf(context),
      conversationId: decodeId('conversation', conversationId),
      ...(name != null && { name }),
      add: accountsOf(add ?? []),
      remove: accountsOf(remove ?? []),
    });
    return done.outcome === 'done' ? saved(context, done) : (refusal(done) as typeof UpdateBroadcastListResult);
  }
}

async function saved(
  context: ApiContext,
  { conversationId, position, notAdded }: Extract<BroadcastOutcome, { readonly outcome: 'done' }>,
): Promise<BroadcastListSaved> {
  const { services } = context;
  const { account } = actorOf(context);
  const at = writtenAt(context, position);
  await settlePosition(context, at);
  const found = await conversationOf(services.reads.pool, account, conversationId);
  if (found === null) throw fault('READ_TIMEOUT', 'The read model does not have the list yet: repeat.');
  return {
    __typename: 'BroadcastListSaved',
    list: listValue(found, account),
    readToken: services.cursors.encodeReadToken(at),
    changed: position !== undefined,
    notAdded: notAdded.map((accountId) => encodeId('account', accountId)),
  };
}

function refusal(
  refused: Refused,
): NotAMember | NotAllowed | InvalidText | ListFull | NoRecipients | RateLimited | Busy {
  switch (refused.outcome) {
    case 'not_a_member':
      return problem('NotAMember');
    case 'not_allowed':
      return problem('NotAllowed');
    case 'list_full':
      return problem('ListFull', { most: MAX_RECIPIENTS });
    case 'no_recipients':
      return problem('NoRecipients');
    case 'invalid_text':
      return problem('InvalidText', { field: refused.field, reason: refused.reason });
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: refused.retryAfterMs });
    case 'busy':
      return problem('Busy', { retryAfterMs: refused.retryAfterMs });
  }
}

function accountsOf(ids: readonly string[]): readonly string[] {
  return ids.map((id) => decodeId('account', id));
}
