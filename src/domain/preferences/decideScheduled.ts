import type { OfScheduled, PreferenceEvent, ScheduledContent } from './events.js';
import type { PreferencesState } from './state.js';

type Plain = PreferenceEvent<string>;
type Decision<R> = { readonly events: readonly Plain[] } | { readonly rejected: R };

/** What is scheduled sooner could not be known to every node in time. */
export const EARLIEST_MS = 10_000;
export const LATEST_MS = 366 * 86_400_000;
/** That wait at a time, an account. */
export const MAX_SCHEDULED = 100;

export interface ScheduleMessage extends OfScheduled {
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly content: ScheduledContent<string>;
  readonly fingerprint: string;
}

export type ScheduleRejection = 'idempotency_conflict' | 'time_out_of_range' | 'too_many_scheduled';

/** The same again writes nothing, whatever became of it since. */
export function decideSchedule(
  state: PreferencesState,
  command: ScheduleMessage,
  now: number,
): Decision<ScheduleRejection> {
  const known = state.scheduled.get(command.scheduledId);
  if (known !== undefined) {
    const same = known.fingerprint === command.fingerprint && known.at === command.at;
    return same ? { events: [] } : { rejected: 'idempotency_conflict' };
  }
  if (command.at < now + EARLIEST_MS || command.at > now + LATEST_MS) return { rejected: 'time_out_of_range' };
  let waiting = 0;
  for (const { status } of state.scheduled.values()) if (status === 'waiting') waiting += 1;
  if (waiting >= MAX_SCHEDULED) return { rejected: 'too_many_scheduled' };
  return { events: [{ type: 'MessageScheduled', data: command }] };
}

export type CancelRejection = 'no_such_scheduled_message' | 'too_late_to_cancel';

/** Cancelled means never sent. One that failed is put away in the same way. */
export function decideCancel(state: PreferencesState, scheduledId: string): Decision<CancelRejection> {
  const known = state.scheduled.get(scheduledId);
  if (known === undefined) return { rejected: 'no_such_scheduled_message' };
  const { status, conversationId } = known;
  if (status === 'cancelled') return { events: [] };
  if (status === 'released' || status === 'sent') return { rejected: 'too_late_to_cancel' };
  return { events: [{ type: 'ScheduledMessageCancelled', data: { conversationId, scheduledId } }] };
}

/** From here on it is sent, and nobody cancels it. */
export function decideRelease(state: PreferencesState, scheduledId: string, now: number): Decision<'not_to_be_sent'> {
  const known = state.scheduled.get(scheduledId);
  if (known?.status === 'released') return { events: [] };
  if (known?.status !== 'waiting' || known.at > now) return { rejected: 'not_to_be_sent' };
  const { conversationId } = known;
  return { events: [{ type: 'ScheduledMessageReleased', data: { conversationId, scheduledId } }] };
}

export type SendResult = { readonly seq: number } | { readonly failed: string };

export function decideFinish(state: PreferencesState, scheduledId: string, result: SendResult): Decision<never> {
  const known = state.scheduled.get(scheduledId);
  if (known?.status !== 'released') return { events: [] };
  const of = { conversationId: known.conversationId, scheduledId };
  return {
    events: [
      'seq' in result
        ? { type: 'ScheduledMessageSent', data: { ...of, seq: result.seq } }
        : { type: 'ScheduledMessageFailed', data: { ...of, reason: result.failed } },
    ],
  };
}
