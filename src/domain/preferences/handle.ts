import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { preferencesStream } from '../shared/streams.js';
import type { TextProblem } from '../shared/text.js';
import type { ChatCommand, PreferenceCommand } from './commands.js';
import { checkDraft, decide, type PreferenceRejection } from './decide.js';
import { draftFingerprint, sealedPreference } from './seal.js';
import { chatOf, type ChatState } from './state.js';
import type { LoadedPreferences, PreferenceStates } from './states.js';

/** How an account stands to a conversation: what it may see ends at `head`. */
export interface Standing {
  readonly head: number;
}

export interface MessagePlace {
  readonly conversationId: string;
  readonly seq: number;
}

export type PreferenceOutcome =
  /** `chat` as it is now; `position` of what was written now, undefined when it was so already. */
  | {
      readonly outcome: 'done';
      readonly conversationId: string;
      readonly chat: ChatState;
      readonly position: Position | undefined;
    }
  | { readonly outcome: 'not_a_member' | PreferenceRejection }
  | { readonly outcome: 'invalid_text'; readonly field: string; readonly reason: TextProblem }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export type ChatChange =
  | { readonly kind: 'mute'; readonly until: number | null }
  | { readonly kind: 'unmute' | 'archive' | 'unarchive' | 'pin' | 'unpin' | 'mark_unread' | 'mark_read' }
  /** Without `upTo`: everything that there is now. */
  | { readonly kind: 'clear' | 'delete'; readonly upTo?: number };

export interface PreferenceHandlers {
  changeChat(request: {
    readonly actor: Actor;
    readonly conversationId: string;
    readonly change: ChatChange;
  }): Promise<PreferenceOutcome>;
  changeMessage(request: {
    readonly actor: Actor;
    readonly messageId: string;
    readonly change: 'star' | 'unstar' | 'hide';
  }): Promise<PreferenceOutcome>;
  /** An empty text deletes the draft. */
  saveDraft(request: {
    readonly actor: Actor;
    readonly conversationId: string;
    readonly text: string;
  }): Promise<PreferenceOutcome>;
}

export interface PreferenceDeps {
  readonly eventStore: EventStore;
  readonly states: PreferenceStates;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  /** Of who is, or once was, in the conversation; undefined for others. */
  readonly standingOf: (conversationId: string, accountId: string) => Promise<Standing | undefined>;
  /** Of a message that the account was ever shown, hidden or not; undefined for others. */
  readonly findMessage: (accountId: string, messageId: string) => Promise<MessagePlace | undefined>;
}

const MAX_CONFLICTS = 8;
const BUSY = { outcome: 'busy', retryAfterMs: 500 } as const;

export function preferenceHandlers(deps: PreferenceDeps): PreferenceHandlers {
  const { eventStore, states, clock } = deps;

  /** Decides on the fold, appends at its revision; decides again on a conflict. */
  const commit = async (actor: Actor, command: PreferenceCommand, key?: SubjectKey): Promise<PreferenceOutcome> => {
    const accountId = actor.account;
    let loaded = states.peek(accountId) ?? (await states.load(accountId));
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const now = clock.now();
      const decision = decide(loaded.state, command, now);
      if ('rejected' in decision || decision.events.length === 0) {
        // Nothing is appended, so nothing would tell that another node has written since.
        const { revision } = loaded;
        loaded = await states.refresh(accountId);
        if (loaded.revision > revision) continue;
        return 'rejected' in decision ? { outcome: decision.rejected } : done(loaded, command, undefined);
      }
      const metadata = { occurredAt: now, actor };
      const events = decision.events.map((event) =>
        sealedPreference(event, key, { id: deps.ids.next(), accountId, metadata }),
      );
      const outcome = await appendSettled(eventStore, {
        stream: preferencesStream(accountId),
        expected: loaded.revision < 0 ? 'no_stream' : loaded.revision,
        events,
      });
      if (outcome.kind === 'appended') {
        states.appended(accountId, loaded.revision + 1, events);
        return done(await states.load(accountId), command, outcome.position);
      }
      loaded = await states.refresh(accountId);
    }
    return BUSY;
  };

  const limited = async (
    name: 'changePreferences' | 'saveDraft',
    actor: Actor,
    work: () => Promise<PreferenceOutcome>,
  ): Promise<PreferenceOutcome> => {
    const taken = await deps.limiter.take(name, actor.account);
    if (!taken.ok) return { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
    try {
      return await work();
    } catch (error) {
      if (error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt')) return BUSY;
      throw error;
    }
  };

  return {
    changeChat: ({ actor, conversationId, change }) =>
      limited('changePreferences', actor, async () => {
        const standing = await deps.standingOf(conversationId, actor.account);
        if (standing === undefined) return { outcome: 'not_a_member' };
        return commit(actor, commandOf(change, conversationId, standing));
      }),

    changeMessage: ({ actor, messageId, change }) =>
      limited('changePreferences', actor, async () => {
        const place = await deps.findMessage(actor.account, messageId);
        return place === undefined ? { outcome: 'no_such_message' } : commit(actor, { kind: change, ...place });
      }),

    saveDraft: ({ actor, conversationId, text }) =>
      limited('saveDraft', actor, async () => {
        const problem = checkDraft(text);
        if (problem !== null) return { outcome: 'invalid_text', field: 'text', reason: problem };
        if ((await deps.standingOf(conversationId, actor.account)) === undefined) return { outcome: 'not_a_member' };
        if (text === '') return commit(actor, { kind: 'save_draft', conversationId, draft: null });
        const key = await deps.keys.ensure({ subject: actor.account, scope: 'account' });
        const draft = { text, fingerprint: draftFingerprint(key, text) };
        return commit(actor, { kind: 'save_draft', conversationId, draft }, key);
      }),
  };
}

function commandOf(change: ChatChange, conversationId: string, { head }: Standing): ChatCommand {
  switch (change.kind) {
    case 'clear':
    case 'delete':
      return { kind: change.kind, conversationId, upTo: Math.min(change.upTo ?? head, head) };
    default:
      return { ...change, conversationId };
  }
}

function done(
  { state }: LoadedPreferences,
  { conversationId }: PreferenceCommand,
  position: Position | undefined,
): PreferenceOutcome {
  return { outcome: 'done', conversationId, chat: chatOf(state, conversationId), position };
}
