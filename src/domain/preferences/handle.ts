import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import type { TextProblem } from '../shared/text.js';
import type { ChatCommand, PreferenceCommand } from './commands.js';
import { checkDraft, decide, type PreferenceRejection } from './decide.js';
import { commit, type CommitDeps } from './handleCommit.js';
import { fingerprintOf } from './seal.js';
import { chatOf, type ChatState } from './state.js';

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

export interface PreferenceDeps extends CommitDeps {
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly limiter: Limiter;
  /** Of who is, or once was, in the conversation; undefined for others. */
  readonly standingOf: (conversationId: string, accountId: string) => Promise<Standing | undefined>;
  /** Of a message that the account was ever shown, hidden or not; undefined for others. */
  readonly findMessage: (accountId: string, messageId: string) => Promise<MessagePlace | undefined>;
}

export function preferenceHandlers(deps: PreferenceDeps): PreferenceHandlers {
  const change = async (actor: Actor, command: PreferenceCommand, key?: SubjectKey): Promise<PreferenceOutcome> => {
    const done = await commit(deps, actor, (state, now) => decide(state, command, now), key);
    switch (done.kind) {
      case 'rejected':
        return { outcome: done.rejection };
      case 'busy':
        return { outcome: 'busy', retryAfterMs: done.retryAfterMs };
      case 'done': {
        const { conversationId } = command;
        return { outcome: 'done', conversationId, chat: chatOf(done.state, conversationId), position: done.position };
      }
    }
  };

  const limited = async (
    name: 'changePreferences' | 'saveDraft',
    actor: Actor,
    work: () => Promise<PreferenceOutcome>,
  ): Promise<PreferenceOutcome> => {
    const taken = await deps.limiter.take(name, actor.account);
    return taken.ok ? work() : { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
  };

  return {
    changeChat: ({ actor, conversationId, change: wanted }) =>
      limited('changePreferences', actor, async () => {
        const standing = await deps.standingOf(conversationId, actor.account);
        if (standing === undefined) return { outcome: 'not_a_member' };
        return change(actor, commandOf(wanted, conversationId, standing));
      }),

    changeMessage: ({ actor, messageId, change: kind }) =>
      limited('changePreferences', actor, async () => {
        const place = await deps.findMessage(actor.account, messageId);
        return place === undefined ? { outcome: 'no_such_message' } : change(actor, { kind, ...place });
      }),

    saveDraft: ({ actor, conversationId, text }) =>
      limited('saveDraft', actor, async () => {
        const problem = checkDraft(text);
        if (problem !== null) return { outcome: 'invalid_text', field: 'text', reason: problem };
        if ((await deps.standingOf(conversationId, actor.account)) === undefined) return { outcome: 'not_a_member' };
        if (text === '') return change(actor, { kind: 'save_draft', conversationId, draft: null });
        const key = await deps.keys.ensure({ subject: actor.account, scope: 'account' });
        const draft = { text, fingerprint: fingerprintOf(key, 'draft', text) };
        return change(actor, { kind: 'save_draft', conversationId, draft }, key);
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
