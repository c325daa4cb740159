import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { GroupChanged as Done, GroupOutcome } from '../../domain/groups/index.js';
import { readTokenOf } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import {
  AddMembersInput,
  ChangeRoleInput,
  CreateGroupInput,
  GroupInfoInput,
  GroupSettingsInput,
  MemberInput,
} from './inputs.js';
import { changed, conversationAfter, inGroup, placeOf } from './outcomes.js';
import { refusal } from './refusals.js';
import {
  AddMembersResult,
  ChangeGroupResult,
  ChangeMemberResult,
  CreateGroupResult,
  type NotAdded,
} from './results.js';

const RULES = 'docs/topics/groups.md says who may.';

@Resolver()
export class GroupMutations {
  @Allow('device')
  @Mutation(() => CreateGroupResult, { description: 'Idempotent for ever by (account, clientId).' })
  async createGroup(
    @Arg('input', () => CreateGroupInput) input: CreateGroupInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CreateGroupResult> {
    const { clientId, name, description, avatar, settings } = input;
    const done = await context.services.groups.create({
      actor: actorOf(context),
      clientId,
      name,
      description: description ?? null,
      avatar: avatar ?? null,
      members: accountsOf(input.memberIds),
      settings: given(settings ?? {}),
    });
    if (done.outcome !== 'done') return refusal(done, ['invalid_text', 'group_full', 'rate_limited', 'busy']);
    return {
      __typename: 'GroupCreated',
      conversation: await conversationAfter(context, done),
      readToken: readTokenOf(context, done.position),
      created: done.position !== undefined,
      notAdded: notAddedOf(done),
    };
  }

  @Allow('device')
  @Mutation(() => AddMembersResult, { description: `Those who are in it already stay as they are. ${RULES}` })
  async addMembers(
    @Arg('input', () => AddMembersInput) input: AddMembersInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof AddMembersResult> {
    const done = await context.services.groups.addMembers({
      ...inGroup(context, input.conversationId),
      members: accountsOf(input.memberIds),
    });
    if (done.outcome !== 'done')
      return refusal(done, ['not_a_member', 'not_allowed', 'group_full', 'community_full', 'rate_limited', 'busy']);
    return { __typename: 'MembersAdded', ...placeOf(context, done), notAdded: notAddedOf(done) };
  }

  @Allow('device')
  @Mutation(() => ChangeMemberResult, { description: `Of others; oneself leaves. ${RULES}` })
  async removeMember(
    @Arg('input', () => MemberInput) input: MemberInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeMemberResult> {
    const accountId = decodeId('account', input.accountId);
    return memberResult(
      context,
      await context.services.groups.removeMember({ ...inGroup(context, input.conversationId), accountId }),
    );
  }

  @Allow('device')
  @Mutation(() => ChangeMemberResult, {
    description: 'The last owner hands the group over to the admin, or else the member, who is in it for longest.',
  })
  async leaveGroup(
    @Arg('conversationId', () => ID) conversationId: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeMemberResult> {
    return memberResult(context, await context.services.groups.leave(inGroup(context, conversationId)));
  }

  @Allow('device')
  @Mutation(() => ChangeMemberResult, { description: RULES })
  async changeRole(
    @Arg('input', () => ChangeRoleInput) input: ChangeRoleInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeMemberResult> {
    const accountId = decodeId('account', input.accountId);
    const { role, conversationId } = input;
    return memberResult(
      context,
      await context.services.groups.changeRole({ ...inGroup(context, conversationId), accountId, role }),
    );
  }

  @Allow('device')
  @Mutation(() => ChangeGroupResult, { description: RULES })
  async updateGroupInfo(
    @Arg('input', () => GroupInfoInput) input: GroupInfoInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeGroupResult> {
    const { conversationId, name, description, avatar } = input;
    return groupResult(
      context,
      await context.services.groups.changeInfo({
        ...inGroup(context, conversationId),
        ...(name !== undefined && { name: name ?? '' }),
        ...(description !== undefined && { description }),
        ...(avatar !== undefined && { avatar }),
      }),
    );
  }

  @Allow('device')
  @Mutation(() => ChangeGroupResult, { description: RULES })
  async updateGroupSettings(
    @Arg('conversationId', () => ID) conversationId: string,
    @Arg('settings', () => GroupSettingsInput) settings: GroupSettingsInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ChangeGroupResult> {
    return groupResult(
      context,
      await context.services.groups.changeSettings({
        ...inGroup(context, conversationId),
        settings: given(settings),
      }),
    );
  }
}

function memberResult(context: ApiContext, done: GroupOutcome): typeof ChangeMemberResult {
  return done.outcome === 'done'
    ? changed(context, done)
    : refusal(done, ['not_a_member', 'not_allowed', 'no_such_member', 'last_owner', 'rate_limited', 'busy']);
}

function groupResult(context: ApiContext, done: GroupOutcome): typeof ChangeGroupResult {
  return done.outcome === 'done'
    ? changed(context, done)
    : refusal(done, ['not_a_member', 'not_allowed', 'invalid_text', 'rate_limited', 'busy']);
}

function accountsOf(ids: readonly string[]): readonly string[] {
  return ids.map((id) => decodeId('account', id));
}

function notAddedOf({ notAdded }: Done): readonly NotAdded[] {
  return notAdded.map(({ accountId, reason }) => ({ accountId: encodeId('account', accountId), reason }));
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Without what was left out or given as null. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Given<T>;
}
