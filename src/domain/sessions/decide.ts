import type { Session, SessionEndReason } from './state.js';

/** A lost answer must not sign anyone out: the predecessor counts this long while no successor has been used. */
export const PREDECESSOR_GRACE_MS = 60_000;
/** A device that was silent for this long signs in again. */
export const SESSION_IDLE_MS = 180 * 24 * 3600_000;
/** Repeats of a predecessor that are answered. */
const MAX_SIBLINGS = 8;

export type RefreshDecision =
  | { readonly kind: 'rotated'; readonly session: Session }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason }
  /** An old token came back: somebody has a copy, so nobody keeps the session. */
  | { readonly kind: 'reused' };

/** What presenting the token `presented` does; `successor` is the hash of the token that would be handed out. */
export function decideRefresh(
  session: Session,
  command: { presented: string; successor: string; now: number },
): RefreshDecision {
  const { presented, successor, now } = command;
  if (session.endedFor !== null) return { kind: 'ended', reason: session.endedFor };
  if (session.current.includes(presented)) {
    if (now - session.rotatedAt > SESSION_IDLE_MS) return { kind: 'ended', reason: 'expired' };
    return { kind: 'rotated', session: { ...session, current: [successor], previous: presented, rotatedAt: now } };
  }
  const repeats =
    presented === session.previous &&
    now - session.rotatedAt <= PREDECESSOR_GRACE_MS &&
    session.current.length < MAX_SIBLINGS;
  if (!repeats) return { kind: 'reused' };
  return { kind: 'rotated', session: { ...session, current: [...session.current, successor] } };
}
