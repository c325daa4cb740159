import type { Conversation, Member, Role } from '../conversations/index.js';

const RANK: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/** Owners over admins over members. Nobody acts on one who stands above them, or gives a role above their own. */
export function outranks(a: Role, b: Role): boolean {
  return RANK[a] > RANK[b];
}

export function isOnlyOwner({ members }: Conversation, accountId: string): boolean {
  if (members.get(accountId)?.role !== 'owner') return false;
  for (const [other, { role }] of members) if (other !== accountId && role === 'owner') return false;
  return true;
}

/** Who gets the group of an owner who leaves: of the others the highest role, then who has been in it for longest. */
export function successorOf({ members }: Conversation, leaving: string): string | undefined {
  let best: [string, Member] | undefined;
  for (const candidate of members)
    if (candidate[0] !== leaving && (best === undefined || comesBefore(candidate, best))) best = candidate;
  return best?.[0];
}

/** Those who came together go by their ids, so that all nodes agree. */
function comesBefore([id, { role, joinedAt }]: [string, Member], [otherId, other]: [string, Member]): boolean {
  if (role !== other.role) return outranks(role, other.role);
  return joinedAt !== other.joinedAt ? joinedAt < other.joinedAt : id < otherId;
}
