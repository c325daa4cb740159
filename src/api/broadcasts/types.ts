import { Field, ID, registerEnumType } from 'type-graphql';
import { Conversation } from '../conversations/types.js';
import { Shape } from '../kit/shape.js';

@Shape({ description: 'A conversation that only its author sees; what is sent to it reaches each recipient alone.' })
export class BroadcastList {
  @Field(() => Conversation)
  readonly conversation!: Conversation;

  @Field(() => String, { nullable: true, description: 'Null when it was erased.' })
  readonly name!: string | null;

  /** The plain id, for the resolvers. */
  readonly uuid!: string;
}

export const BroadcastStatus = { PENDING: 'PENDING', SENT: 'SENT', DELIVERED: 'DELIVERED', READ: 'READ' } as const;
export type BroadcastStatus = keyof typeof BroadcastStatus;
registerEnumType(BroadcastStatus, {
  name: 'BroadcastStatus',
  description: 'PENDING: the server has it, and is about to put it into the direct conversation.',
});

@Shape({ description: 'What became of a message to a list, for one who is in it.' })
export class BroadcastDelivery {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => BroadcastStatus)
  readonly status!: BroadcastStatus;

  @Field(() => ID, { description: 'The direct conversation.' })
  readonly conversationId!: string;

  @Field(() => ID, { description: 'The direct message, there once the status is not PENDING.' })
  readonly messageId!: string;
}
