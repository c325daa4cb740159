import { decideChannel, MAX_ADMINS, type ChannelCommand } from '../../../src/domain/channels/decide.js';
import {
  ABSENT,
  evolve,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import { placed, specification } from '../../kit/specification.js';

export const sealed = { k: 'channel|conversation', n: 'n', c: 'c' };

/** By `owner`. */
export const created: ConversationEvent = {
  type: 'ChannelCreated',
  data: {
    handle: 'news',
    name: sealed,
    settings: { send: 'admins', editInfo: 'admins', addMembers: 'admins', approval: false, sharedHistory: true },
  },
};
export const named = (accountId: string): ConversationEvent[] => [
  { type: 'MembersAdded', data: { members: [accountId], sharedHistory: true, via: 'admin' } },
  { type: 'RoleChanged', data: { accountId, role: 'admin' } },
];
export const dismissed = (accountId: string): ConversationEvent => ({ type: 'MemberRemoved', data: { accountId } });
export const steppedDown = (accountId: string): ConversationEvent => ({ type: 'MemberLeft', data: { accountId } });
/** As many admins as there may be, `owner` among them. */
export const crowd = Array.from({ length: MAX_ADMINS - 1 }, (_, index) => named(`admin${String(index)}`)).flat();

export const create = (by: string): ChannelCommand => ({ type: 'create', by, handle: 'news', name: sealed });
export const setAdmin = (by: string, accountId: string, admin: boolean): ChannelCommand => ({
  type: 'setAdmin',
  by,
  accountId,
  admin,
});

export const folded = (...events: readonly ConversationEvent[]): ConversationState =>
  placed(events).reduce(evolve, ABSENT);

export const { given } = specification<ConversationState, ConversationEvent, ChannelCommand, string>({
  initial: ABSENT,
  evolve: (state, event, revision) => evolve(state, placed([event], 'owner', revision)[0]!),
  decide: decideChannel,
});
