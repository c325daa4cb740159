import { isMember, standingOf, type ConversationStates } from '../conversations/index.js';

/** For whom a conversation is: its members, and of a channel those who follow it. */
export interface Audience {
  includes(conversationId: string, accountId: string): Promise<boolean>;
  follows(accountId: string, channelId: string): Promise<boolean>;
  /** Up to where somebody may see it who is, or once was, in it, or follows it; undefined for others. */
  standingOf(conversationId: string, accountId: string): Promise<{ readonly head: number } | undefined>;
}

export interface AudienceDeps {
  readonly states: Pick<ConversationStates, 'load'>;
  /** As the read model has it. */
  readonly isFollowing: (accountId: string, channelId: string) => Promise<boolean>;
  /** Resolves when the read model has all that is in the log now, or after some time. */
  readonly caughtUp: () => Promise<unknown>;
}

export function channelAudience({ states, isFollowing, caughtUp }: AudienceDeps): Audience {
  /** Who began to follow a moment ago may not be in the read model yet. */
  const follows = async (accountId: string, channelId: string): Promise<boolean> => {
    if (await isFollowing(accountId, channelId)) return true;
    await caughtUp();
    return isFollowing(accountId, channelId);
  };
  return {
    follows,
    async includes(conversationId, accountId) {
      const { state } = await states.load(conversationId);
      return isMember(state, accountId) || (state.kind === 'channel' && (await follows(accountId, conversationId)));
    },
    async standingOf(conversationId, accountId) {
      const loaded = await states.load(conversationId);
      const { state, revision } = loaded;
      const outside = state.kind === 'channel' && !isMember(state, accountId);
      if (outside && (await follows(accountId, conversationId))) return { head: revision };
      return standingOf(loaded, accountId);
    },
  };
}
