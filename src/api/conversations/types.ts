import type { ConversationKind as Kind } from '../../domain/conversations/index.js';
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

  /** The plain ids, for the resolvers. */
  readonly uuid!: string;
  readonly viewer!: string;
  /** Null for a former member. */
  readonly role!: string | null;
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
