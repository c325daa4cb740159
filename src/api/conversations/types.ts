import type { ConversationKind as Kind, Permitted as PermittedValue, Role } from '../../domain/conversations/index.js';
import { Field, ID, Int, registerEnumType } from 'type-graphql';
import { PageInfo } from '../kit/paging.js';
import { Cursor, DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const ConversationKind = {
  DIRECT: 'direct',
  GROUP: 'group',
  BROADCAST: 'broadcast',
  CHANNEL: 'channel',
  COMMUNITY: 'community',
} as const;
registerEnumType(ConversationKind, { name: 'ConversationKind' });

export const MemberRole = { OWNER: 'owner', ADMIN: 'admin', MEMBER: 'member' } as const;
registerEnumType(MemberRole, { name: 'MemberRole', description: 'docs/topics/groups.md says who may do what.' });

export const Permitted = { EVERYONE: 'everyone', ADMINS: 'admins' } as const;
registerEnumType(Permitted, {
  name: 'Permitted',
  description: 'Members with that right: all, or owners and admins alone.',
});

@Shape()
export class GroupSettings {
  @Field(() => Permitted, { description: 'Who may send messages.' })
  readonly send!: PermittedValue;

  @Field(() => Permitted, { description: 'Who may change name, description and avatar.' })
  readonly editInfo!: PermittedValue;

  @Field(() => Permitted, { description: 'Who may add members.' })
  readonly addMembers!: PermittedValue;

  @Field(() => Boolean, { description: 'Whether who comes by a link waits for an admin.' })
  readonly approval!: boolean;

  @Field(() => Boolean, { description: 'Whether those who join see what was said before.' })
  readonly sharedHistory!: boolean;
}

@Shape({
  description: 'As the caller sees it. Members, messages and watermarks are fields with resolvers of their own.',
})
export class Conversation {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => ConversationKind)
  readonly kind!: Kind;

  @Field(() => Int, { description: 'Sequence of the last thing that happened in it.' })
  readonly headSeq!: number;

  @Field(() => DateTime)
  readonly lastActivityAt!: number;

  @Field(() => String, { nullable: true, description: 'Of a group; null in a direct conversation.' })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly description!: string | null;

  @Field(() => String, { nullable: true, description: 'A reference to a picture.' })
  readonly avatar!: string | null;

  @Field(() => GroupSettings, { nullable: true, description: 'Of a group.' })
  readonly settings!: GroupSettings | null;

  @Field(() => Int, { nullable: true, description: 'How many seconds messages stay; null: for ever.' })
  readonly disappearingSeconds!: number | null;

  @Field(() => MemberRole, { nullable: true, description: "One's own; null for a former member." })
  readonly myRole!: Role | null;

  /** The plain ids, for the resolvers. */
  readonly uuid!: string;
  readonly viewer!: string;
}

@Shape()
export class ConversationEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Conversation)
  readonly node!: Conversation;
}

@Shape()
export class ConversationConnection {
  @Field(() => [ConversationEdge])
  readonly edges!: readonly ConversationEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape({
  description:
    'The list and the place in the log that it shows, from one instant: subscribe to `updates` after this cursor.',
})
export class Snapshot {
  @Field(() => Cursor)
  readonly cursor!: string;

  @Field(() => ConversationConnection)
  readonly conversations!: ConversationConnection;
}
