import { expect, it } from 'vitest';
import { ABSENT, evolve } from '../../src/domain/conversations/state.js';
import type { GivenContent } from '../../src/domain/messages/contents.js';
import { fingerprint, type Asides } from '../../src/domain/messages/seal.js';
import { evolveTarget, type Target } from '../../src/domain/messages/target.js';
import { open, sealAad } from '../../src/platform/keys/seal.js';
import { hasEachType, readGolden, sealedAt, type GoldenEvent } from '../kit/golden.js';
import { placed } from '../kit/specification.js';

interface Entry extends GoldenEvent {
  readonly opened: Readonly<Record<string, string>>;
  /** As it was asked for, of a message that was not forwarded. */
  readonly given?: GivenContent;
  readonly asides?: Asides;
}

const golden = readGolden<Entry>('messages', (type) => (type === 'ConversationStarted' ? 'conversations' : 'messages'));
const { key, fits, why } = golden;
const about = golden.events.filter(({ type }) => type !== 'ConversationStarted');

it.each(about)('$type.v$v of $id still fits its schema, opens, and is known', (event) => {
  const { id, type, v, data, opened, given, asides } = event;
  expect(fits(type, data, v), why()).toBe(true);
  for (const [path, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, path), sealedAt(data, path))).toBe(text);
  // A repeat of a send from long ago must still be known for one.
  if (type === 'MessageSent') expect(fingerprint(key, given, asides)).toBe(data['fingerprint']);
});

hasEachType(about, golden.types);

it('still folds', () => {
  const events = placed(golden.events, '0199a1b2-0000-7000-8000-0000000000bb');
  expect(events.reduce(evolve, ABSENT)).toMatchObject({ kind: 'direct', pins: [2] });
  const fold = (seq: number): Target | undefined =>
    events.reduce<Target | undefined>(
      (target, event) => evolveTarget(target, event, { seq }, '0199a1b2-0000-7000-8000-0000000000bb'),
      undefined,
    );
  expect(fold(1)).toMatchObject({ gone: false, emoji: null, editedSeq: 11, previewSeq: 26 });
  expect(fold(3)).toMatchObject({ gone: true, deleted: true });
  expect(fold(4)).toMatchObject({ gone: true, deleted: true });
  expect(fold(5)).toMatchObject({ gone: true, openedBy: [expect.any(String), expect.any(String)] });
  expect(fold(8)).toMatchObject({ live: { ended: true } });
  expect(fold(9)).toMatchObject({ poll: { options: 2, multiple: true, votesVisible: false, closed: true }, vote: [] });
});

it('nothing that was said is in the open', () => {
  expect(fits('MessageEdited', { target: 1, text: 'in the open' })).toBe(false);
  expect(fits('LocationUpdated', { target: 1, place: '{"latitude":1}' })).toBe(false);
  expect(fits('LinkPreviewAdded', { target: 1, preview: '{"url":"https://example.com","title":"x"}' })).toBe(false);
  expect(fits('PollVoted', { target: 1, options: [0, 0] })).toBe(false);
});
