import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { GroupOutcome } from '../../domain/groups/index.js';
import { readTokenOf } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import { CreateInviteLinkInput, DecideJoinInput, InviteLinkInput } from './inputs.js';
import { changed, inGroup, joined } from './outcomes.js';
import { refusal } from './refusals.js';
import { ChangeGroupResult, CreateInviteLinkResult, DecideJoinResult, JoinGroupResult } from './results.js';

@Resolver()
export class JoinMutations {
  @Allow('device')
  @Mutation(() => CreateInviteLinkResult, { description: 'By admins. Each call makes another link.' })
  async createInviteLink(
    @Arg('input', () => CreateInviteLinkInput) input: CreateInviteLinkInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CreateInviteLinkResult> {
    const { expiresAt = null, maxUses = null } = input;
    if (maxUses !== null && maxUses < 1) throw fault('BAD_USER_INPUT', 'maxUses must be at least 1');
    const done = await context.services.groups.createLink({
      ...inGroup(context, input.conversationId),
      ...(expiresAt !== null && { expiresAt }),
      ...(maxUses !== null && { maxUses }),
    });
    if (done.outcome !== 'done')
      return refusal(done, ['not_a_member', 'not_allowed', 'too_many_links', 'rate_limited', 'busy']);
    const createdBy = encodeId('account', actorOf(context).account);
    const { linkId, createdAt, token } = done;
    return {
      __typename: 'InviteLinkCreated',
      link: { id: encodeId('link', linkId), createdBy, createdAt, expiresAt, maxUses, uses: 0 },
      token,
      readToken: readTokenOf(context, done.position),
    };
  }

  @Allow('device')
  @Mutation(() => ChangeGroupResult, { description: 'By admins.' })
  async revokeInviteLink(
    @Arg('input', () => InviteLinkInput) input: InviteLinkInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeGroupResult> {
    const linkId = decodeId('link', input.linkId);
    const done = await context.services.groups.revokeLink({ ...inGroup(context, input.conversationId), linkId });
    return done.outcome === 'done'
      ? changed(context, done)
      : refusal(done, ['not_a_member', 'not_allowed', 'rate_limited', 'busy']);
  }

  @Allow('device')
  @Mutation(() => JoinGroupResult, { description: 'By the token of an invite link.' })
  async joinGroup(
    @Arg('token', () => String) token: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof JoinGroupResult> {
    const done = await context.services.groups.join({ actor: actorOf(context), token });
    if (done.outcome !== 'done')
      return refusal(done, [
        'no_such_link',
        'link_expired',
        'link_used_up',
        'group_full',
        'community_full',
        'rate_limited',
        'busy',
      ]);
    return joined(context, done);
  }

  @Allow('device')
  @Mutation(() => DecideJoinResult, { description: 'By admins, of who waits to join.' })
  async decideJoin(
    @Arg('input', () => DecideJoinInput) input: DecideJoinInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof DecideJoinResult> {
    const { groups } = context.services;
    const request = {
      ...inGroup(context, input.conversationId),
      accountId: decodeId('account', input.accountId),
    };
    return decided(context, await (input.approve ? groups.approveJoin(request) : groups.declineJoin(request)));
  }

  @Allow('device')
  @Mutation(() => DecideJoinResult, { description: 'Takes back that one wanted to join.' })
  async withdrawJoin(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DecideJoinResult> {
    const request = { ...inGroup(context, conversationId), accountId: actorOf(context).account };
    return decided(context, await context.services.groups.declineJoin(request));
  }
}

function decided(context: ApiContext, done: GroupOutcome): typeof DecideJoinResult {
  return done.outcome === 'done'
    ? changed(context, done)
    : refusal(done, [
        'not_a_member',
        'not_allowed',
        'no_such_request',
        'group_full',
        'community_full',
        'rate_limited',
        'busy',
      ]);
}
