import { createUnionType, Field, ID, Int, InterfaceType } from 'type-graphql';
import { DateTime } from './scalars.js';
import { Shape } from './shape.js';

@InterfaceType({ description: 'An outcome that a client expects: docs/protocol/errors.md lists them.' })
export abstract class Problem {
  @Field(() => String, { description: 'Stable, for programs.' })
  readonly code!: string;

  @Field(() => String, { description: 'English, for developers.' })
  readonly message!: string;
}

@Shape({ implements: () => Problem, description: 'Too often: repeat after that time.' })
export class RateLimited extends Problem {
  readonly __typename!: 'RateLimited';

  @Field(() => Int)
  readonly retryAfterMs!: number;
}

@Shape({ implements: () => Problem, description: 'Nothing was written: repeat the same after that time.' })
export class Busy extends Problem {
  readonly __typename!: 'Busy';

  @Field(() => Int)
  readonly retryAfterMs!: number;
}

@Shape({ implements: () => Problem, description: 'The same for a conversation that does not exist.' })
export class NotAMember extends Problem {
  readonly __typename!: 'NotAMember';
}

@Shape({ implements: () => Problem, description: 'The conversation keeps this to others, by role or by its settings.' })
export class NotAllowed extends Problem {
  readonly __typename!: 'NotAllowed';
}

@Shape({ implements: () => Problem })
export class NoSuchAccount extends Problem {
  readonly __typename!: 'NoSuchAccount';
}

@Shape({ implements: () => Problem, description: 'Of an account that is not in the conversation.' })
export class NoSuchMember extends Problem {
  readonly __typename!: 'NoSuchMember';
}

@Shape({ implements: () => Problem, description: 'A group has an owner: make somebody else one first, or leave.' })
export class LastOwner extends Problem {
  readonly __typename!: 'LastOwner';
}

@Shape({ implements: () => Problem, description: 'With all of them it would have more members than it may.' })
export class GroupFull extends Problem {
  readonly __typename!: 'GroupFull';

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem, description: 'Revoke one that is not needed any more.' })
export class TooManyLinks extends Problem {
  readonly __typename!: 'TooManyLinks';

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem, description: 'The link does not lead anywhere, or not any more.' })
export class LinkNotUsable extends Problem {
  readonly __typename!: 'LinkNotUsable';

  @Field(() => String, { description: '`unknown` (revoked ones among them), `expired` or `used_up`.' })
  readonly reason!: string;
}

@Shape({ implements: () => Problem, description: 'The account has not asked to join, or that was decided.' })
export class NoSuchRequest extends Problem {
  readonly __typename!: 'NoSuchRequest';
}

@Shape({ implements: () => Problem })
export class InvalidText extends Problem {
  readonly __typename!: 'InvalidText';

  @Field(() => String)
  readonly field!: string;

  @Field(() => String, { description: '`empty`, `too_long` or `malformed` (U+0000, a lone surrogate).' })
  readonly reason!: string;
}

@Shape({ implements: () => Problem, description: 'With all of them the list would have more recipients than it may.' })
export class ListFull extends Problem {
  readonly __typename!: 'ListFull';

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem, description: 'None of the accounts exists, or it is only the caller.' })
export class NoRecipients extends Problem {
  readonly __typename!: 'NoRecipients';
}

@Shape({ implements: () => Problem, description: 'Messages stay for ever, or for whole seconds between these.' })
export class InvalidTimer extends Problem {
  readonly __typename!: 'InvalidTimer';

  @Field(() => Int)
  readonly least!: number;

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem, description: 'Another channel has it.' })
export class HandleTaken extends Problem {
  readonly __typename!: 'HandleTaken';
}

@Shape({ implements: () => Problem })
export class NoSuchChannel extends Problem {
  readonly __typename!: 'NoSuchChannel';
}

@Shape({ implements: () => Problem, description: 'Take the role from somebody first.' })
export class TooManyAdmins extends Problem {
  readonly __typename!: 'TooManyAdmins';

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem, description: 'A group is in one community: it leaves the other first.' })
export class LinkedElsewhere extends Problem {
  readonly __typename!: 'LinkedElsewhere';
}

@Shape({ implements: () => Problem, description: "The group is not one of the community's." })
export class NotLinked extends Problem {
  readonly __typename!: 'NotLinked';
}

