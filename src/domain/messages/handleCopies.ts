import type { Actor } from '../conversations/index.js';
import { decideDelete, decideEdit, type Asked } from './decideChange.js';
import { decideClosePoll, decideEndLive, decideMove, LIVE_INTERVAL_MS } from './decideKinds.js';
import { CHANGE_SIZE } from './handleChanges.js';
import {
  sealedAs,
  submitChange,
  type ChangeCommand,
  type DecideChange,
  type SubmitChangeDeps,
} from './submitChange.js';

/** What became of a message, as its author did it; texts are opened. */
export type CopiedChange =
  | { readonly type: 'MessageEdited'; readonly text: string }
  | { readonly type: 'LocationUpdated'; readonly place: string }
  | { readonly type: 'MessageDeleted' | 'LocationEnded' | 'PollClosed' };

export interface CopyRequest {
  readonly actor: Actor;
  readonly conversationId: string;
  /** The copy's. */
  readonly messageId: string;
  readonly change: CopiedChange;
  /** Follows from the change of the original. */
  readonly eventId: string;
  /** When the original was changed: windows are those of that time. */
  readonly decidedAt: number;
}

export interface MessageCopyHandlers {
  /**
   * Does to a copy what was done to its original, once for ever by the event's id. `nothing`: it does not concern the copy
   * any more. `no_copy`: there is none yet.
   */
  carry(request: CopyRequest): Promise<'carried' | 'nothing' | 'no_copy' | 'busy'>;
}

export function messageCopyHandlers(deps: SubmitChangeDeps): MessageCopyHandlers {
  return {
    async carry({ actor, conversationId, messageId, change, eventId, decidedAt }) {
      const written = await submitChange(deps, {
        actor,
        conversationId,
        ref: { id: messageId },
        follows: { eventId, decidedAt },
        ...carried(change),
      });
      switch (written.kind) {
        case 'appended':
          return 'carried';
        case 'answered': {
          if (written.answer === 'unchanged') return 'nothing';
          const { kind } = written.answer;
          return kind === 'no_such_message' || kind === 'not_a_member' ? 'no_copy' : 'nothing';
        }
        case 'busy':
          return 'busy';
        case 'known':
          throw new Error('a change has no message id that could be known');
      }
    },
  };
}

function carried(change: CopiedChange): Pick<ChangeCommand, 'size' | 'decide' | 'sealed'> {
  switch (change.type) {
    case 'MessageEdited': {
      const { text } = change;
      const size = CHANGE_SIZE + text.length * 4;
      return { size, decide: (asked) => decideEdit(asked, { text }), sealed: sealedAs('text', text) };
    }
    case 'LocationUpdated': {
      const { place } = change;
      const size = CHANGE_SIZE + place.length * 4;
      // The original kept the pace.
      const paced = (asked: Asked): number =>
        Math.max(asked.now, (asked.target?.live?.changedAt ?? 0) + LIVE_INTERVAL_MS);
      const decide: DecideChange = (asked) => decideMove({ ...asked, now: paced(asked) }, { place });
      return { size, decide, sealed: sealedAs('place', place) };
    }
    case 'MessageDeleted':
      return { size: CHANGE_SIZE, decide: decideDelete };
    case 'LocationEnded':
      return { size: CHANGE_SIZE, decide: decideEndLive };
    case 'PollClosed':
      return { size: CHANGE_SIZE, decide: decideClosePoll };
  }
}
