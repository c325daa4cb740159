import type { Role } from '../../domain/conversations/index.js';
import { Field, ID, Int } from 'type-graphql';
import { MemberRole } from '../conversations/types.js';
import { PageInfo } from '../kit/paging.js';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape()
export class Member {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => MemberRole)
  readonly role!: Role;

  @Field(() => Int, { description: 'The sequence at which it came.' })
  readonly joinedSeq!: number;

  /** The plain id, for the resolver. */
  readonly accountUuid!: string;
}

@Shape()
export class MemberEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Member)
  readonly node!: Member;
}

@Shape({ description: 'In the order of joining.' })
export class MemberConnection {
  @Field(() => [MemberEdge])
  readonly edges!: readonly MemberEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}

@Shape({ description: 'As admins see it; its token is not stored.' })
export class InviteLink {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => ID)
  readonly createdBy!: string;

  @Field(() => DateTime)
  readonly createdAt!: number;

  @Field(() => DateTime, { nullable: true })
  readonly expiresAt!: number | null;

  @Field(() => Int, { nullable: true })
  readonly maxUses!: number | null;

  @Field(() => Int, { description: 'How many have joined by it.' })
  readonly uses!: number;
}

@Shape({ description: 'Somebody who waits for an admin.' })
export class JoinRequest {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => ID, { nullable: true, description: "Null: out of the group's community." })
  readonly linkId!: string | null;

  @Field(() => DateTime)
  readonly at!: number;

  /** The plain id, for the resolver. */
  readonly accountUuid!: string;
}

@Shape({ description: 'What one sees of a group before one joins it.' })
export class GroupPreview {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly description!: string | null;

  @Field(() => String, { nullable: true })
  readonly avatar!: string | null;

  @Field(() => Int)
  readonly memberCount!: number;

  @Field(() => Boolean, { description: 'Whether the caller would wait for an admin.' })
  readonly approval!: boolean;

  @Field(() => Boolean, { description: 'Whether the caller is in it.' })
  readonly joined!: boolean;
}
