import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { Base64, DateTime } from '../kit/scalars.js';

@InputType({ description: 'Stored, ordered and delivered like a text, and never looked into.' })
export class SealedInput {
  @Field(() => String, { description: 'Up to 64 characters.' })
  readonly algorithm!: string;

  @Field(() => Base64, { description: 'Up to 64 KiB.' })
  readonly payload!: string;
}

@InputType({ description: 'With a number, an account, or both.' })
export class ContactCardInput {
  @Field(() => String, { description: '1 to 128 characters.' })
  readonly name!: string;

  @Field(() => [String], { nullable: true, description: 'Up to 10, of up to 32 characters, as they are written.' })
  readonly phones?: readonly string[] | null;

  @Field(() => ID, { nullable: true })
  readonly accountId?: string | null;
}

@InputType()
export class PlaceInput {
  @Field(() => Float, { description: 'Degrees.' })
  readonly latitude!: number;

  @Field(() => Float, { description: 'Degrees.' })
  readonly longitude!: number;

  @Field(() => Float, { nullable: true })
  readonly accuracyMetres?: number | null;

  @Field(() => String, { nullable: true, description: '1 to 128 characters.' })
  readonly placeName?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 256 characters.' })
  readonly address?: string | null;
}

@InputType()
export class LocationInput extends PlaceInput {
  @Field(() => Int, {
    nullable: true,
    description: '60 to 28,800: it is live for that long, and `updateLocation` moves it.',
  })
  readonly liveForSeconds?: number | null;
}

@InputType()
export class PollInput {
  @Field(() => String, { description: '1 to 300 characters.' })
  readonly question!: string;

  @Field(() => [String], { description: '2 to 12 different ones of 1 to 100 characters.' })
  readonly options!: readonly string[];

  @Field(() => Boolean, { nullable: true, description: 'Whether one may choose several.' })
  readonly multiple?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether all see who voted for what; they do without it.' })
  readonly votesVisible?: boolean | null;

  @Field(() => DateTime, { nullable: true })
  readonly closesAt?: number | null;
}

@InputType()
class Mentioning {
  @Field(() => [ID], { nullable: true, description: 'Members, up to 50.' })
  readonly mentions?: readonly string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'In groups; in those of more than 32 members by admins only.' })
  readonly mentionEveryone?: boolean | null;
}

@InputType({ description: 'Exactly one of `text`, `sealed`, `contact`, `location` and `poll`.' })
export class SendMessageInput extends Mentioning {
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

  @Field(() => ContactCardInput, { nullable: true })
  readonly contact?: ContactCardInput | null;

  @Field(() => LocationInput, { nullable: true })
  readonly location?: LocationInput | null;

  @Field(() => PollInput, { nullable: true })
  readonly poll?: PollInput | null;

  @Field(() => ID, { nullable: true, description: 'The message of the same conversation that it answers.' })
  readonly replyTo?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Of `text` or `sealed`: each recipient may open it once, by `openViewOnce`.',
  })
  readonly viewOnce?: boolean | null;
}

@InputType()
export class EditMessageInput extends Mentioning {
  @Field(() => ID)
  readonly messageId!: string;

  @Field(() => String, { description: '1 to 65,536 UTF-16 code units.' })
  readonly text!: string;
}

@InputType()
export class ForwardMessagesInput {
  @Field(() => [ID], { description: '1 to 30.' })
  readonly messageIds!: readonly string[];

  @Field(() => [ID], {
    description: '1 to 5 conversations; one when a message went through five hands already.',
  })
  readonly conversationIds!: readonly string[];

  @Field(() => String, {
    description: 'Up to 60 characters: the new messages are `<clientId>/<index>` in their conversations.',
  })
  readonly clientId!: string;
}
