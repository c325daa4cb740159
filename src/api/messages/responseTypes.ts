import { Field, ID, Int } from 'type-graphql';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: "An account's reaction to a message, as it is now." })
export class Reaction {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => String)
  readonly emoji!: string;

  @Field(() => DateTime)
  readonly at!: number;

  /** For the resolvers; the id is plain. */
  readonly accountUuid!: string;
  readonly seq!: number;
}

@Shape()
export class ReactionEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Reaction)
  readonly node!: Reaction;
}

@Shape({ description: 'The newest first.' })
export class ReactionConnection {
  @Field(() => [ReactionEdge])
  readonly edges!: readonly ReactionEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape({ description: "An account's vote in a poll, as it is now." })
export class CastVote {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => [Int], { description: 'Indexes of the options.' })
  readonly options!: readonly number[];

  @Field(() => DateTime)
  readonly at!: number;

  /** For the resolvers; the id is plain. */
  readonly accountUuid!: string;
  readonly seq!: number;
}

@Shape()
export class CastVoteEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => CastVote)
  readonly node!: CastVote;
}

@Shape({ description: 'The newest first.' })
export class CastVoteConnection {
  @Field(() => [CastVoteEdge])
  readonly edges!: readonly CastVoteEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}
