import { Field, ID } from 'type-graphql';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({
  description: 'A person, as the caller may see them. Fields that are erased, or not for the caller, are null.',
})
export class Account {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => DateTime)
  readonly registeredAt!: number;

  /** For the resolvers, which show them to whom they are for. */
  readonly uuid!: string;
  readonly phone!: string | null;
  readonly about!: string | null;
  readonly avatar!: string | null;
  /** Of who is signing in, without a session yet. */
  readonly own?: true;
}

@Shape({ description: "One of one's own devices." })
export class Device {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String)
  readonly platform!: string;

  @Field(() => DateTime)
  readonly linkedAt!: number;

  @Field(() => DateTime, { nullable: true })
  readonly revokedAt!: number | null;
}

@Shape({ description: 'The caller: what nobody else sees.' })
export class Me {
  @Field(() => Account)
  readonly account!: Account;

  @Field(() => String, { nullable: true, description: 'E.164.' })
  readonly phone!: string | null;

  @Field(() => ID)
  readonly deviceId!: string;
}

@Shape()
export class Tokens {
  @Field(() => String, { description: 'For `Authorization: Bearer` and `connection_init`.' })
  readonly accessToken!: string;

  @Field(() => DateTime)
  readonly accessExpiresAt!: number;

  @Field(() => String, { description: 'For `refreshSession`, once: each use gives another.' })
  readonly refreshToken!: string;
}
