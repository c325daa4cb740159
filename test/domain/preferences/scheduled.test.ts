import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideCancel,
  decideFinish,
  decideRelease,
  decideSchedule,
  EARLIEST_MS,
  LATEST_MS,
  MAX_SCHEDULED,
  type ScheduleMessage,
  type SendResult,
} from '../../../src/domain/preferences/decideScheduled.js';
import type { PreferenceEvent } from '../../../src/domain/preferences/events.js';
import { evolve, NO_PREFERENCES, type Dated, type PreferencesState } from '../../../src/domain/preferences/state.js';
import { specification } from '../../kit/specification.js';

type Plain = PreferenceEvent<string>;
type Command =
  | ({ readonly kind: 'schedule' } & ScheduleMessage)
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'release'; readonly id: string; readonly now?: number }
  | { readonly kind: 'finish'; readonly id: string; readonly result: SendResult };

const NOW = 1_790_000_000_000;
const dated = (event: Plain): Dated => ({ ...event, metadata: { occurredAt: NOW } });
function decide(
  state: PreferencesState,
  command: Command,
): { readonly events: readonly Plain[] } | { readonly rejected: string } {
  switch (command.kind) {
    case 'schedule': {
      const { kind: _kind, ...message } = command;
      return decideSchedule(state, message, NOW);
    }
    case 'cancel':
      return decideCancel(state, command.id);
    case 'release':
      return decideRelease(state, command.id, command.now ?? at);
    case 'finish':
      return decideFinish(state, command.id, command.result);
  }
}
const { given } = specification<PreferencesState, Plain, Command, string>({
  initial: NO_PREFERENCES,
  evolve: (state, event) => evolve(state, dated(event)),
  decide,
});

const at = NOW + 60_000;
const message = (id: string, more: Partial<ScheduleMessage> = {}): ScheduleMessage => ({
  scheduledId: id,
  conversationId: 'c',
  clientId: `client ${id}`,
  at,
  content: { kind: 'text', text: 'later' },
  fingerprint: 'f1',
  ...more,
});
const of = { conversationId: 'c', scheduledId: 's' };
const scheduled: Plain = { type: 'MessageScheduled', data: message('s') };
const cancelled: Plain = { type: 'ScheduledMessageCancelled', data: of };
const released: Plain = { type: 'ScheduledMessageReleased', data: of };
const sent: Plain = { type: 'ScheduledMessageSent', data: { ...of, seq: 7 } };
const failed: Plain = { type: 'ScheduledMessageFailed', data: { ...of, reason: 'not_a_member' } };

describe('a scheduled message', () => {
  it('is scheduled once, whatever became of it', () => {
    given()
      .when({ kind: 'schedule', ...message('s') })
      .then(scheduled);
    for (const after of [[], [cancelled], [released], [released, sent], [released, failed]])
      given(scheduled, ...after)
        .when({ kind: 'schedule', ...message('s') })
        .nothing();
    given(scheduled)
      .when({ kind: 'schedule', ...message('s', { fingerprint: 'f2' }) })
      .rejects('idempotency_conflict');
    given(scheduled)
      .when({ kind: 'schedule', ...message('s', { at: at + 1 }) })
      .rejects('idempotency_conflict');
  });

  it('is for an instant that is neither too soon nor too far', () => {
    for (const bad of [NOW, NOW + EARLIEST_MS - 1, NOW + LATEST_MS + 1])
      given()
        .when({ kind: 'schedule', ...message('s', { at: bad }) })
        .rejects('time_out_of_range');
    for (const good of [NOW + EARLIEST_MS, NOW + LATEST_MS])
      given()
        .when({ kind: 'schedule', ...message('s', { at: good }) })
        .then({ type: 'MessageScheduled', data: message('s', { at: good }) });
  });

  it('is one of so many that wait', () => {
    const waiting = Array.from({ length: MAX_SCHEDULED }, (_, index): Plain => ({
      type: 'MessageScheduled',
      data: message(`other ${index}`),
    }));
    given(...waiting)
      .when({ kind: 'schedule', ...message('s') })
      .rejects('too_many_scheduled');
    given(...waiting, {
      type: 'ScheduledMessageCancelled',
      data: { conversationId: 'c', scheduledId: 'other 1' },
    })
      .when({ kind: 'schedule', ...message('s') })
      .then(scheduled);
  });

  it('is cancelled until it is released', () => {
    given(scheduled).when({ kind: 'cancel', id: 's' }).then(cancelled);
    given(scheduled, cancelled).when({ kind: 'cancel', id: 's' }).nothing();
    given(scheduled, released).when({ kind: 'cancel', id: 's' }).rejects('too_late_to_cancel');
    given(scheduled, released, sent).when({ kind: 'cancel', id: 's' }).rejects('too_late_to_cancel');
    given(scheduled, released, failed).when({ kind: 'cancel', id: 's' }).then(cancelled);
    given().when({ kind: 'cancel', id: 's' }).rejects('no_such_scheduled_message');
  });

  it('is released when it is due, unless it was cancelled, and then sent or failed once', () => {
    given(scheduled).when({ kind: 'release', id: 's' }).then(released);
    given(scheduled)
      .when({ kind: 'release', id: 's', now: at - 1 })
      .rejects('not_to_be_sent');
    given(scheduled, released).when({ kind: 'release', id: 's' }).nothing();
    for (const over of [[cancelled], [released, sent], [released, failed]])
      given(scheduled, ...over)
        .when({ kind: 'release', id: 's' })
        .rejects('not_to_be_sent');
    given(scheduled, released)
      .when({ kind: 'finish', id: 's', result: { seq: 7 } })
      .then(sent);
    given(scheduled, released)
      .when({ kind: 'finish', id: 's', result: { failed: 'not_a_member' } })
      .then(failed);
    given(scheduled, released, sent)
      .when({ kind: 'finish', id: 's', result: { seq: 7 } })
      .nothing();
    given(scheduled)
      .when({ kind: 'finish', id: 's', result: { seq: 7 } })
      .nothing();
  });

  it('is never both cancelled and sent, whatever is tried in whatever order', () => {
    const command: fc.Arbitrary<Command> = fc.oneof(
      fc.constant({ kind: 'schedule' as const, ...message('s') }),
      fc.constant({ kind: 'cancel' as const, id: 's' }),
      fc.constant({ kind: 'release' as const, id: 's' }),
      fc.constant({ kind: 'finish' as const, id: 's', result: { seq: 1 } }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        let state = NO_PREFERENCES;
        const seen: string[] = [];
        for (const one of commands) {
          const decision = decide(state, one);
          if ('rejected' in decision) continue;
          for (const event of decision.events) {
            state = evolve(state, dated(event));
            seen.push(event.type);
          }
        }
        expect(seen.includes('ScheduledMessageCancelled') && seen.includes('ScheduledMessageReleased')).toBe(false);
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});
