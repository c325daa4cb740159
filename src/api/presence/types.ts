import { Field, ID } from 'type-graphql';
import { DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: "What the account's privacy settings let the caller know; null: not shown, or nothing to show." })
export class Presence {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether one of its devices is connected, or was less than a minute ago.',
  })
  readonly online!: boolean | null;

  @Field(() => DateTime, { nullable: true, description: 'When it last went offline; null while it is seen online.' })
  readonly lastSeenAt!: number | null;
}
