import { Field, ID } from 'type-graphql';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'A person, as others see them. Erased fields are null.' })
export class Account {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;

  @Field(() => String, { nullable: true })
  readonly about!: string | null;

  @Field(() => String, { nullable: true, description: 'A reference to a picture.' })
  readonly avatar!: string | null;

  @Field(() => DateTime)
  readonly registeredAt!: number;
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
