import type { Permitted as PermittedValue, Role } from '../../domain/conversations/index.js';
import { Field, ID, Int, registerEnumType } from 'type-graphql';
import { MemberRole, Permitted } from '../conversations/types.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const MemberChange = { ADDED: 'ADDED', REMOVED: 'REMOVED', LEFT: 'LEFT', ROLE: 'ROLE' } as const;
registerEnumType(MemberChange, { name: 'MemberChange' });

export const InfoField = { NAME: 'NAME', DESCRIPTION: 'DESCRIPTION', AVATAR: 'AVATAR' } as const;
registerEnumType(InfoField, { name: 'InfoField' });

/** In a conversation's timeline. */
@Shape()
export abstract class Placed {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => Int)
  readonly seq!: number;

  @Field(() => DateTime)
  readonly at!: string;
}

/** An entry of a conversation's timeline. */
@Shape()
export abstract class Entry extends Placed {
  @Field(() => ID, { description: 'Who did it.' })
  readonly actorId!: string;
}

@Shape({
  description:
    'Who finds itself among those ADDED is in the conversation from now on; among those REMOVED or LEFT, no more.',
})
export class MembersChanged extends Entry {
  @Field(() => MemberChange)
  readonly change!: keyof typeof MemberChange;

  @Field(() => [ID])
  readonly accountIds!: readonly string[];

  @Field(() => MemberRole, { nullable: true, description: 'Of those ADDED, or the new one.' })
  readonly role!: Role | null;

  @Field(() => ID, { nullable: true, description: 'Who the last owner handed the group over to when it LEFT.' })
  readonly newOwnerId!: string | null;
}

@Shape({ description: 'The fields in `changed` are these now; the others, null here, are as before.' })
export class ConversationInfoChanged extends Entry {
  @Field(() => [InfoField])
  readonly changed!: readonly (keyof typeof InfoField)[];

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly description!: string | null;

  @Field(() => String, { nullable: true })
  readonly avatar!: string | null;
}

@Shape({ description: 'Null: as before.' })
export class GroupSettingsChanged extends Entry {
  @Field(() => Permitted, { nullable: true })
  readonly send!: PermittedValue | null;

  @Field(() => Permitted, { nullable: true })
  readonly editInfo!: PermittedValue | null;

  @Field(() => Permitted, { nullable: true })
  readonly addMembers!: PermittedValue | null;

  @Field(() => Boolean, { nullable: true })
  readonly approval!: boolean | null;

  @Field(() => Boolean, { nullable: true })
  readonly sharedHistory!: boolean | null;
}

@Shape({ description: 'For admins alone: a link was made or revoked.' })
export class InviteLinksChanged extends Entry {
  @Field(() => ID)
  readonly linkId!: string;

  @Field(() => Boolean)
  readonly revoked!: boolean;
}

@Shape({ description: 'For admins alone: somebody waits to be let in.' })
export class JoinRequested extends Entry {
  @Field(() => ID)
  readonly accountId!: string;
}

@Shape({
  description:
    'For admins alone: somebody waits no more, declined by an admin or by itself. Who is approved comes as a member: MembersChanged.',
})
export class JoinDeclined extends Entry {
  @Field(() => ID)
  readonly accountId!: string;
}

export const GROUP_UPDATES = [
  MembersChanged,
  ConversationInfoChanged,
  GroupSettingsChanged,
  InviteLinksChanged,
  JoinRequested,
  JoinDeclined,
] as const;