@Shape({ implements: () => Problem, description: 'Unlink one first.' })
export class TooManyGroups extends Problem {
  readonly __typename!: 'TooManyGroups';

  @Field(() => Int)
  readonly most!: number;
}

@Shape({ implements: () => Problem })
export class InvalidPhone extends Problem {
  readonly __typename!: 'InvalidPhone';

  @Field(() => String, { description: '`malformed`, `unknown_country`, `wrong_length`, `not_in_use` or `not_mobile`.' })
  readonly reason!: string;
}

@Shape({ implements: () => Problem })
export class SessionEnded extends Problem {
  readonly __typename!: 'SessionEnded';

  @Field(() => String, { description: '`unknown`, `expired`, `revoked`, `signed_out` or `token_reuse`.' })
  readonly reason!: string;
}

@Shape({ implements: () => Problem, description: 'Nothing was written.' })
export class TooMany extends Problem {
  readonly __typename!: 'TooMany';

  @Field(() => Int, { description: 'The most that may be.' })
  readonly limit!: number;
}

@Shape({ implements: () => Problem, description: 'Of what is no text.' })
export class InvalidContent extends Problem {
  readonly __typename!: 'InvalidContent';

  @Field(() => String)
  readonly field!: string;

  @Field(() => String, { description: '`out_of_range`, `too_few`, `too_many`, `repeated` or `past`.' })
  readonly reason!: string;
}

@Shape({ implements: () => Problem, description: 'The same for one that the caller may not see.' })
export class NoSuchMessage extends Problem {
  readonly __typename!: 'NoSuchMessage';
}

@Shape({ implements: () => Problem, description: 'The message says nothing any more.' })
export class MessageGone extends Problem {
  readonly __typename!: 'MessageGone';
}

@Shape({ implements: () => Problem, description: 'This cannot be done to a message of this kind, or here.' })
export class NotApplicable extends Problem {
  readonly __typename!: 'NotApplicable';
}

@Shape({ implements: () => Problem })
export class TooLate extends Problem {
  readonly __typename!: 'TooLate';

  @Field(() => DateTime, { description: 'When the time for it ended.' })
  readonly until!: number;
}

@Shape({ implements: () => Problem, description: 'Who is mentioned must be a member.' })
export class MentionsOthers extends Problem {
  readonly __typename!: 'MentionsOthers';

  @Field(() => [ID])
  readonly accountIds!: readonly string[];
}

@Shape({ implements: () => Problem })
export class PollClosed extends Problem {
  readonly __typename!: 'PollClosed';
}

@Shape({ implements: () => Problem, description: 'Nothing that this poll lets one choose.' })
export class InvalidChoice extends Problem {
  readonly __typename!: 'InvalidChoice';
}

@Shape({ implements: () => Problem, description: 'It is shown once: on which of the devices it was, does not matter.' })
export class AlreadyOpened extends Problem {
  readonly __typename!: 'AlreadyOpened';
}

@Shape({ implements: () => Problem })
export class NoSuchCase extends Problem {
  readonly __typename!: 'NoSuchCase';
}

