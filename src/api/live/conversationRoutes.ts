import {
  isTold,
  toldOf,
  wasAdmin,
  type ConversationState,
  type ConversationStates,
} from '../../domain/conversations/index.js';
import { shownOf, type ChannelReadEvent, type ReceiptEvent } from '../../domain/receipts/index.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { ADMIN_KINDS, entryOf, MEMBER_KINDS } from '../../projections/timeline/entry.js';
import type { Audience } from './audience.js';
import type { ChannelFollowers } from './channels.js';
import { groupReceipts } from './groupReceipts.js';
import { membershipUpdates } from './memberships.js';
import { entryUpdate, everyoneAdvanced, shownReceipt, updateOf } from './payloads.js';
import type { LiveReads } from './reads.js';

export interface ConversationRoutesDeps {
  readonly states: Pick<ConversationStates, 'peek' | 'load'>;
  readonly followers: ChannelFollowers;
  readonly watermarks: LiveReads['watermarks'];
  readonly audience: Audience;
}

/** Who is told what of conversations. What is not there yet is waited for; otherwise all is done in the same turn. */
export interface ConversationRoutes {
  /** Of the conversation's own stream. */
  entry(event: OpenedEvent, id: string): void | Promise<void>;
  receipt(event: OpenedEvent, id: string): void | Promise<void>;
  /** How far an account has read a channel. */
  read(event: OpenedEvent, accountId: string): void;
  /** That an account follows a channel, or does not any more. */
  follow(event: OpenedEvent, accountId: string): void;
}

const NOBODY: ReadonlySet<string> = new Set();

/** After them, some are told nothing more of the conversation. */
const ENDS: ReadonlySet<string> = new Set(['MemberRemoved', 'MemberLeft', 'CommunityDeactivated']);

export function conversationRoutes({
  states,
  followers,
  watermarks,
  audience,
}: ConversationRoutesDeps): ConversationRoutes {
  const { deliver } = audience;
  const receipts = groupReceipts({ load: watermarks });

  /** Members are told as of the event's own revision: the folded state may be ahead of the log that the node has seen. */
  const deliverEntry = (event: OpenedEvent, id: string, state: ConversationState): void | Promise<void> => {
    const entry = entryOf(event);
    if (state.kind === 'community' && MEMBER_KINDS.has(entry.kind)) {
      for (const { update, to } of membershipUpdates(entry, state))
        deliver(event, update, [...to], { id, tells: (accountId) => to.has(accountId) });
      if (ENDS.has(event.type)) endSubscriptions(id, state, event.revision);
      return;
    }
    const concerns = (accountId: string): boolean =>
      entry.withheld
        ? accountId === entry.authorId
        : !ADMIN_KINDS.has(entry.kind) || wasAdmin(state, accountId, event.revision);
    const all = toldOf(state, event.revision);
    const members = entry.withheld || ADMIN_KINDS.has(entry.kind) ? all.filter(concerns) : all;
    const following = state.kind === 'channel' && !ADMIN_KINDS.has(entry.kind) ? followers.of(id) : NOBODY;
    const told = following.size === 0 ? members : [...new Set([...members, ...following])];
    const tells = (accountId: string): boolean =>
      following.has(accountId) || (isTold(state, accountId, event.revision) && concerns(accountId));
    deliver(event, entryUpdate(entry), told, { id, tells });
    if (state.kind === 'channel') endFollowing(event, id);
    if (ENDS.has(event.type)) endSubscriptions(id, state, event.revision);
    if (event.type === 'MessageSent' && state.kind !== 'direct' && state.kind !== 'channel')
      return receipts.messageSent(id, event.revision, entry.authorId ?? '');
  };

  /** Who becomes an admin follows no more, and does so again only of itself. */
  const endFollowing = ({ type, data, position: at }: OpenedEvent, id: string): void => {
    const { members = [], accountId } = data as { readonly members?: readonly string[]; readonly accountId?: string };
    if (type === 'MembersAdded') for (const member of members) followers.changed(member, id, false, at);
    else if ((type === 'MemberRemoved' || type === 'MemberLeft') && accountId !== undefined)
      followers.changed(accountId, id, false, at);
  };

  const followChanged = ({ type, data, position: at }: OpenedEvent, accountId: string): void => {
    const { channelId } = data as { readonly channelId: string };
    followers.changed(accountId, channelId, type === 'ChannelFollowed', at);
    if (type === 'ChannelUnfollowed')
      for (const source of audience.sourcesOf(channelId)) if (source.accountId === accountId) source.finish();
  };

  /** Of those to whom nothing of the conversation is told any more. */
  const endSubscriptions = (id: string, state: ConversationState, revision: number): void => {
    for (const source of audience.sourcesOf(id))
      if (!isTold(state, source.accountId, revision + 1) && !followers.of(id).has(source.accountId)) source.finish();
  };

  const deliverReceipt = (event: OpenedEvent, id: string, state: ConversationState): void => {
    if (state.kind === 'absent') return;
    const receipt = event.data as ReceiptEvent['data'];
    const { accountId } = receipt;
    const shown = shownOf(receipt);
    if (state.kind === 'direct' && receipt.private === undefined && shown !== undefined) {
      const tells = (account: string): boolean => state.members.has(account);
      deliver(event, updateOf(event), toldOf(state, Number.MAX_SAFE_INTEGER), { id, tells });
      return;
    }
    deliver(event, updateOf(event), [accountId], { id, tells: (account) => account === accountId });
    if (shown === undefined) return;
    if (state.kind === 'direct') {
      const others = [...state.members.keys()].filter((account) => account !== accountId);
      deliver(event, shownReceipt(id, receipt, shown), others, { id, tells: (account) => others.includes(account) });
      return;
    }
    const all = receipts.watermarkAdvanced(id, state, { accountId, ...shown });
    if (all === undefined) return;
    const authors = all.authors.filter((author) => author !== accountId);
    deliver(event, everyoneAdvanced({ conversationId: id, ...all }), authors, {
      id,
      tells: (account) => authors.includes(account),
    });
  };

  const stateOf = async (conversationId: string): Promise<ConversationState> =>
    (await states.load(conversationId)).state;

  return {
    entry(event, id) {
      const loaded = states.peek(id);
      if (loaded !== undefined) return deliverEntry(event, id, loaded.state);
      return stateOf(id).then((state) => deliverEntry(event, id, state));
    },
    receipt(event, id) {
      const loaded = states.peek(id);
      if (loaded !== undefined) {
        deliverReceipt(event, id, loaded.state);
        return;
      }
      return stateOf(id).then((state) => {
        deliverReceipt(event, id, state);
      });
    },
    read(event, accountId) {
      const { channelId } = event.data as ChannelReadEvent['data'];
      deliver(event, updateOf(event), [accountId], { id: channelId, tells: (account) => account === accountId });
    },
    follow: followChanged,
  };
}
