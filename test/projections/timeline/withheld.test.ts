import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, evolve, pinnedFor, type ConversationState } from '../../../src/domain/conversations/index.js';
import { evolveTarget, type Target } from '../../../src/domain/messages/target.js';
import { verify } from '../../../src/main/projections/verify.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { versionsOf } from '../../../src/projections/timeline/edits.queries.js';
import { arePinned, pinsOf } from '../../../src/projections/timeline/pins.queries.js';
import { pollsOf } from '../../../src/projections/timeline/polls.queries.js';
import { previewsOf } from '../../../src/projections/timeline/previews.queries.js';
import { reactionsOf } from '../../../src/projections/timeline/reactions.queries.js';
import { reactionsPage, votesPage } from '../../../src/projections/timeline/responses.queries.js';
import { findTarget, forwardSources } from '../../../src/projections/timeline/target.queries.js';
import { messagesAfter, type TimelineView } from '../../../src/projections/timeline/timeline.queries.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

const [ann, ben, ab] = ['ann', 'ben', 'ab'].map(uuid) as [string, string, string];
const withheld = true;
const place = (latitude: number): Record<string, string> => ({ place: `{"latitude":${latitude},"longitude":0}` });
const preview = (n: number): Record<string, string> => ({
  preview: `{"url":"https://example.com/${n}","title":"${n}"}`,
});

let log: TestLog;
let pool: TestLog['database']['pool'];
let head = -1;

const does: TestLog['happens'] = async (_conversation, actor, type, data, sealed) => {
  head += 1;
  return log.happens('ab', actor, type, data, sealed);
};
const says = async (author: string, content: Record<string, unknown>, said: Record<string, string>, more = {}) => {
  head += 1;
  await log.says('ab', author, content, said, more);
};

async function project(): Promise<void> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
}

beforeAll(async () => {
  log = await testLog();
  ({ pool } = log.database);
  for (const account of ['ann', 'ben']) await log.register(account);
  await log.start('ab', ['ann', 'ben']);
  head = 0;
  await says('ann', { kind: 'text' }, { text: 'one' }); // 1
  await says('ann', { kind: 'location', liveUntil: 1_800_000_000_000 }, place(1));
  const poll = { options: 2, multiple: false, votesVisible: true };
  await says('ann', { kind: 'poll', ...poll }, { poll: '{"question":"When?","options":["now","later"]}' });
  await says('ben', { kind: 'text' }, { text: 'once' }, { viewOnce: true });
  await says('ben', { kind: 'text' }, { text: 'two' }); // 5
  await does('ab', 'ben', 'ReactionChanged', { target: 1, emoji: '👍' });
  await does('ab', 'ann', 'ReactionChanged', { target: 1, emoji: '❤️' });
  await does('ab', 'ann', 'PollVoted', { target: 3, options: [0] });
  await does('ab', 'ann', 'MessagePinned', { target: 5 });
  await does('ab', 'ann', 'LocationUpdated', { target: 2 }, place(2)); // 10
  await does('ab', 'ann', 'LinkPreviewAdded', { target: 1 }, preview(1));

  await does('ab', 'ann', 'MessageEdited', { target: 1, withheld }, { text: 'own' });
  await does('ab', 'ann', 'MessageEdited', { target: 1, withheld, mentions: [ben] }, { text: 'own again' });
  await does('ab', 'ann', 'LinkPreviewAdded', { target: 1, withheld }, preview(2));
  await does('ab', 'ann', 'ReactionChanged', { target: 1, emoji: '🎉', withheld }); // 15
  await does('ab', 'ann', 'ReactionChanged', { target: 5, emoji: '🎉', withheld });
  await does('ab', 'ann', 'PollVoted', { target: 3, options: [1], withheld });
  await does('ab', 'ann', 'PollClosed', { target: 3, withheld });
  await does('ab', 'ann', 'LocationUpdated', { target: 2, withheld }, place(3));
  await does('ab', 'ann', 'LocationUpdated', { target: 2, withheld }, place(4)); // 20
  await does('ab', 'ann', 'LocationEnded', { target: 2, withheld });
  await does('ab', 'ann', 'ViewOnceOpened', { target: 4, everyone: true, withheld });
  await does('ab', 'ann', 'MessageUnpinned', { target: 5, withheld });
  await does('ab', 'ann', 'MessagePinned', { target: 1, withheld });
  await does('ab', 'ben', 'PollVoted', { target: 3, options: [0], withheld }); // 25
  await project();
});
afterAll(() => log.close());

