import { chatOf, type Dated, type PreferencesState, type ScheduledStatus } from '../../domain/preferences/index.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { PreferenceRow } from '../../projections/preferences/replay.js';
import { encodeId } from '../kit/nodeIds.js';
import type { ChatPreferences } from './types.js';
import { chatPreferencesValue } from './values.js';

/** What a change of preferences tells the account's devices. */
export type PreferenceUpdateValue =
  | { readonly __typename: 'ChatPreferencesChanged'; readonly preferences: ChatPreferences }
  | {
      readonly __typename: 'MessageStarred' | 'MessageUnstarred' | 'MessageHidden';
      readonly conversationId: string;
      readonly seq: number;
    }
  | {
      readonly __typename: 'DraftChanged';
      readonly conversationId: string;
      readonly draft: { readonly text: string; readonly savedAt: string } | null;
    }
  | {
      readonly __typename: 'ScheduledMessageChanged';
      readonly scheduledMessageId: string;
      readonly conversationId: string;
      readonly at: string;
      readonly status: ScheduledStatus;
      readonly messageSeq: number | null;
    };

/** The row that the read model will have of the event; undefined for what tells nobody. @param state after the event, or after more. */
export function preferenceRow(event: OpenedEvent, state: PreferencesState): PreferenceRow | undefined {
  const fact = event as unknown as Dated;
  const { conversationId } = fact.data;
  switch (fact.type) {
    case 'DraftSaved':
      return { kind: 'draft', conversationId, text: event.opened['text'] ?? null, at: fact.metadata.occurredAt };
    case 'MessageStarred':
    case 'MessageUnstarred':
      return { kind: 'star', conversationId, seq: fact.data.seq, starred: fact.type === 'MessageStarred' };
    case 'MessageHidden':
      return { kind: 'hidden', conversationId, seq: fact.data.seq };
    case 'MessageScheduled':
    case 'ScheduledMessageCancelled':
    case 'ScheduledMessageReleased':
    case 'ScheduledMessageSent':
    case 'ScheduledMessageFailed': {
      const { scheduledId: id } = fact.data;
      const scheduled = state.scheduled.get(id);
      return scheduled === undefined ? undefined : { kind: 'scheduled', id, ...scheduled };
    }
    default:
      return { kind: 'chat', conversationId, chat: chatOf(state, conversationId) };
  }
}

/** Live or replayed. @param now milliseconds since the epoch */
export function preferenceUpdate(row: PreferenceRow, now: number): PreferenceUpdateValue {
  switch (row.kind) {
    case 'chat':
      return {
        __typename: 'ChatPreferencesChanged',
        preferences: chatPreferencesValue(row.conversationId, row.chat, now),
      };
    case 'draft': {
      const draft = row.text === null ? null : { text: row.text, savedAt: new Date(row.at ?? 0).toISOString() };
      return { __typename: 'DraftChanged', conversationId: encodeId('conversation', row.conversationId), draft };
    }
    case 'scheduled':
      return {
        __typename: 'ScheduledMessageChanged',
        scheduledMessageId: encodeId('scheduled', row.id),
        conversationId: encodeId('conversation', row.conversationId),
        at: new Date(row.at).toISOString(),
        status: row.status,
        messageSeq: row.seq,
      };
    case 'star':
    case 'hidden': {
      const __typename = row.kind === 'hidden' ? 'MessageHidden' : row.starred ? 'MessageStarred' : 'MessageUnstarred';
      return { __typename, conversationId: encodeId('conversation', row.conversationId), seq: row.seq };
    }
  }
}