/** By type: code and message. */
export const PROBLEMS = {
  RateLimited: ['RATE_LIMITED', 'Too often: try again later.'],
  Busy: ['BUSY', 'The server was too busy: nothing was written.'],
  NotAllowed: ['NOT_ALLOWED', 'Your role in the conversation does not allow this.'],
  NotAMember: ['NOT_A_MEMBER', 'The conversation does not exist or is not yours.'],
  NoSuchAccount: ['NO_SUCH_ACCOUNT', 'There is no such account.'],
  NoSuchMember: ['NO_SUCH_MEMBER', 'The account is not in the conversation.'],
  LastOwner: ['LAST_OWNER', 'A group must keep an owner.'],
  GroupFull: ['GROUP_FULL', 'The group would have too many members.'],
  TooManyLinks: ['TOO_MANY_LINKS', 'The group has as many invite links as it may.'],
  LinkNotUsable: ['LINK_NOT_USABLE', 'The invite link does not work.'],
  NoSuchRequest: ['NO_SUCH_REQUEST', 'The account has not asked to join.'],
  InvalidText: ['INVALID_TEXT', 'A text is empty, too long or malformed.'],
  InvalidPhone: ['INVALID_PHONE', 'This is no number that a text message can reach.'],
  InvalidTimer: ['INVALID_TIMER', 'Messages cannot disappear after that time.'],
  HandleTaken: ['HANDLE_TAKEN', 'Another channel has this handle.'],
  NoSuchChannel: ['NO_SUCH_CHANNEL', 'There is no such channel.'],
  LinkedElsewhere: ['LINKED_ELSEWHERE', 'The group is in another community.'],
  NotLinked: ['NOT_LINKED', 'The group is not in the community.'],
  TooManyGroups: ['TOO_MANY_GROUPS', 'The community has as many groups as it may.'],
  TooManyAdmins: ['TOO_MANY_ADMINS', 'The channel has as many admins as it may.'],
  ListFull: ['LIST_FULL', 'The list would have too many recipients.'],
  NoRecipients: ['NO_RECIPIENTS', 'A list needs a recipient.'],
  SessionEnded: ['SESSION_ENDED', 'Sign in again.'],
  TooMany: ['TOO_MANY', 'More than may be: nothing was written.'],
  InvalidContent: ['INVALID_CONTENT', 'A part of the content is not what it may be.'],
  NoSuchMessage: ['NO_SUCH_MESSAGE', 'The message does not exist or is not yours to see.'],
  MessageGone: ['MESSAGE_GONE', 'The message says nothing any more.'],
  NotApplicable: ['NOT_APPLICABLE', 'This cannot be done to a message of this kind, or here.'],
  TooLate: ['TOO_LATE', 'The time for this is over.'],
  MentionsOthers: ['MENTIONS_OTHERS', 'Who is mentioned must be a member.'],
  PollClosed: ['POLL_CLOSED', 'The poll is closed.'],
  InvalidChoice: ['INVALID_CHOICE', 'Nothing that this poll lets you choose.'],
  AlreadyOpened: ['ALREADY_OPENED', 'It was shown already.'],
  NoSuchScheduledMessage: ['NO_SUCH_SCHEDULED_MESSAGE', 'The account has scheduled no such message.'],
  TooLateToCancel: ['TOO_LATE_TO_CANCEL', 'The message is being sent, or was.'],
  TimeOutOfRange: ['TIME_OUT_OF_RANGE', 'The instant is too soon or too far away.'],
  InThePast: ['IN_THE_PAST', 'This instant is over, or too close.'],
  WrongCode: ['WRONG_CODE', 'This is not the code.'],
  CodeExpired: ['CODE_EXPIRED', 'Request another code.'],
  NoSuchDevice: ['NO_SUCH_DEVICE', 'The account has no such device.'],
  IdempotencyConflict: ['IDEMPOTENCY_CONFLICT', 'This client id was used for other content.'],
  NoSuchCase: ['NO_SUCH_CASE', 'There is no such case.'],
  CaseDecided: ['CASE_DECIDED', 'The case was closed with another verdict.'],
  BeyondHead: ['BEYOND_HEAD', 'The conversation is not that long.'],
} as const;
export type ProblemName = keyof typeof PROBLEMS;

/** The problem's value, with its code and message. */
export function problem<N extends ProblemName, Extra extends object = object>(
  name: N,
  extra?: Extra,
): { __typename: N; code: string; message: string } & Extra {
  const [code, message] = PROBLEMS[name];
  return { __typename: name, code, message, ...(extra as Extra) };
}

type Makers<Refused extends { readonly outcome: string }, Problems> = {
  readonly [O in keyof Problems]: (refused: Extract<Refused, { readonly outcome: O }>) => Problems[O];
};

/**
 * Problems by the outcomes of a feature's commands. What is given back takes what the one command can be refused for, and
 * throws for any other outcome: the command's union has no place for it.
 */
export function refusalsBy<Refused extends { readonly outcome: string }, Problems>(make: Makers<Refused, Problems>) {
  return <O extends keyof Problems>(refused: Refused, possible: readonly O[]): Problems[O] => {
    const outcome = possible.find((each) => each === refused.outcome);
    if (outcome === undefined) throw new Error(`${refused.outcome} is no outcome of this command`);
    return (make[outcome] as (given: Refused) => Problems[O])(refused);
  };
}

type Class = abstract new (...args: never[]) => object;

/** A mutation's result. */
export function outcomes<const T extends readonly Class[]>(name: string, types: () => T): InstanceType<T[number]> {
  return createUnionType({ name, types: types as never }) as InstanceType<T[number]>;
}
