import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreferenceCommand } from '../../../src/domain/preferences/commands.js';
import {
  checkDraft,
  decide,
  MAX_PINNED_CHATS,
  type PreferenceRejection,
} from '../../../src/domain/preferences/decide.js';
import type { PreferenceEvent } from '../../../src/domain/preferences/events.js';
import {
  chatOf,
  evolve,
  messageKey,
  NO_PREFERENCES,
  type Dated,
  type PreferencesState,
} from '../../../src/domain/preferences/state.js';
import { specification } from '../../kit/specification.js';

type Plain = PreferenceEvent<string>;
const NOW = 1_790_000_000_000;
const dated = (event: Plain): Dated => ({ ...event, metadata: { occurredAt: NOW } });
const { given } = specification<PreferencesState, Plain, PreferenceCommand, PreferenceRejection>({
  initial: NO_PREFERENCES,
  evolve: (state, event) => evolve(state, dated(event)),
  decide: (state, command) => decide(state, command, NOW),
});

const chat = { conversationId: 'c' };
const archived: Plain = { type: 'ChatArchived', data: chat };
const pinned: Plain = { type: 'ChatPinned', data: chat };
const marked: Plain = { type: 'ChatMarkedUnread', data: chat };
const draft = { text: 'hel', fingerprint: 'f1' };
const drafted: Plain = { type: 'DraftSaved', data: { ...chat, ...draft } };
const noDraft: Plain = { type: 'DraftSaved', data: { ...chat, text: null, fingerprint: null } };
const starred: Plain = { type: 'MessageStarred', data: { ...chat, seq: 3 } };
const hidden: Plain = { type: 'MessageHidden', data: { ...chat, seq: 3 } };
const muted = (until: number | null): Plain => ({ type: 'ChatMuted', data: { ...chat, until } });

describe('chats', () => {
  it('are muted for a time or for ever', () => {
    given()
      .when({ kind: 'mute', ...chat, until: NOW + 1 })
      .then(muted(NOW + 1));
    given(muted(NOW + 1))
      .when({ kind: 'mute', ...chat, until: NOW + 1 })
      .nothing();
    given(muted(NOW + 1))
      .when({ kind: 'mute', ...chat, until: null })
      .then(muted(null));
    given(muted(null))
      .when({ kind: 'mute', ...chat, until: null })
      .nothing();
    given()
      .when({ kind: 'mute', ...chat, until: NOW })
      .rejects('in_the_past');
    given(muted(null))
      .when({ kind: 'unmute', ...chat })
      .then({ type: 'ChatUnmuted', data: chat });
    given()
      .when({ kind: 'unmute', ...chat })
      .nothing();
  });

  it('are archived, which takes their pin away', () => {
    given()
      .when({ kind: 'archive', ...chat })
      .then(archived);
    given(archived)
      .when({ kind: 'archive', ...chat })
      .nothing();
    given(pinned)
      .when({ kind: 'archive', ...chat })
      .then(archived, { type: 'ChatUnpinned', data: chat });
    given(archived)
      .when({ kind: 'unarchive', ...chat })
      .then({ type: 'ChatUnarchived', data: chat });
    given()
      .when({ kind: 'unarchive', ...chat })
      .nothing();
  });

  it('are pinned, which brings them back from the archive', () => {
    given()
      .when({ kind: 'pin', ...chat })
      .then(pinned);
    given(pinned)
      .when({ kind: 'pin', ...chat })
      .nothing();
    given(archived)
      .when({ kind: 'pin', ...chat })
      .then({ type: 'ChatUnarchived', data: chat }, pinned);
    given(pinned)
      .when({ kind: 'unpin', ...chat })
      .then({ type: 'ChatUnpinned', data: chat });
    given()
      .when({ kind: 'unpin', ...chat })
      .nothing();
  });

  it('are pinned up to a number', () => {
    const others = Array.from({ length: MAX_PINNED_CHATS }, (_, index): Plain => ({
      type: 'ChatPinned',
      data: { conversationId: `other ${index}` },
    }));
    given(...others)
      .when({ kind: 'pin', ...chat })
      .rejects('too_many_pinned');
    given(...others, { type: 'ChatUnpinned', data: { conversationId: 'other 1' } })
      .when({ kind: 'pin', ...chat })
      .then(pinned);
    given(...others)
      .when({ kind: 'pin', conversationId: 'other 1' })
      .nothing();
  });

  it('are marked unread and read', () => {
    given()
      .when({ kind: 'mark_unread', ...chat })
      .then(marked);
    given(marked)
      .when({ kind: 'mark_unread', ...chat })
      .nothing();
    given(marked)
      .when({ kind: 'mark_read', ...chat })
      .then({ type: 'ChatMarkedRead', data: chat });
    given()
      .when({ kind: 'mark_read', ...chat })
      .nothing();
  });

  it('are cleared up to a sequence, and never less', () => {
    given()
      .when({ kind: 'clear', ...chat, upTo: 5 })
      .then({ type: 'ChatCleared', data: { ...chat, upTo: 5 } });
    const cleared: Plain = { type: 'ChatCleared', data: { ...chat, upTo: 5 } };
    given(cleared)
      .when({ kind: 'clear', ...chat, upTo: 5 })
      .nothing();
    given(cleared)
      .when({ kind: 'clear', ...chat, upTo: 4 })
      .nothing();
    given(marked)
      .when({ kind: 'clear', ...chat, upTo: 0 })
      .then({ type: 'ChatCleared', data: { ...chat, upTo: 0 } }, { type: 'ChatMarkedRead', data: chat });
  });

  it('are deleted with all but their mute', () => {
    const deleted: Plain = { type: 'ChatDeleted', data: { ...chat, upTo: 7 } };
    given(muted(null), pinned, marked, drafted)
      .when({ kind: 'delete', ...chat, upTo: 7 })
      .then(
        deleted,
        { type: 'ChatUnpinned', data: chat },
        { type: 'ChatMarkedRead', data: chat },
        { type: 'DraftSaved', data: { ...chat, text: null, fingerprint: null } },
      );
    given(archived)
      .when({ kind: 'delete', ...chat, upTo: 7 })
      .then(deleted, { type: 'ChatUnarchived', data: chat });
    given(deleted)
      .when({ kind: 'delete', ...chat, upTo: 7 })
      .nothing();
    given(deleted)
      .when({ kind: 'clear', ...chat, upTo: 7 })
      .nothing();
  });
});

