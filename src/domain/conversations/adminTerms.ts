import type { Member } from './state.js';

/** An account is an admin of what happens from `from` on, up to below `to`; null: still. */
export interface AdminTerm {
  readonly from: number;
  readonly to: number | null;
}

/** By account: all that there ever were, the oldest first. */
export type AdminTerms = ReadonlyMap<string, readonly AdminTerm[]>;

type Members = ReadonlyMap<string, Member>;

/** After an event that has changed who is in a conversation, and as what. Who stops is still told of that. */
export function changedTerms(terms: AdminTerms, after: Members, revision: number): AdminTerms {
  const changed = new Map(terms);
  for (const [accountId, { role }] of after)
    if (role !== 'member' && !isServing(terms, accountId))
      changed.set(accountId, [...(terms.get(accountId) ?? []), { from: revision, to: null }]);
  // Of those who serve, not of all members: there may be thousands.
  for (const [accountId, past] of terms) {
    const role = after.get(accountId)?.role ?? 'member';
    if (role !== 'member' || !isServing(terms, accountId)) continue;
    changed.set(accountId, [...past.slice(0, -1), { ...past.at(-1)!, to: revision + 1 }]);
  }
  return changed;
}

/** Whatever became of the account's role since. */
export function isAdminAt(terms: AdminTerms, accountId: string, seq: number): boolean {
  return terms.get(accountId)?.some(({ from, to }) => from <= seq && (to === null || seq < to)) ?? false;
}

function isServing(terms: AdminTerms, accountId: string): boolean {
  return terms.get(accountId)?.at(-1)?.to === null;
}
