import { MAX_PINNED_CHATS, type PreferenceOutcome } from '../../domain/preferences/index.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { ApiContext } from '../kit/context.js';
import {
  problem,
  type Busy,
  type InvalidText,
  type NoSuchMessage,
  type NotAMember,
  type RateLimited,
  type TooMany,
} from '../kit/problems.js';
import type { InThePast } from './results.js';

type Refused = Exclude<PreferenceOutcome, { readonly outcome: 'done' }>;

interface Problems {
  not_a_member: NotAMember;
  too_many_pinned: TooMany;
  in_the_past: InThePast;
  no_such_message: NoSuchMessage;
  invalid_text: InvalidText;
  rate_limited: RateLimited;
  busy: Busy;
}

const make: { readonly [O in keyof Problems]: (refused: Extract<Refused, { outcome: O }>) => Problems[O] } = {
  not_a_member: () => problem('NotAMember'),
  too_many_pinned: () => problem('TooMany', { limit: MAX_PINNED_CHATS }),
  in_the_past: () => problem('InThePast'),
  no_such_message: () => problem('NoSuchMessage'),
  invalid_text: ({ field, reason }) => problem('InvalidText', { field, reason }),
  rate_limited: ({ retryAfterMs }) => problem('RateLimited', { retryAfterMs }),
  busy: ({ retryAfterMs }) => problem('Busy', { retryAfterMs }),
};

/** @param possible what this command can be refused for. @throws Error for any other outcome: the union has no place for it. */
export function refusal<O extends keyof Problems>(refused: Refused, possible: readonly O[]): Problems[O] {
  const outcome = possible.find((each) => each === refused.outcome);
  if (outcome === undefined) throw new Error(`${refused.outcome} is no outcome of this command`);
  return (make[outcome] as (given: Refused) => Problems[O])(refused);
}

/** What was so already is as old as everything that this node has seen. */
export function readTokenOf({ services }: ApiContext, position: Position | undefined): string {
  return services.cursors.encodeReadToken(position ?? services.live.position());
}