/** What somebody sees of the conversation, of each message. */
async function seenBy(viewer: string): Promise<Record<number, object>> {
  const messages = await messagesAfter(pool, { conversationId: ab, viewer }, { seq: -1, limit: 50 });
  const keys = messages.map(({ seq }) => ({ conversationId: ab, viewer, seq }));
  const [reactions, polls, previews, pinned] = await Promise.all([
    reactionsOf(pool, keys),
    pollsOf(pool, keys),
    previewsOf(pool, keys),
    arePinned(pool, keys),
  ]);
  const seen = async (message: TimelineView, n: number): Promise<[number, object]> => {
    const page = { ...keys[n]!, only: undefined, before: undefined, limit: 10 };
    const [given, votes, versions] = await Promise.all([
      reactionsPage(pool, page),
      votesPage(pool, page),
      versionsOf(pool, viewer, message.id),
    ]);
    const { text, body, erased } = message.said;
    const { emojis, counts } = {
      emojis: reactions[n]!.map(({ emoji, mine }) => `${emoji}${mine ? ' mine' : ''}`),
      counts: [...polls[n]!.counts].map(([option, count]) => `${option}: ${count}`),
    };
    return [
      message.seq,
      {
        ...{ text, erased, edited: message.editedAt !== null, mentions: message.mentions, pinned: pinned[n] },
        ...{ place: body?.['place'], ended: body?.['endedAt'] !== undefined, closed: body?.['closedAt'] !== undefined },
        ...{ emojis, counts, mine: polls[n]!.mine, preview: previews[n] },
        given: given.map(({ emoji }) => emoji),
        votes: votes.map(({ options }) => options),
        versions: versions.map((version) => version.text),
      },
    ];
  };
  return Object.fromEntries(await Promise.all(messages.map(seen)));
}

async function pinnedTo(viewer: string): Promise<readonly number[]> {
  const [pins] = await pinsOf(pool, [{ conversationId: ab, viewer }]);
  return pins!.map(({ message }) => message.seq);
}

