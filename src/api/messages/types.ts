import { createUnionType, Field, ID, Int, registerEnumType } from 'type-graphql';
import { PageInfo } from '../kit/paging.js';
import { Base64, DateTime } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const MessageStatus = { SENT: 'SENT', DELIVERED: 'DELIVERED', READ: 'READ' } as const;
export type MessageStatus = keyof typeof MessageStatus;
registerEnumType(MessageStatus, {
  name: 'MessageStatus',
  description: 'DELIVERED: every other member has it on some device. READ: every other member has read it.',
});

@Shape()
export class TextContent {
  readonly __typename!: 'TextContent';

  @Field(() => String)
  readonly text!: string;
}

@Shape({ description: 'Bytes that the server never looks into.' })
export class SealedContent {
  readonly __typename!: 'SealedContent';

  @Field(() => String)
  readonly algorithm!: string;

  @Field(() => ID)
  readonly senderDevice!: string;

  @Field(() => Base64)
  readonly payload!: Buffer | string;
}

@Shape({ description: 'The key of this content was destroyed.' })
export class ErasedContent {
  readonly __typename!: 'ErasedContent';

  @Field(() => Boolean)
  readonly erased!: boolean;
}

export const MessageContent = createUnionType({
  name: 'MessageContent',
  types: () => [TextContent, SealedContent, ErasedContent] as const,
});
export type MessageContent = TextContent | SealedContent | ErasedContent;

@Shape()
export class Message {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => Int, { description: 'Its place in the conversation, without holes.' })
  readonly seq!: number;

  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, { description: 'What the author called it in `sendMessage`.' })
  readonly clientId!: string;

  @Field(() => ID)
  readonly authorId!: string;

  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => MessageContent)
  readonly content!: MessageContent;

  /** The plain ids, for the resolvers. */
  readonly conversationUuid!: string;
  readonly authorUuid!: string;
  readonly withheld!: boolean;
}

@Shape()
export class MessageEdge {
  @Field(() => String)
  readonly cursor!: string;

  @Field(() => Message)
  readonly node!: Message;
}

@Shape({ description: 'In chronological order, whichever way it is paged.' })
export class MessageConnection {
  @Field(() => [MessageEdge])
  readonly edges!: readonly MessageEdge[];

  @Field(() => PageInfo)
  readonly pageInfo!: PageInfo;
}
