import { isAdmin, pinnedFor, type ConversationState } from '../conversations/index.js';
import type { MessageEvent, Mentions } from './events.js';
import { checkMentions, type MentionRejection } from './mentions.js';
import { mayConcern, type Target } from './target.js';

const MINUTE = 60_000;
/** How long after it was sent, by the server's clock. */
export const EDIT_WINDOW_MS = 15 * MINUTE;
export const DELETE_WINDOW_MS = 48 * 60 * MINUTE;
export const MAX_PINS = 3;

type PlainEvent = MessageEvent<string>;
export type Change = Exclude<PlainEvent, { readonly type: 'MessageSent' | 'LinkPreviewAdded' | 'MessagesExpired' }>;

export type ChangeRejection =
  | { readonly kind: 'not_a_member' }
  | { readonly kind: 'no_such_message' }
  /** It says nothing any more. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'not_allowed' }
  /** Not to a message of this kind. */
  | { readonly kind: 'not_applicable' }
  | { readonly kind: 'too_late'; readonly until: number }
  | { readonly kind: 'too_soon'; readonly retryAfterMs: number }
  | { readonly kind: 'poll_closed' }
  | { readonly kind: 'invalid_choice' }
  | { readonly kind: 'already_opened' }
  | MentionRejection;

export type ChangeDecision<R extends ChangeRejection = ChangeRejection> =
  /** None: it is so already. */
  { readonly events: readonly Change[] } | { readonly rejected: R };

export type Concerns = Extract<ChangeRejection, { readonly kind: 'not_a_member' | 'no_such_message' | 'not_allowed' }>;

/** Who asks for a change of which message, as it is now. `now`: milliseconds since the epoch. */
export interface Asked {
  readonly state: ConversationState;
  readonly target: Target | undefined;
  readonly account: string;
  readonly now: number;
}

export const UNCHANGED = { events: [] } as const;

/** The message, if it is there and the account's to see. What members of a community do would show them to each other. */
export function concerned({ state, target, account }: Asked): Target | Concerns {
  if (state.kind === 'absent' || !state.members.has(account)) return { kind: 'not_a_member' };
  if (target === undefined || !mayConcern(state, account, target)) return { kind: 'no_such_message' };
  const shown = state.kind !== 'community' || isAdmin(state, account) || target.authorId === account;
  return shown ? target : { kind: 'not_allowed' };
}

export function isRejection(value: Target | Concerns): value is Concerns {
  return value.kind === 'not_a_member' || value.kind === 'no_such_message' || value.kind === 'not_allowed';
}

/** @param known others have it so already, or what it is about is withheld: to tell them would tell of that. */
export function about({ seq, withheld }: Target, known = false): { readonly target: number; readonly withheld?: true } {
  return withheld || known ? { target: seq, withheld: true } : { target: seq };
}

export function decideEdit(
  asked: Asked,
  { text, mentions }: { readonly text: string; readonly mentions?: Mentions },
): ChangeDecision {
  const { state, account, now } = asked;
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  if (target.authorId !== account) return { rejected: { kind: 'not_allowed' } };
  if (target.gone) return { rejected: { kind: 'gone' } };
  if (target.kind !== 'text' || target.viewOnce) return { rejected: { kind: 'not_applicable' } };
  const until = target.at + EDIT_WINDOW_MS;
  if (now > until) return { rejected: { kind: 'too_late', until } };
  const wrong = checkMentions(state, account, mentions);
  if (wrong !== undefined) return { rejected: wrong };
  if (target.text === text && mentions === undefined) return UNCHANGED;
  const data = { ...about(target), text, ...(mentions === undefined ? {} : { mentions }) };
  return { events: [{ type: 'MessageEdited', data }] };
}

/** For everyone: by its author for some time, by the admins of a group at any time. To a list there are copies elsewhere. */
export function decideDelete(asked: Asked): ChangeDecision {
  const { state, account, now } = asked;
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  const author = target.authorId === account;
  const admin = state.kind !== 'broadcast' && isAdmin(state, account);
  if (!author && !admin) return { rejected: { kind: 'not_allowed' } };
  if (target.deleted) return UNCHANGED;
  const until = target.at + DELETE_WINDOW_MS;
  if (!admin && now > until) return { rejected: { kind: 'too_late', until } };
  return { events: [{ type: 'MessageDeleted', data: about(target) }] };
}

/** One an account and message: another takes its place, null takes it back. */
export function decideReact(asked: Asked, { emoji }: { readonly emoji: string | null }): ChangeDecision {
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  if (target.gone) return { rejected: { kind: 'gone' } };
  if (target.emoji === emoji) return UNCHANGED;
  return { events: [{ type: 'ReactionChanged', data: { ...about(target, target.shown.emoji === emoji), emoji } }] };
}

/** By anybody of two; by the admins where there are any. */
export function decidePin(asked: Asked, { pinned }: { readonly pinned: boolean }): ChangeDecision {
  const { state, account } = asked;
  const target = concerned(asked);
  if (isRejection(target)) return { rejected: target };
  if (state.kind === 'absent') return { rejected: { kind: 'not_a_member' } };
  if (state.kind !== 'direct' && !isAdmin(state, account)) return { rejected: { kind: 'not_allowed' } };
  const pins = pinnedFor(state, account);
  if (pins.includes(target.seq) === pinned) return UNCHANGED;
  const data = about(target, state.pins.includes(target.seq) === pinned);
  if (!pinned) return { events: [{ type: 'MessageUnpinned', data }] };
  if (target.gone) return { rejected: { kind: 'gone' } };
  if (target.viewOnce) return { rejected: { kind: 'not_applicable' } };
  if (pins.length >= MAX_PINS) return { rejected: { kind: 'too_many', limit: MAX_PINS } };
  return { events: [{ type: 'MessagePinned', data }] };
}
