import { MAX_GROUPS, type CommunityOutcome } from '../../domain/communities/index.js';
import { MAX_COMMUNITY_MEMBERS } from '../../domain/groups/index.js';
import {
  problem,
  refusalsBy,
  type Busy,
  type GroupFull,
  type InvalidText,
  type LinkedElsewhere,
  type NotAllowed,
  type NotAMember,
  type RateLimited,
  type TooManyGroups,
} from '../kit/problems.js';

interface Problems {
  not_a_member: NotAMember;
  not_allowed: NotAllowed;
  linked_elsewhere: LinkedElsewhere;
  too_many_groups: TooManyGroups;
  community_full: GroupFull;
  invalid_text: InvalidText;
  rate_limited: RateLimited;
  busy: Busy;
}

export const refusal = refusalsBy<Exclude<CommunityOutcome, { readonly outcome: 'done' }>, Problems>({
  not_a_member: () => problem('NotAMember'),
  not_allowed: () => problem('NotAllowed'),
  linked_elsewhere: () => problem('LinkedElsewhere'),
  too_many_groups: () => problem('TooManyGroups', { most: MAX_GROUPS }),
  community_full: () => problem('GroupFull', { most: MAX_COMMUNITY_MEMBERS }),
  invalid_text: ({ field, reason }) => problem('InvalidText', { field, reason }),
  rate_limited: ({ retryAfterMs }) => problem('RateLimited', { retryAfterMs }),
  busy: ({ retryAfterMs }) => problem('Busy', { retryAfterMs }),
});
