import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatOf, messageKey, preferenceStates } from '../../../src/domain/preferences/index.js';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import {
  chatPreferences,
  placeOfMessage,
  preferencesSnapshot,
} from '../../../src/projections/preferences/preferences.queries.js';
import { chat, testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
  await chat(log);
});
afterEach(() => log.close());

const [ab, ae] = [uuid('ab'), uuid('ae')];

async function project(): Promise<void> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
}

async function preferences(): Promise<void> {
  await log.prefer('ada', 'ChatPinned', { conversationId: ab });
  await log.prefer('ada', 'ChatMuted', { conversationId: ab, until: 1_800_000_000_000 });
  await log.prefer('ada', 'MessageStarred', { conversationId: ab, seq: 1 });
  await log.prefer('ada', 'MessageStarred', { conversationId: ab, seq: 2 });
  await log.prefer('ada', 'MessageUnstarred', { conversationId: ab, seq: 1 });
  await log.prefer('ada', 'DraftSaved', { conversationId: ae, fingerprint: 'f1' }, { text: 'half a th' });
  await log.prefer('ada', 'DraftSaved', { conversationId: ab, fingerprint: 'f2' }, { text: 'dear Bob' });
  await log.prefer('ada', 'DraftSaved', { conversationId: ab, fingerprint: null, text: null });
  await log.prefer('ada', 'ChatArchived', { conversationId: ae });
  await log.prefer('bob', 'MessageHidden', { conversationId: ab, seq: 3 });
  await log.prefer('bob', 'ChatCleared', { conversationId: ab, upTo: 1 });
  await log.prefer('bob', 'ChatDeleted', { conversationId: ab, upTo: 2 });
  await log.prefer('bob', 'ChatMarkedUnread', { conversationId: ab });
  const later = { conversationId: ab, clientId: 'c', at: 1_790_009_000_000, fingerprint: 'f3' };
  const sealed = { kind: 'sealed', algorithm: 'test', bytes: 'AAEC' };
  await log.prefer('ada', 'MessageScheduled', { ...later, scheduledId: uuid('s1'), content: sealed });
  await log.prefer('ada', 'MessageScheduled', { ...later, scheduledId: uuid('s2'), content: sealed });
  await log.prefer('ada', 'MessageScheduled', { ...later, scheduledId: uuid('s3'), content: sealed });
  await log.prefer('ada', 'ScheduledMessageCancelled', { conversationId: ab, scheduledId: uuid('s1') });
  await log.prefer('ada', 'ScheduledMessageReleased', { conversationId: ab, scheduledId: uuid('s2') });
  await log.prefer('ada', 'ScheduledMessageSent', { conversationId: ab, scheduledId: uuid('s2'), seq: 9 });
  await log.prefer('ada', 'ChatUnmuted', { conversationId: ab });
  await log.prefer('ada', 'ChatMuted', { conversationId: ab, until: null });
}

describe('preferences', () => {
  it('are the same once, twice, rebuilt and folded, before and after an erasure', async () => {
    await preferences();
    await project();
    const verified = async (): Promise<unknown> =>
      (
        await verify({ readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS })
      ).find(({ projection }) => projection === 'preferences');
    expect(await verified()).toMatchObject({ rows: 11, rebuilt: 0, twice: 0, fold: 0, examples: [] });
    await log.erase('ada');
    await project();
    expect(await verified()).toMatchObject({ rows: 11, rebuilt: 0, twice: 0, fold: 0, examples: [] });
    const { rowCount } = await log.database.pool.query('SELECT FROM chat_preferences WHERE draft IS NOT NULL');
    expect(rowCount).toBe(0);
  });

  it('are read by chat', async () => {
    await preferences();
    await project();
    const [mine, other, bobs, none] = await chatPreferences(log.database.pool, [
      { conversationId: ab, viewer: uuid('ada') },
      { conversationId: ae, viewer: uuid('ada') },
      { conversationId: ab, viewer: uuid('bob') },
      { conversationId: ae, viewer: uuid('eve') },
    ]);
    expect(mine).toMatchObject({ chat: { muted: true, mutedUntil: null, archived: false }, draft: null });
    expect(mine?.chat.pinnedAt).not.toBeNull();
    expect(other).toMatchObject({ chat: { archived: true, clearedTo: -1 }, draft: { text: 'half a th' } });
    expect(bobs).toMatchObject({ chat: { clearedTo: 2, deletedTo: 2, markedUnread: true } });
    expect(none).toBeUndefined();
  });

  it('a snapshot and the tail are the fold of the whole stream', async () => {
    const whole = preferenceStates({ eventStore: log.eventStore, findSnapshot: () => Promise.resolve(undefined) });
    const folded = preferenceStates({
      eventStore: log.eventStore,
      findSnapshot: (id) => preferencesSnapshot(log.database.pool, id),
    });
    await preferences();
    await project();
    await log.prefer('ada', 'MessageStarred', { conversationId: ae, seq: 1 });
    for (const account of ['ada', 'bob', 'eve']) {
      const expected = await whole.load(uuid(account));
      expect(await folded.load(uuid(account))).toEqual(expected);
    }
    const { state, revision } = await folded.load(uuid('ada'));
    expect(revision).toBe(17);
    expect([...state.starred].sort()).toEqual([messageKey(ab, 2), messageKey(ae, 1)].sort());
    const became = ['s1', 's2', 's3'].map((id) => state.scheduled.get(uuid(id)));
    expect(became).toMatchObject([
      { status: 'cancelled' },
      { status: 'sent', seq: 9 },
      { status: 'waiting', seq: null },
    ]);
    // Another device's changes come with the log, in whatever way.
    await log.prefer('ada', 'ChatUnarchived', { conversationId: ae });
    for await (const event of log.eventStore.readStream(`preferences-${uuid('ada')}`)) folded.onEvent(event);
    expect(chatOf(folded.peek(uuid('ada'))!.state, ae).archived).toBe(false);
    await log.prefer('ada', 'ChatMarkedUnread', { conversationId: ae });
    expect((await folded.refresh(uuid('ada'))).revision).toBe(19);
    expect(chatOf(folded.peek(uuid('ada'))!.state, ae).markedUnread).toBe(true);
  });

  it('finds the place of a message for those it was shown to, hidden or not', async () => {
    await preferences();
    await project();
    const { rows } = await log.database.pool.query<{ event_id: string }>(
      'SELECT event_id FROM timeline WHERE conversation_id = $1 AND seq = 3',
      [ab],
    );
    const id = rows[0]!.event_id;
    expect(await placeOfMessage(log.database.pool, uuid('bob'), id)).toEqual({ conversationId: ab, seq: 3 });
    expect(await placeOfMessage(log.database.pool, uuid('eve'), id)).toBeUndefined();
    expect(await placeOfMessage(log.database.pool, uuid('ada'), uuid('nothing'))).toBeUndefined();
  });
});
