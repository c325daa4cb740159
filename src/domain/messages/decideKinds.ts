import { isAdmin } from '../conversations/index.js';
import { about, concerned, isRejection, UNCHANGED, type Asked, type ChangeDecision } from './decideChange.js';
import { mayConcern, type Poll } from './target.js';

/** A live location moves at most this often. */
export const LIVE_INTERVAL_MS = 3_000;

function isClosed({ closed, closesAt }: Poll, now: number): boolean {
  return closed || (closesAt !== null && closesAt <= now);
}

/** One vote an account and poll: another takes its place, no options take it back. */
export function decideVote(asked: Asked, { options: given }: { readonly options: readonly number[] }): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  const { poll } = target;
  if (target.gone) return { rejected: { kind: 'gone' } };
  if (poll === null) return { rejected: { kind: 'not_applicable' } };
  if (isClosed(poll, asked.now)) return { rejected: { kind: 'poll_closed' } };
  const options = [...new Set(given)].sort((a, b) => a - b);
  const offered = options.every((option) => Number.isInteger(option) && option >= 0 && option < poll.options);
  if (!offered || (options.length > 1 && !poll.multiple)) return { rejected: { kind: 'invalid_choice' } };
  if (options.join() === target.vote.join()) return UNCHANGED;
  const known = options.join() === target.shown.vote.join();
  const data = { ...about(target, known), options, ...(poll.votesVisible ? {} : { secret: true as const }) };
  return { events: [{ type: 'PollVoted', data }] };
}

/** Before its time, by its author or an admin. */
export function decideClosePoll(asked: Asked): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  const { state, account, now } = asked;
  if (target.authorId !== account && !isAdmin(state, account)) return { rejected: { kind: 'not_allowed' } };
  if (target.gone) return { rejected: { kind: 'gone' } };
  if (target.poll === null) return { rejected: { kind: 'not_applicable' } };
  return isClosed(target.poll, now) ? UNCHANGED : { events: [{ type: 'PollClosed', data: about(target) }] };
}

/** Of a live location, by its author, until its end. `place`: JSON, as it is sealed. */
export function decideMove(asked: Asked, { place }: { readonly place: string }): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  if (target.authorId !== asked.account) return { rejected: { kind: 'not_allowed' } };
  if (target.gone) return { rejected: { kind: 'gone' } };
  const { live } = target;
  if (live === null) return { rejected: { kind: 'not_applicable' } };
  if (live.ended || live.until <= asked.now) return { rejected: { kind: 'too_late', until: live.until } };
  const retryAfterMs = live.changedAt + LIVE_INTERVAL_MS - asked.now;
  if (retryAfterMs > 0) return { rejected: { kind: 'too_soon', retryAfterMs } };
  return { events: [{ type: 'LocationUpdated', data: { ...about(target), place } }] };
}

export function decideEndLive(asked: Asked): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  if (target.authorId !== asked.account) return { rejected: { kind: 'not_allowed' } };
  if (target.kind !== 'location' || (target.live === null && !target.gone))
    return { rejected: { kind: 'not_applicable' } };
  const { live } = target;
  if (live === null || live.ended || live.until <= asked.now) return UNCHANGED;
  return { events: [{ type: 'LocationEnded', data: about(target) }] };
}

/** Once an account, by those whom it is for. The last one of them leaves nothing to be opened. */
export function decideOpen(asked: Asked): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  const { state, account } = asked;
  if (!target.viewOnce) return { rejected: { kind: 'not_applicable' } };
  if (target.authorId === account) return { rejected: { kind: 'not_allowed' } };
  if (target.openedBy.includes(account)) return { rejected: { kind: 'already_opened' } };
  if (target.gone) return { rejected: { kind: 'gone' } };
  const opened = new Set([...target.openedBy, target.authorId, account]);
  const members = state.kind === 'absent' ? [] : [...state.members.keys()];
  const everyone = members.every((member) => opened.has(member) || !mayConcern(state, member, target));
  return {
    events: [{ type: 'ViewOnceOpened', data: { ...about(target), ...(everyone ? { everyone: true as const } : {}) } }],
  };
}
