import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { MAX_ADMINS, type ChannelOutcome } from '../../domain/channels/index.js';
import { channelOf } from '../../projections/lists/lists.queries.js';
import { readTokenOf, settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { CreateChannelInput, SetChannelAdminInput, UpdateChannelInput } from './inputs.js';
import {
  CreateChannelResult,
  FollowChannelResult,
  SetChannelAdminResult,
  UpdateChannelResult,
  type ChannelSaved,
} from './results.js';
import { channelValue } from './values.js';

type Done = Extract<ChannelOutcome, { readonly outcome: 'done' }>;

@Resolver()
export class ChannelMutations {
  @Allow('device')
  @Mutation(() => CreateChannelResult, { description: 'Idempotent for ever by (account, handle).' })
  async createChannel(
    @Arg('input', () => CreateChannelInput) input: CreateChannelInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CreateChannelResult> {
    const { handle, name, description, avatar } = input;
    const done = await context.services.channels.create({
      actor: actorOf(context),
      handle,
      name,
      ...(description != null && { description }),
      ...(avatar != null && { avatar }),
    });
    return done.outcome === 'done' ? saved(context, done) : (refusal(done) as typeof CreateChannelResult);
  }

  @Allow('device')
  @Mutation(() => UpdateChannelResult, { description: 'By its admins.' })
  async updateChannel(
    @Arg('input', () => UpdateChannelInput) input: UpdateChannelInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof UpdateChannelResult> {
    const { channelId, name, description, avatar } = input;
    const done = await context.services.channels.update({
      actor: actorOf(context),
      channelId: decodeId('conversation', channelId),
      ...(name !== undefined && { name: name ?? '' }),
      ...(description !== undefined && { description }),
      ...(avatar !== undefined && { avatar }),
    });
    return done.outcome === 'done' ? saved(context, done) : (refusal(done) as typeof UpdateChannelResult);
  }

  @Allow('device')
  @Mutation(() => SetChannelAdminResult, { description: 'By its owner; an admin may step down.' })
  async setChannelAdmin(
    @Arg('input', () => SetChannelAdminInput) { channelId, accountId, admin }: SetChannelAdminInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof SetChannelAdminResult> {
    const done = await context.services.channels.setAdmin({
      actor: actorOf(context),
      channelId: decodeId('conversation', channelId),
      accountId: decodeId('account', accountId),
      admin,
    });
    return done.outcome === 'done' ? saved(context, done) : (refusal(done) as typeof SetChannelAdminResult);
  }

  @Allow('device')
  @Mutation(() => FollowChannelResult, { description: 'Nobody else hears of it.' })
  followChannel(
    @Arg('channelId', () => ID) channelId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof FollowChannelResult> {
    return follow(context, channelId, true);
  }

  @Allow('device')
  @Mutation(() => FollowChannelResult)
  unfollowChannel(
    @Arg('channelId', () => ID) channelId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof FollowChannelResult> {
    return follow(context, channelId, false);
  }
}

async function follow(context: ApiContext, channelId: string, following: boolean): Promise<typeof FollowChannelResult> {
  const { services } = context;
  const of = { actor: actorOf(context), channelId: decodeId('conversation', channelId) };
  const done = await services.channels.follow({ ...of, following });
  if (done.outcome !== 'done') return refusal(done) as typeof FollowChannelResult;
  const readToken = readTokenOf(context, done.position);
  return { __typename: 'ChannelFollowSet', channelId, following, readToken };
}

async function saved(context: ApiContext, { channelId, position }: Done): Promise<ChannelSaved> {
  const { services } = context;
  const at = writtenAt(context, position);
  await settlePosition(context, at);
  const found = await channelOf(services.reads.pool, actorOf(context).account, { id: channelId });
  if (found === null) throw fault('READ_TIMEOUT', 'The read model does not have the channel yet: repeat.');
  return {
    __typename: 'ChannelSaved',
    channel: channelValue(found),
    readToken: services.cursors.encodeReadToken(at),
    changed: position !== undefined,
  };
}

function refusal(refused: Exclude<ChannelOutcome, Done>): ReturnType<typeof problem> {
  switch (refused.outcome) {
    case 'handle_taken':
      return problem('HandleTaken');
    case 'no_such_channel':
      return problem('NoSuchChannel');
    case 'no_such_account':
      return problem('NoSuchAccount');
    case 'not_allowed':
      return problem('NotAllowed');
    case 'too_many_admins':
      return problem('TooManyAdmins', { most: MAX_ADMINS });
    case 'invalid_text':
      return problem('InvalidText', { field: refused.field, reason: refused.reason });
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: refused.retryAfterMs });
    case 'busy':
      return problem('Busy', { retryAfterMs: refused.retryAfterMs });
  }
}
