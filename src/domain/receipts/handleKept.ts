import { blockBetween, type Relations } from '../contacts/index.js';
import type { Actor, ConversationState, ConversationStates } from '../conversations/index.js';
import { readsStream, receiptsStream } from '../shared/streams.js';
import type { ReceiptStamps, Watermarks } from './decide.js';
import type { ChannelReadEvent, ReceiptEvent } from './events.js';

/** Where a device's watermarks in a conversation are kept, and as which facts. */
export interface Kept {
  readonly stream: string;
  fact(before: Watermarks, after: Watermarks): Promise<ReceiptEvent | ChannelReadEvent>;
}

export interface KeptDeps {
  readonly states: Pick<ConversationStates, 'peek' | 'load'>;
  readonly relations: Pick<Relations, 'of'>;
}

/**
 * Beside the conversation, for its members; of a channel in a stream of the account's own, or the channel would say who
 * follows it. Whose watermarks are kept how does not change: a conversation stays what it is.
 */
export function keptIn(deps: KeptDeps, kind: ConversationState['kind'], conversationId: string, actor: Actor): Kept {
  const { account: accountId, device: deviceId } = actor;
  if (kind === 'channel')
    return {
      stream: readsStream(accountId),
      fact: async (_before, { read: upTo }) => ({
        type: 'ChannelRead',
        data: { channelId: conversationId, deviceId, upTo },
      }),
    };
  return {
    stream: receiptsStream(conversationId),
    async fact(before, { delivered, read }) {
      const stamps = await stampsOf(deps, conversationId, accountId);
      const data = {
        accountId,
        deviceId,
        ...(delivered > before.delivered && { delivered }),
        ...(read > before.read && { read }),
        ...(read > before.read || stamps.withheld === true ? stamps : {}),
      };
      return { type: 'WatermarkAdvanced', data };
    },
  };
}

/** What the others are told is fixed when it is written. Between two either's switch turns it off for both. */
async function stampsOf(
  { states, relations }: KeptDeps,
  conversationId: string,
  account: string,
): Promise<ReceiptStamps> {
  const { state } = states.peek(conversationId) ?? (await states.load(conversationId));
  const others = state.kind === 'direct' ? [...state.members.keys()].filter((member) => member !== account) : [];
  for (const other of others) if (await blockBetween(relations, account, other)) return { withheld: true };
  for (const one of [account, ...others]) if (!(await relations.of(one)).privacy.readReceipts) return { private: true };
  return {};
}
