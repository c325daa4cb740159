import { Field, InputType } from 'type-graphql';

@InputType()
export class ContactInput {
  @Field(() => String, { description: 'As the phone has it.' })
  readonly phone!: string;

  @Field(() => String, { description: '1 to 128 characters.' })
  readonly name!: string;
}

@InputType({ description: 'Entries and removals together: at most 1,000 a call.' })
export class SyncContactsInput {
  @Field(() => [ContactInput], { description: 'A number given twice has its last name.' })
  readonly entries!: readonly ContactInput[];

  @Field(() => [String], { nullable: true, description: "Numbers that left the phone's book." })
  readonly removed?: readonly string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'The book is exactly these entries: every other number leaves it. False: a part, or what changed.',
  })
  readonly full?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Two letters, for numbers without `+`.' })
  readonly country?: string | null;
}
