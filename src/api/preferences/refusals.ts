import { MAX_PINNED_CHATS, type PreferenceOutcome } from '../../domain/preferences/index.js';
import {
  problem,
  refusalsBy,
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

export const refusal = refusalsBy<Refused, Problems>({
  not_a_member: () => problem('NotAMember'),
  too_many_pinned: () => problem('TooMany', { limit: MAX_PINNED_CHATS }),
  in_the_past: () => problem('InThePast'),
  no_such_message: () => problem('NoSuchMessage'),
  invalid_text: ({ field, reason }) => problem('InvalidText', { field, reason }),
  rate_limited: ({ retryAfterMs }) => problem('RateLimited', { retryAfterMs }),
  busy: ({ retryAfterMs }) => problem('Busy', { retryAfterMs }),
});
