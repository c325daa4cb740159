import { expect, it } from 'vitest';
import { chatOf, messageKey, NO_PREFERENCES, type Dated } from '../../src/domain/preferences/index.js';
import { fingerprintOf, sealedPreference } from '../../src/domain/preferences/seal.js';
import { evolve } from '../../src/domain/preferences/state.js';
import { eachStillFitsAndOpens, readGolden } from '../kit/golden.js';

const golden = readGolden('preferences');
eachStillFitsAndOpens(golden);

it('still folds', () => {
  const events = golden.events.map((event) => ({ ...event, metadata: { occurredAt: 1_790_000_000_000 } }));
  const state = (events as unknown as Dated[]).reduce(evolve, NO_PREFERENCES);
  const conversation = '0199a1b2-0000-8000-8000-0000000000cc';
  expect(chatOf(state, conversation)).toEqual({
    muted: true,
    mutedUntil: null,
    archived: false,
    pinnedAt: 1_790_000_000_000,
    markedUnread: true,
    clearedTo: 12,
    deletedTo: 12,
    draft: null,
  });
  expect([...state.starred]).toEqual([messageKey(conversation, 4)]);
  expect([...state.hidden]).toEqual([messageKey(conversation, 5)]);
  expect([...state.scheduled.values()].map(({ status, seq, reason }) => [status, seq, reason])).toEqual([
    ['sent', 31, null],
    ['failed', null, 'not_a_member'],
    ['cancelled', null, null],
  ]);
});

it('what is written now fits the schema', () => {
  const account = '0199a1b2-0000-7000-8000-0000000000aa';
  const data = { conversationId: '0199a1b2-0000-8000-8000-0000000000cc', text: 'now' };
  const context = { id: '0199a1b2-0000-7000-8000-0000000000ff', accountId: account, metadata: { occurredAt: 1 } };
  const fingerprint = fingerprintOf(golden.key, 'draft', data.text);
  const sealed = sealedPreference({ type: 'DraftSaved', data: { ...data, fingerprint } }, golden.key, context);
  expect(golden.fits('DraftSaved', sealed.data), golden.why()).toBe(true);
  expect(golden.fits('DraftSaved', { ...data, fingerprint })).toBe(false);
});
