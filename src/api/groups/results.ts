import { Field, ID, registerEnumType } from 'type-graphql';
import { Begun } from '../conversations/results.js';
import { Conversation } from '../conversations/types.js';
import {
  Busy,
  GroupFull,
  InvalidText,
  LastOwner,
  LinkNotUsable,
  NoSuchMember,
  NoSuchRequest,
  NotAllowed,
  NotAMember,
  outcomes,
  RateLimited,
  TooManyLinks,
} from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';
import { InviteLink } from './types.js';

export const NotAddedReason = { INVITE: 'invite', NO_SUCH_ACCOUNT: 'no_such_account' } as const;
registerEnumType(NotAddedReason, {
  name: 'NotAddedReason',
  description: 'INVITE: does not let the caller add it to groups; send an invite link instead.',
});

@Shape()
export class NotAdded {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => NotAddedReason)
  readonly reason!: 'invite' | 'no_such_account';
}

@Shape()
export class GroupCreated extends Begun {
  readonly __typename!: 'GroupCreated';

  @Field(() => [NotAdded])
  readonly notAdded!: readonly NotAdded[];
}

@Shape()
export class MembersAdded {
  readonly __typename!: 'MembersAdded';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;

  @Field(() => [NotAdded])
  readonly notAdded!: readonly NotAdded[];
}

@Shape({ description: 'It is so now, or was already.' })
export class GroupChanged {
  readonly __typename!: 'GroupChanged';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class InviteLinkCreated {
  readonly __typename!: 'InviteLinkCreated';

  @Field(() => InviteLink)
  readonly link!: InviteLink;

  @Field(() => String, { description: 'For `joinGroup`. It is told here and never again: only its hash is stored.' })
  readonly token!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape()
export class GroupJoined {
  readonly __typename!: 'GroupJoined';

  @Field(() => Conversation)
  readonly conversation!: Conversation;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

@Shape({ description: 'An admin decides.' })
export class JoinWaits {
  readonly __typename!: 'JoinWaits';

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const CreateGroupResult = outcomes('CreateGroupResult', () => [
  GroupCreated,
  InvalidText,
  GroupFull,
  RateLimited,
  Busy,
]);

export const AddMembersResult = outcomes('AddMembersResult', () => [
  MembersAdded,
  NotAMember,
  NotAllowed,
  GroupFull,
  RateLimited,
  Busy,
]);

export const ChangeMemberResult = outcomes('ChangeMemberResult', () => [
  GroupChanged,
  NotAMember,
  NotAllowed,
  NoSuchMember,
  LastOwner,
  RateLimited,
  Busy,
]);

export const ChangeGroupResult = outcomes('ChangeGroupResult', () => [
  GroupChanged,
  NotAMember,
  NotAllowed,
  InvalidText,
  RateLimited,
  Busy,
]);

export const CreateInviteLinkResult = outcomes('CreateInviteLinkResult', () => [
  InviteLinkCreated,
  NotAMember,
  NotAllowed,
  TooManyLinks,
  RateLimited,
  Busy,
]);

export const JoinGroupResult = outcomes('JoinGroupResult', () => [
  GroupJoined,
  JoinWaits,
  LinkNotUsable,
  GroupFull,
  RateLimited,
  Busy,
]);

export const DecideJoinResult = outcomes('DecideJoinResult', () => [
  GroupChanged,
  NotAMember,
  NotAllowed,
  NoSuchRequest,
  GroupFull,
  RateLimited,
  Busy,
]);
