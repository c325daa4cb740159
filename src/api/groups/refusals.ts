import { MAX_COMMUNITY_MEMBERS, MAX_LINKS, MAX_MEMBERS, type Refused } from '../../domain/groups/index.js';
import {
  problem,
  refusalsBy,
  type Busy,
  type GroupFull,
  type InvalidText,
  type LastOwner,
  type LinkNotUsable,
  type NoSuchMember,
  type NoSuchRequest,
  type NotAllowed,
  type NotAMember,
  type NotLinked,
  type RateLimited,
  type TooManyLinks,
} from '../kit/problems.js';

interface Problems {
  not_a_member: NotAMember;
  not_allowed: NotAllowed;
  no_such_member: NoSuchMember;
  last_owner: LastOwner;
  group_full: GroupFull;
  community_full: GroupFull;
  not_linked: NotLinked;
  too_many_links: TooManyLinks;
  no_such_link: LinkNotUsable;
  link_expired: LinkNotUsable;
  link_used_up: LinkNotUsable;
  no_such_request: NoSuchRequest;
  invalid_text: InvalidText;
  rate_limited: RateLimited;
  busy: Busy;
}

export const refusal = refusalsBy<Refused, Problems>({
  not_a_member: () => problem('NotAMember'),
  not_allowed: () => problem('NotAllowed'),
  no_such_member: () => problem('NoSuchMember'),
  last_owner: () => problem('LastOwner'),
  group_full: () => problem('GroupFull', { most: MAX_MEMBERS }),
  community_full: () => problem('GroupFull', { most: MAX_COMMUNITY_MEMBERS }),
  not_linked: () => problem('NotLinked'),
  too_many_links: () => problem('TooManyLinks', { most: MAX_LINKS }),
  no_such_link: () => problem('LinkNotUsable', { reason: 'unknown' }),
  link_expired: () => problem('LinkNotUsable', { reason: 'expired' }),
  link_used_up: () => problem('LinkNotUsable', { reason: 'used_up' }),
  no_such_request: () => problem('NoSuchRequest'),
  invalid_text: ({ field, reason }) => problem('InvalidText', { field, reason }),
  rate_limited: ({ retryAfterMs }) => problem('RateLimited', { retryAfterMs }),
  busy: ({ retryAfterMs }) => problem('Busy', { retryAfterMs }),
});
