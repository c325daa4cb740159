import type { EventStore } from '../../platform/eventStore/port.js';
import {
  isMember,
  type ConversationState,
  type ConversationStreamEvent,
  type LoadedConversation,
} from '../conversations/index.js';
import { conversationStream } from '../shared/streams.js';
import type { MessageContent, MessageDataOf } from './events.js';

/** What a command of one account about a message needs to know of it, as it is to that account; times in milliseconds since the epoch. */
export interface Target {
  readonly id: string;
  readonly seq: number;
  readonly authorId: string;
  readonly at: number;
  readonly kind: MessageContent<unknown>['kind'];
  readonly deleted: boolean;
  /** It says nothing any more: deleted, expired, or its author's key is destroyed. */
  readonly gone: boolean;
  readonly withheld: boolean;
  readonly viewOnce: boolean;
  readonly expiresAt: number | null;
  /** Undefined: not known here, since it changed after the read model. */
  readonly text: string | null | undefined;
  /** The sequences of the last edit, and of the last preview of a link. */
  readonly editedSeq: number | null;
  /** The last edit is withheld from the other, who has the message as it was before. */
  readonly editWithheld: boolean;
  readonly previewSeq: number | null;
  readonly poll: Poll | null;
  readonly live: LiveLocation | null;
  /** Who opened it, of a message that is shown once. */
  readonly openedBy: readonly string[];
  /** The reaction and the vote of the account. */
  readonly emoji: string | null;
  readonly vote: readonly number[];
  /** What others have of these: the same, unless the last is withheld from them. */
  readonly shown: { readonly emoji: string | null; readonly vote: readonly number[] };
}

export interface Poll {
  readonly options: number;
  readonly multiple: boolean;
  readonly votesVisible: boolean;
  readonly closesAt: number | null;
  readonly closed: boolean;
}

export interface LiveLocation {
  readonly until: number;
  readonly ended: boolean;
  readonly changedAt: number;
}

/** Names a message of a conversation: by its sequence, or by its id. */
export type TargetRef = { readonly seq: number } | { readonly id: string };

/** The read model's answer, and the revision of the conversation that it was projected up to. */
export interface TargetLookup {
  readonly revision: number;
  readonly target: Target | undefined;
}

export interface TargetDeps {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly findTarget: (conversationId: string, ref: TargetRef, account: string) => Promise<TargetLookup>;
}

/** The facts of one command's message: never older than the state that is decided on. */
export interface TargetWatch {
  /** For a command's `gather`. */
  gather(loaded: LoadedConversation): Promise<void>;
  /** As it is after the events that were decided before, in the same append. */
  after(earlier: readonly ConversationStreamEvent[]): Target | undefined;
}

/** The read model, then the stream beyond it; what was found once goes on from the stream alone. */
export function watchTarget(
  { eventStore, findTarget }: TargetDeps,
  conversationId: string,
  ref: TargetRef,
  account: string,
): TargetWatch {
  let known: TargetLookup | undefined;
  const step = ({ revision, target }: TargetLookup, event: ConversationStreamEvent): TargetLookup =>
    event.revision <= revision
      ? { revision, target }
      : { revision: event.revision, target: evolveTarget(target, event, ref, account) };
  return {
    async gather(loaded) {
      known ??= await findTarget(conversationId, ref, account);
      if (known.revision >= loaded.revision) return;
      for await (const event of eventStore.readStream(conversationStream(conversationId), { from: known.revision + 1 }))
        known = step(known, event);
    },
    after(earlier) {
      if (known === undefined) throw new Error('a command was decided on before its facts were gathered');
      return earlier.reduce(step, known).target;
    },
  };
}

/** Whether the account may see the message: by its membership now, and unless it is another's that was withheld. */
export function mayConcern(state: ConversationState, account: string, target: Target): boolean {
  if (state.kind === 'absent' || !isMember(state, account)) return false;
  const from = state.members.get(account)?.from ?? 0;
  return target.seq >= from && (!target.withheld || target.authorId === account);
}

