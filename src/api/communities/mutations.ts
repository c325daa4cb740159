import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { CommunityOutcome } from '../../domain/communities/index.js';
import { readTokenOf } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { changed, conversationAfter, joined } from '../groups/outcomes.js';
import { refusal as groupRefusal } from '../groups/refusals.js';
import { CommunityGroupInput, CreateCommunityInput } from './inputs.js';
import { refusal } from './refusals.js';
import { ChangeCommunityResult, CreateCommunityResult, JoinCommunityGroupResult, LinkGroupResult } from './results.js';

@Resolver()
export class CommunityMutations {
  @Allow('device')
  @Mutation(() => CreateCommunityResult, { description: 'Idempotent for ever by (account, clientId).' })
  async createCommunity(
    @Arg('input', () => CreateCommunityInput) input: CreateCommunityInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CreateCommunityResult> {
    const { clientId, name, description, avatar } = input;
    const done = await context.services.communities.create({
      actor: actorOf(context),
      clientId,
      name,
      description: description ?? null,
      avatar: avatar ?? null,
    });
    if (done.outcome !== 'done') return refusal(done, ['invalid_text', 'rate_limited', 'busy']);
    return {
      __typename: 'CommunityCreated',
      conversation: await conversationAfter(context, done),
      readToken: readTokenOf(context, done.position),
      created: done.position !== undefined,
    };
  }

  @Allow('device')
  @Mutation(() => LinkGroupResult, {
    description: 'By an admin of both. Its members become members of the community: docs/topics/communities.md.',
  })
  async linkGroup(
    @Arg('input', () => CommunityGroupInput) input: CommunityGroupInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof LinkGroupResult> {
    const done = await context.services.communities.link({ actor: actorOf(context), ...idsOf(input) });
    if (done.outcome === 'done') return changed(context, done);
    return refusal(done, [
      'not_a_member',
      'not_allowed',
      'linked_elsewhere',
      'too_many_groups',
      'community_full',
      'rate_limited',
      'busy',
    ]);
  }

  @Allow('device')
  @Mutation(() => ChangeCommunityResult, {
    description: 'By an admin of either. Its members stay in the community, and in the group.',
  })
  async unlinkGroup(
    @Arg('input', () => CommunityGroupInput) input: CommunityGroupInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeCommunityResult> {
    return changeResult(
      context,
      await context.services.communities.unlink({ actor: actorOf(context), ...idsOf(input) }),
    );
  }

  @Allow('device')
  @Mutation(() => ChangeCommunityResult, {
    description: 'By an owner: nobody is in it any more, and its groups go on without it.',
  })
  async deactivateCommunity(
    @Arg('communityId', () => ID) communityId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeCommunityResult> {
    const request = { actor: actorOf(context), communityId: decodeId('conversation', communityId) };
    return changeResult(context, await context.services.communities.deactivate(request));
  }

  @Allow('device')
  @Mutation(() => JoinCommunityGroupResult, {
    description: "One of its groups, by a member of the community; with the group's approval an admin of it decides.",
  })
  async joinCommunityGroup(
    @Arg('input', () => CommunityGroupInput) input: CommunityGroupInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof JoinCommunityGroupResult> {
    const { communityId, groupId: conversationId } = idsOf(input);
    const done = await context.services.groups.joinFrom({ actor: actorOf(context), communityId, conversationId });
    if (done.outcome === 'done') return joined(context, done);
    return groupRefusal(done, ['not_a_member', 'not_linked', 'group_full', 'community_full', 'rate_limited', 'busy']);
  }
}

function idsOf({ communityId, groupId }: CommunityGroupInput): {
  readonly communityId: string;
  readonly groupId: string;
} {
  return { communityId: decodeId('conversation', communityId), groupId: decodeId('conversation', groupId) };
}

function changeResult(context: ApiContext, done: CommunityOutcome): typeof ChangeCommunityResult {
  return done.outcome === 'done'
    ? changed(context, done)
    : refusal(done, ['not_a_member', 'not_allowed', 'rate_limited', 'busy']);
}
