import type { Clock } from '../../platform/clock/port.js';
import type { NewEvent } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { seal, type SealedField } from '../../platform/keys/seal.js';
import type { Actor, ConversationWriter, Written } from '../conversations/index.js';
import { messageKeyRef } from '../shared/expiry.js';
import type { Asked, Change, ChangeDecision, ChangeRejection } from './decideChange.js';
import { watchEvent, type EventDeps } from './known.js';
import { watchTarget, type TargetDeps, type TargetRef } from './target.js';

/** Seals a text for its place, under the key of the message that it is about. */
type FieldSealer = (place: string, text: string) => SealedField;
export type DecideChange = (asked: Asked) => ChangeDecision;

export interface SubmitChangeDeps extends TargetDeps, EventDeps {
  readonly writer: Pick<ConversationWriter, 'submit'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ChangeCommand {
  readonly actor: Actor;
  readonly conversationId: string;
  readonly ref: TargetRef;
  /** About how many bytes its event takes. */
  readonly size: number;
  readonly decide: DecideChange;
  /** The event's data with what is sealed in it. */
  readonly sealed?: (change: Change, eventId: string, seal: FieldSealer) => object;
  /** It follows from another change: it is made once for ever, under this id, as of when that one was decided. */
  readonly follows?: { readonly eventId: string; readonly decidedAt: number };
}

/** The data with this text in its one sealed field. */
export function sealedAs(field: 'text' | 'place', text: string): NonNullable<ChangeCommand['sealed']> {
  return ({ type, data }, id, sealer) => ({ ...data, [field]: sealer(`${id}|${type}|${field}`, text) });
}

/** Writes what becomes of one message. */
export async function submitChange(
  deps: SubmitChangeDeps,
  { actor, conversationId, ref, size, decide, sealed, follows }: ChangeCommand,
): Promise<Written<ChangeRejection | 'unchanged'>> {
  const { account } = actor;
  const watch = watchTarget(deps, conversationId, ref, account);
  const made = follows === undefined ? undefined : watchEvent(deps, conversationId, follows.eventId);
  let sealer: FieldSealer | undefined;
  const dataOf = (event: Change, id: string): object => {
    if (sealed === undefined) return event.data;
    if (sealer === undefined) throw new Error('a message changes that its author has no key for');
    return sealed(event, id, sealer);
  };
  return deps.writer.submit<ChangeRejection | 'unchanged'>(conversationId, {
    size,
    async gather(loaded) {
      await Promise.all([watch.gather(loaded), made?.gather(loaded)]);
      const target = watch.after([]);
      if (sealed === undefined || target === undefined || target.gone || target.authorId !== account) return;
      // What it says from now on goes with what it said.
      const keyRef = messageKeyRef(account, conversationId, target.expiresAt);
      const key = await deps.keys.ensure(keyRef);
      sealer = (place, text) => seal(key, keyRef, place, text);
    },
    decide(state, _revision, earlier) {
      if (made?.after(earlier) === true) return { answer: 'unchanged' };
      const now = follows?.decidedAt ?? deps.clock.now();
      const decision = decide({ state, target: watch.after(earlier), account, now });
      if ('rejected' in decision) return { answer: decision.rejected };
      if (decision.events.length === 0) return { answer: 'unchanged' };
      const events = decision.events.map((event): NewEvent => {
        const id = follows?.eventId ?? deps.ids.next();
        return { id, type: event.type, data: dataOf(event, id), metadata: { occurredAt: now, actor } };
      });
      return { events };
    },
  });
}
