import {
  isAdmin,
  roleOf,
  type ConversationEvent,
  type ConversationState,
  type GroupSettings,
} from '../conversations/index.js';
import type { ChangedTexts, FirstTexts } from '../shared/conversationTexts.js';

/** The owner among them. */
export const MAX_ADMINS = 32;
/** Lower-case letters, digits and single underscores within. */
export const HANDLE = /^(?=.{3,32}$)[a-z0-9]+(?:_[a-z0-9]+)*$/;

const SETTINGS: GroupSettings = {
  send: 'admins',
  editInfo: 'admins',
  addMembers: 'admins',
  approval: false,
  sharedHistory: true,
};

/** `by`: the account that asks. Texts come sealed already, for the one event that a command makes. */
export type ChannelCommand =
  | ({ readonly type: 'create'; readonly by: string; readonly handle: string } & FirstTexts)
  | ({ readonly type: 'changeInfo'; readonly by: string } & ChangedTexts)
  | { readonly type: 'setAdmin'; readonly by: string; readonly accountId: string; readonly admin: boolean };

export type ChannelRejection = 'handle_taken' | 'no_such_channel' | 'not_allowed' | 'too_many_admins';
/** No events: it is so already. */
export type ChannelDecision =
  { readonly events: readonly ConversationEvent[] } | { readonly rejected: ChannelRejection };

/** One account owns a channel for ever; admins are named by it, and may step down. */
export function decideChannel(state: ConversationState, command: ChannelCommand): ChannelDecision {
  if (command.type === 'create') {
    const { by, type: _type, ...info } = command;
    if (state.kind === 'absent') return { events: [{ type: 'ChannelCreated', data: { ...info, settings: SETTINGS } }] };
    return roleOf(state, by) === 'owner' ? { events: [] } : { rejected: 'handle_taken' };
  }
  if (state.kind !== 'channel') return { rejected: 'no_such_channel' };
  if (command.type === 'changeInfo') {
    if (!isAdmin(state, command.by)) return { rejected: 'not_allowed' };
    const { by: _by, type: _type, ...data } = command;
    return { events: Object.keys(data).length === 0 ? [] : [{ type: 'GroupInfoChanged', data }] };
  }
  const { by, accountId, admin } = command;
  const role = roleOf(state, by);
  if (by === accountId && !admin && role !== 'owner') {
    if (role === 'admin') return { events: [{ type: 'MemberLeft', data: { accountId } }] };
    return state.left.has(by) ? { events: [] } : { rejected: 'not_allowed' };
  }
  if (role !== 'owner' || by === accountId) return { rejected: 'not_allowed' };
  if (state.members.has(accountId) === admin) return { events: [] };
  if (!admin) return { events: [{ type: 'MemberRemoved', data: { accountId } }] };
  if (state.members.size >= MAX_ADMINS) return { rejected: 'too_many_admins' };
  return {
    events: [
      { type: 'MembersAdded', data: { members: [accountId], sharedHistory: true, via: 'admin' } },
      { type: 'RoleChanged', data: { accountId, role: 'admin' } },
    ],
  };
}