describe('what is withheld, in the read model', () => {
  it('is to its author as it was done', async () => {
    expect(await seenBy(ann)).toMatchObject({
      1: {
        ...{ text: 'own again', edited: true, mentions: [ben], pinned: true, preview: preview(2)['preview'] },
        ...{ emojis: ['👍', '🎉 mine'], given: ['🎉', '👍'], versions: ['one', 'own', 'own again'] },
      },
      2: { place: place(4)['place'], ended: true },
      3: { closed: true, counts: ['1: 1'], mine: [1], votes: [[1]] },
      4: { text: null, erased: true },
      5: { pinned: false, emojis: ['🎉 mine'], given: ['🎉'] },
    });
    expect(await pinnedTo(ann)).toEqual([1]);
  });

  it('is to the other as if it had not been', async () => {
    expect(await seenBy(ben)).toMatchObject({
      1: {
        ...{ text: 'one', edited: false, mentions: null, pinned: false, preview: preview(1)['preview'] },
        ...{ emojis: ['👍 mine', '❤️'], given: ['❤️', '👍'], versions: [] },
      },
      2: { place: place(2)['place'], ended: false },
      3: { closed: false, counts: ['0: 2'], mine: [0], votes: [[0], [0]] },
      4: { erased: false },
      5: { pinned: true, emojis: [], given: [] },
    });
    expect(await pinnedTo(ben)).toEqual([5]);
  });

  it.each([1, 2, 3, 4, 5])('is to commands about %i what the stream folds to, for each account', async (seq) => {
    for (const account of [ann, ben]) {
      let folded: Target | undefined;
      for await (const event of log.eventStore.readStream(`conversation-${ab}`))
        folded = evolveTarget(folded, event, { seq }, account);
      const { revision, target } = await findTarget(pool, ab, { seq }, account);
      expect(revision).toBe(head);
      const known = ({ text: _text, poll, live, ...rest }: Target): object => ({
        ...rest,
        ...(rest.gone ? {} : { poll, live }),
      });
      expect(known(target!)).toEqual(known(folded!));
    }
  });

  it('is forwarded as its author sees it', async () => {
    const [message] = await messagesAfter(pool, { conversationId: ab, viewer: ann }, { seq: 0, limit: 50 });
    const said = async (account: string): Promise<unknown> => (await forwardSources(pool, account, [message!.id]))[0];
    expect(await said(ann)).toMatchObject({ content: { text: 'own again' } });
    expect(await said(ben)).toMatchObject({ content: { text: 'one' } });
  });

  it('keeps of places where somebody was the newest alone', async () => {
    const { rows } = await pool.query<{ body: { place: string } }>(
      `SELECT body FROM timeline WHERE kind = 'location_updated' AND body IS NOT NULL ORDER BY seq`,
    );
    expect(rows.map(({ body }) => body.place)).toEqual([2, 4].map((latitude) => place(latitude)['place']));
    const { rows: once } = await pool.query(`SELECT FROM timeline WHERE view_once AND text IS NOT NULL`);
    expect(once).toEqual([]);
  });

  it('gives way to what everybody is told later, and goes with what is deleted or erased', async () => {
    const pinsFold = async (): Promise<ConversationState> => {
      let state: ConversationState = ABSENT;
      for await (const event of log.eventStore.readStream(`conversation-${ab}`)) state = evolve(state, event);
      const snapshot = await conversationSnapshot(pool, ab);
      if (state.kind === 'absent' || snapshot?.state.kind !== state.kind) throw new Error('no conversation');
      expect(snapshot.state).toMatchObject({ pins: state.pins, ownPins: state.ownPins });
      return state;
    };
    const differences = async (): Promise<readonly string[]> => {
      const { database: readStore, eventStore, open } = log;
      return (await verify({ readStore, eventStore, open, projections: PROJECTIONS })).flatMap(
        ({ examples }) => examples,
      );
    };
    expect(await differences()).toEqual([]);
    const before = await pinsFold();
    if (before.kind === 'absent') throw new Error('no conversation');
    expect([pinnedFor(before, ann), pinnedFor(before, ben)]).toEqual([[1], [5]]);

    await does('ab', 'ann', 'MessageEdited', { target: 1 }, { text: 'for both' });
    await does('ab', 'ann', 'ReactionChanged', { target: 1, emoji: '😀' });
    await does('ab', 'ann', 'PollVoted', { target: 3, options: [] });
    await does('ab', 'ben', 'MessagePinned', { target: 1 });
    await project();
    for (const viewer of [ann, ben])
      expect(await seenBy(viewer)).toMatchObject({
        1: { text: 'for both', given: ['😀', '👍'], pinned: true, preview: null },
        3: { votes: [[0]].slice(viewer === ann ? 1 : 0) },
      });
    expect((await seenBy(ann))[1]).toMatchObject({ versions: ['one', 'own', 'own again', 'for both'] });
    expect((await seenBy(ben))[1]).toMatchObject({ versions: ['one', 'for both'] });
    await pinsFold();
    expect(await differences()).toEqual([]);

    await does('ab', 'ann', 'MessageDeleted', { target: 1, withheld });
    await project();
    const { rows } = await pool.query(
      `SELECT FROM timeline WHERE (seq = 1 OR target_seq = 1) AND (text IS NOT NULL OR original IS NOT NULL)`,
    );
    expect(rows).toEqual([]);
    await pinsFold();
    expect(await differences()).toEqual([]);
    await log.erase('ann');
    await project();
    expect((await seenBy(ann))[2]).toMatchObject({ erased: true });
    expect(await differences()).toEqual([]);
  });
});
