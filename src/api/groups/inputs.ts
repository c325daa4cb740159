import type { Permitted as PermittedValue, Role } from '../../domain/conversations/index.js';
import { Field, ID, InputType, Int } from 'type-graphql';
import { MemberRole, Permitted } from '../conversations/types.js';
import { DateTime } from '../kit/scalars.js';

const OPTIONAL = { nullable: true };

@InputType({ description: 'What is left out stays as it is; of a new group it is EVERYONE, and false.' })
export class GroupSettingsInput {
  @Field(() => Permitted, OPTIONAL)
  readonly send?: PermittedValue | null;

  @Field(() => Permitted, OPTIONAL)
  readonly editInfo?: PermittedValue | null;

  @Field(() => Permitted, OPTIONAL)
  readonly addMembers?: PermittedValue | null;

  @Field(() => Boolean, OPTIONAL)
  readonly approval?: boolean | null;

  @Field(() => Boolean, OPTIONAL)
  readonly sharedHistory?: boolean | null;
}

@InputType()
export abstract class FirstTextsInput {
  @Field(() => String, { description: '1 to 100 UTF-16 code units.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'Up to 2,048 UTF-16 code units.' })
  readonly description?: string | null;

  @Field(() => String, { nullable: true, description: 'A reference to a picture.' })
  readonly avatar?: string | null;
}

@InputType()
export class CreateGroupInput extends FirstTextsInput {
  @Field(() => String, {
    description: "1 to 128 characters, the client's own. The same again gives the first group, for ever.",
  })
  readonly clientId!: string;

  @Field(() => [ID], { description: 'Beside the caller, who owns it: up to 1,023.' })
  readonly memberIds!: readonly string[];

  @Field(() => GroupSettingsInput, OPTIONAL)
  readonly settings?: GroupSettingsInput | null;
}

@InputType()
export class AddMembersInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => [ID])
  readonly memberIds!: readonly string[];
}

@InputType()
export class MemberInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ID)
  readonly accountId!: string;
}

@InputType()
export class ChangeRoleInput extends MemberInput {
  @Field(() => MemberRole)
  readonly role!: Role;
}

@InputType({
  description: 'What is left out stays as it is; null or an empty text takes it away. A group keeps a name.',
})
export class GroupInfoInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, OPTIONAL)
  readonly name?: string | null;

  @Field(() => String, OPTIONAL)
  readonly description?: string | null;

  @Field(() => String, OPTIONAL)
  readonly avatar?: string | null;
}

@InputType()
export class CreateInviteLinkInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => DateTime, OPTIONAL)
  readonly expiresAt?: number | null;

  @Field(() => Int, { nullable: true, description: 'How many may join by it; at least 1.' })
  readonly maxUses?: number | null;
}

@InputType()
export class InviteLinkInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => ID)
  readonly linkId!: string;
}

@InputType()
export class DecideJoinInput extends MemberInput {
  @Field(() => Boolean, { description: 'False: declined.' })
  readonly approve!: boolean;
}
