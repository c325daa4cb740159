import { MAX_LINKS, MAX_MEMBERS, type Refused } from '../../domain/groups/index.js';
import {
  problem,
  type Busy,
  type GroupFull,
  type InvalidText,
  type LastOwner,
  type LinkNotUsable,
  type NoSuchMember,
  type NoSuchRequest,
  type NotAllowed,
  type NotAMember,
  type RateLimited,
  type TooManyLinks,
} from '../kit/problems.js';

interface Problems {
  not_a_member: NotAMember;
  not_allowed: NotAllowed;
  no_such_member: NoSuchMember;
  last_owner: LastOwner;
  group_full: GroupFull;
  too_many_links: TooManyLinks;
  no_such_link: LinkNotUsable;
  link_expired: LinkNotUsable;
  link_used_up: LinkNotUsable;
  no_such_request: NoSuchRequest;
  invalid_text: InvalidText;
  rate_limited: RateLimited;
  busy: Busy;
}

const make: { readonly [O in keyof Problems]: (refused: Extract<Refused, { outcome: O }>) => Problems[O] } = {
  not_a_member: () => problem('NotAMember'),
  not_allowed: () => problem('NotAllowed'),
  no_such_member: () => problem('NoSuchMember'),
  last_owner: () => problem('LastOwner'),
  group_full: () => problem('GroupFull', { most: MAX_MEMBERS }),
  too_many_links: () => problem('TooManyLinks', { most: MAX_LINKS }),
  no_such_link: () => problem('LinkNotUsable', { reason: 'unknown' }),
  link_expired: () => problem('LinkNotUsable', { reason: 'expired' }),
  link_used_up: () => problem('LinkNotUsable', { reason: 'used_up' }),
  no_such_request: () => problem('NoSuchRequest'),
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