describe('messages', () => {
  it('are starred and unstarred', () => {
    given()
      .when({ kind: 'star', ...chat, seq: 3 })
      .then(starred);
    given(starred)
      .when({ kind: 'star', ...chat, seq: 3 })
      .nothing();
    given(starred)
      .when({ kind: 'unstar', ...chat, seq: 3 })
      .then({ type: 'MessageUnstarred', data: starred.data });
    given()
      .when({ kind: 'unstar', ...chat, seq: 3 })
      .nothing();
  });

  it('are hidden for good', () => {
    given()
      .when({ kind: 'hide', ...chat, seq: 3 })
      .then(hidden);
    given(hidden)
      .when({ kind: 'hide', ...chat, seq: 3 })
      .nothing();
  });

  it('that are out of sight are not starred', () => {
    given(hidden)
      .when({ kind: 'star', ...chat, seq: 3 })
      .rejects('no_such_message');
    given({ type: 'ChatCleared', data: { ...chat, upTo: 3 } })
      .when({ kind: 'star', ...chat, seq: 3 })
      .rejects('no_such_message');
  });
});

describe('drafts', () => {
  it('are saved, replaced and deleted; the same again writes nothing', () => {
    given()
      .when({ kind: 'save_draft', ...chat, draft })
      .then(drafted);
    given(drafted)
      .when({ kind: 'save_draft', ...chat, draft })
      .nothing();
    given(drafted)
      .when({ kind: 'save_draft', ...chat, draft: null })
      .then(noDraft);
    given()
      .when({ kind: 'save_draft', ...chat, draft: null })
      .nothing();
    given(drafted, noDraft)
      .when({ kind: 'save_draft', ...chat, draft: null })
      .nothing();
  });

  it('may be anything that a database takes', () => {
    expect(checkDraft('   ')).toBeNull();
    expect(checkDraft('x'.repeat(65_537))).toBe('too_long');
    expect(checkDraft('\u0000')).toBe('malformed');
    expect(checkDraft('\ud800')).toBe('malformed');
  });
});

const conversationId = fc.constantFrom('a', 'b', 'c');
const command: fc.Arbitrary<PreferenceCommand> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('unmute', 'archive', 'unarchive', 'pin', 'unpin', 'mark_unread', 'mark_read'),
    conversationId,
  }),
  fc.record({
    kind: fc.constant('mute' as const),
    conversationId,
    until: fc.option(fc.integer({ min: NOW + 1, max: NOW + 3 })),
  }),
  fc.record({ kind: fc.constantFrom('clear', 'delete'), conversationId, upTo: fc.nat(9) }),
  fc.record({ kind: fc.constantFrom('star', 'unstar', 'hide'), conversationId, seq: fc.nat(9) }),
  fc.record({
    kind: fc.constant('save_draft' as const),
    conversationId,
    draft: fc.option(fc.record({ text: fc.string(), fingerprint: fc.constantFrom('f1', 'f2') })),
  }),
);

describe('any history', () => {
  it('leaves a repeat of the last command nothing to write, and its promises kept', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state = NO_PREFERENCES;
        const written: Plain[] = [];
        for (const one of commands) {
          const before = chatOf(state, one.conversationId);
          const decision = decide(state, one, NOW);
          if ('rejected' in decision) continue;
          for (const event of decision.events) state = evolve(state, dated(event));
          written.push(...decision.events);
          expect(decide(state, one, NOW)).toEqual({ events: [] });
          const after = chatOf(state, one.conversationId);
          expect(after.clearedTo).toBeGreaterThanOrEqual(before.clearedTo);
          expect(after.clearedTo).toBeGreaterThanOrEqual(after.deletedTo);
          expect(after.archived && after.pinnedAt !== null).toBe(false);
          if (one.kind === 'hide') expect(state.hidden.has(messageKey(one.conversationId, one.seq))).toBe(true);
        }
        expect(written.map(dated).reduce(evolve, NO_PREFERENCES)).toEqual(state);
      }),
    );
  });
});
