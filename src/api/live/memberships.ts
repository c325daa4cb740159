import { toldOf, wasAdmin, type ConversationState } from '../../domain/conversations/index.js';
import { ownMembership, type TimelineEntry } from '../../projections/timeline/entry.js';
import { entryUpdate } from './payloads.js';
import type { UpdateValue } from './updates.js';

/** Who is told what of a membership in a community: its admins all of it, others what it says of themselves. */
export function membershipUpdates(
  entry: TimelineEntry,
  state: ConversationState,
): readonly { readonly update: UpdateValue | undefined; readonly to: ReadonlySet<string> }[] {
  const admins = new Set(toldOf(state, entry.seq).filter((accountId) => wasAdmin(state, accountId, entry.seq)));
  const { members = [], accountId } = (entry.body ?? {}) as {
    readonly members?: readonly string[];
    readonly accountId?: string;
  };
  const about = accountId === undefined ? members : [accountId];
  return [
    { update: entryUpdate(entry), to: admins },
    { update: entryUpdate(ownMembership(entry)), to: new Set(about.filter((one) => !admins.has(one))) },
  ];
}
