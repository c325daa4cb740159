import { Field, ID, InputType } from 'type-graphql';
import { Base64 } from '../kit/scalars.js';

@InputType({ description: 'Stored, ordered and delivered like a text, and never looked into.' })
export class SealedInput {
  @Field(() => String, { description: 'Up to 64 characters.' })
  readonly algorithm!: string;

  @Field(() => Base64, { description: 'Up to 64 KiB.' })
  readonly payload!: Buffer;
}

@InputType({ description: 'Exactly one of `text` and `sealed`.' })
export class SendMessageInput {
  @Field(() => ID)
  readonly conversationId!: string;

  @Field(() => String, {
    description: "1 to 64 characters, the client's own. The same again gives the first result, for ever.",
  })
  readonly clientId!: string;

  @Field(() => String, { nullable: true, description: '1 to 65,536 UTF-16 code units.' })
  readonly text?: string | null;

  @Field(() => SealedInput, { nullable: true })
  readonly sealed?: SealedInput | null;
}

@InputType()
export class EditMessageInput {
  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => String, { description: '1 to 65,536 UTF-16 code units.' })
  readonly text!: string;

  @Field(() => [ID], { nullable: true, description: 'Members, up to 50: those of the edited text.' })
  readonly mentions?: readonly string[] | null;

  @Field(() => Boolean, { nullable: true })
  readonly mentionEveryone?: boolean | null;
}