export function evolveTarget(
  target: Target | undefined,
  event: ConversationStreamEvent & { readonly id?: string },
  ref: TargetRef,
  account: string,
): Target | undefined {
  if (target === undefined) {
    const named = 'seq' in ref ? ref.seq === event.revision : ref.id === event.id;
    return named && event.type === 'MessageSent' ? begin(event) : undefined;
  }
  if (event.type === 'MessagesExpired') {
    const { targets } = event.data as MessageDataOf<'MessagesExpired'>;
    return targets.includes(target.seq) ? { ...target, gone: true, text: null } : target;
  }
  if ((event.data as { readonly target?: number }).target !== target.seq) return target;
  const actor = event.metadata.actor?.account ?? '';
  const withheld = !target.withheld && (event.data as { readonly withheld?: true }).withheld === true;
  // What is withheld changes it for its author alone, but what is deleted is gone, and what was added was added.
  const final = ['MessageDeleted', 'ViewOnceOpened', 'LinkPreviewAdded'].includes(event.type);
  if (withheld && actor !== account && !final) return target;
  switch (event.type) {
    case 'MessageEdited':
      return { ...target, text: target.gone ? null : undefined, editedSeq: event.revision, editWithheld: withheld };
    case 'LinkPreviewAdded':
      return { ...target, previewSeq: event.revision };
    case 'MessageDeleted':
      return { ...target, gone: true, deleted: true, text: null };
    case 'ReactionChanged':
      return actor === account
        ? given(target, { emoji: (event.data as MessageDataOf<'ReactionChanged'>).emoji }, withheld)
        : target;
    case 'PollVoted':
      return actor === account
        ? given(target, { vote: (event.data as MessageDataOf<'PollVoted'>).options }, withheld)
        : target;
    case 'PollClosed':
      return { ...target, poll: target.poll && { ...target.poll, closed: true } };
    case 'LocationUpdated':
      return { ...target, live: target.live && { ...target.live, changedAt: occurredAt(event) } };
    case 'LocationEnded':
      return { ...target, live: target.live && { ...target.live, ended: true } };
    case 'ViewOnceOpened':
      return {
        ...target,
        openedBy: [...target.openedBy, actor],
        gone:
          target.gone ||
          ((event.data as MessageDataOf<'ViewOnceOpened'>).everyone === true && (!withheld || actor === account)),
      };
    default:
      return target;
  }
}

function given(target: Target, what: Partial<Target['shown']>, withheld: boolean): Target {
  return { ...target, ...what, shown: withheld ? target.shown : { ...target.shown, ...what } };
}

function begin(event: ConversationStreamEvent & { readonly id?: string }): Target {
  const { at, content, withheld, viewOnce, expiresAt } = event.data as MessageDataOf<'MessageSent'>;
  return {
    id: event.id ?? '',
    seq: event.revision,
    authorId: event.metadata.actor?.account ?? '',
    at,
    kind: content.kind,
    deleted: false,
    gone: false,
    withheld: withheld === true,
    viewOnce: viewOnce === true,
    expiresAt: expiresAt ?? null,
    text: undefined,
    editedSeq: null,
    editWithheld: false,
    previewSeq: null,
    poll:
      content.kind === 'poll'
        ? {
            options: content.options,
            multiple: content.multiple,
            votesVisible: content.votesVisible,
            closesAt: content.closesAt ?? null,
            closed: false,
          }
        : null,
    live:
      content.kind === 'location' && content.liveUntil !== undefined
        ? { until: content.liveUntil, ended: false, changedAt: at }
        : null,
    openedBy: [],
    emoji: null,
    vote: [],
    shown: { emoji: null, vote: [] },
  };
}

function occurredAt(event: ConversationStreamEvent): number {
  return (event.metadata as { readonly occurredAt?: number }).occurredAt ?? 0;
}
