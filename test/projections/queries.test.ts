import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, type Position } from '../../src/platform/eventStore/port.js';
import {
  conversationSnapshot,
  deviceWatermarks,
  knownMessages,
} from '../../src/projections/conversations/commands.queries.js';
import { toldOf } from '../../src/domain/conversations/index.js';
import { conversationOf, conversationsPage } from '../../src/projections/conversations/conversations.queries.js';
import { watermarksOfConversations } from '../../src/projections/receipts/receipts.queries.js';
import { replayPage, replaySize, type ReplayRow } from '../../src/projections/replay/replay.queries.js';
import {
  messageById,
  messagesAfter,
  messagesBefore,
  lastMessages,
  seqAtTime,
} from '../../src/projections/timeline/timeline.queries.js';
import { unreadCounts } from '../../src/projections/timeline/unread.queries.js';
import { chat, testLog, uuid, type TestLog } from './fixture.js';

const ada = uuid('ada');
const bob = uuid('bob');
const eve = uuid('eve');
const ab = uuid('ab');
const ae = uuid('ae');
const many = uuid('many');

let log: TestLog;
let pool: TestLog['database']['pool'];
let head: Position;

beforeAll(async () => {
  log = await testLog();
  ({ pool } = log.database);
  await chat(log);
  await log.start('many', ['bob', 'eve']);
  for (let n = 0; n < 2; n += 1)
    await log.send('many', 'bob', ...Array.from({ length: 550 }, (_, index) => `text ${n * 550 + index + 1}`));
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  head = projector.position();
});
afterAll(() => log.close());

const seqs = (rows: readonly { readonly seq: number }[]): number[] => rows.map(({ seq }) => seq);

describe('history', () => {
  it('pages both ways, in order, and starts past what began the conversation', async () => {
    const seen = { conversationId: many, viewer: bob };
    expect(seqs(await messagesAfter(pool, seen, { seq: 0, limit: 3 }))).toEqual([1, 2, 3]);
    expect(seqs(await messagesAfter(pool, seen, { seq: -1, limit: 2 }))).toEqual([1, 2]);
    expect(seqs(await messagesAfter(pool, seen, { seq: 1098, limit: 5 }))).toEqual([1099, 1100]);
    expect(seqs(await messagesBefore(pool, seen, { seq: 2 ** 31 - 1, limit: 3 }))).toEqual([1098, 1099, 1100]);
    expect(seqs(await messagesBefore(pool, seen, { seq: 3, limit: 5 }))).toEqual([1, 2]);
  });

  it('finds the first message at a time or later', async () => {
    const [tenth, eleventh] = await messagesAfter(pool, { conversationId: many, viewer: bob }, { seq: 9, limit: 2 });
    expect(await seqAtTime(pool, many, tenth!.at)).toBe(10);
    expect(await seqAtTime(pool, many, tenth!.at + 1)).toBe(eleventh!.at > tenth!.at ? 11 : null);
    expect(await seqAtTime(pool, many, 0)).toBe(0);
    expect(await seqAtTime(pool, many, 4_000_000_000_000)).toBeNull();
    expect(await seqAtTime(pool, uuid('none'), 0)).toBeNull();
  });

  it('shows text and sealed contents as they were sent, to members only', async () => {
    const messages = await messagesAfter(pool, { conversationId: ab, viewer: ada }, { seq: 0, limit: 10 });
    expect(messages.map(({ said: { kind, text, payload } }) => [kind, text ?? payload])).toEqual([
      ['text', 'hello'],
      ['text', 'are you there?'],
      ['text', 'yes'],
      ['sealed', Buffer.from([0, 1, 2, 255])],
    ]);
    expect(await messagesAfter(pool, { conversationId: ab, viewer: eve }, { seq: 0, limit: 10 })).toEqual([]);
    expect(await messageById(pool, bob, messages[0]!.id)).toEqual(messages[0]);
    expect(await messageById(pool, eve, messages[0]!.id)).toBeNull();
    expect(await messageById(pool, ada, ab)).toBeNull();
  });

  it('knows the newest message that each may see', async () => {
    const keys = [
      { conversationId: ae, viewer: ada },
      { conversationId: ab, viewer: eve },
      { conversationId: ab, viewer: bob },
    ];
    expect((await lastMessages(pool, keys)).map((one) => one?.seq ?? null)).toEqual([2, null, 4]);
  });
});

describe('the list of conversations', () => {
  it('is ordered by last activity and pages by key', async () => {
    const first = await conversationsPage(pool, bob, { limit: 1 });
    expect(first.map(({ id }) => id)).toEqual([many]);
    const { lastAt, id } = first[0]!;
    expect(
      (await conversationsPage(pool, bob, { limit: 5, after: { pinnedAt: 0, lastAt, id } })).map((one) => one.id),
    ).toEqual([ab]);
    expect((await conversationsPage(pool, ada, { limit: 5 })).map((one) => one.id)).toEqual([ae, ab]);
    expect(await conversationOf(pool, eve, ab)).toBeNull();
    expect(await conversationOf(pool, ada, ab)).toMatchObject({ headSeq: 4, role: 'member' });
  });

  it('counts what is unread: by others, past the mark of the device that is furthest, up to 1,000', async () => {
    const keys = [
      { conversationId: ab, viewer: ada },
      { conversationId: ab, viewer: bob },
      { conversationId: ae, viewer: ada },
      { conversationId: many, viewer: eve },
      { conversationId: many, viewer: bob },
      { conversationId: ab, viewer: eve },
    ];
    // Sending has moved both ada's and bob's own marks.
    expect(await unreadCounts(pool, keys)).toEqual([2, 0, 0, 1000, 0, 0]);
  });

  it('gives watermarks by account', async () => {
    const marks = (await watermarksOfConversations(pool, [ab, ae])).get(ab);
    expect(marks).toHaveLength(2);
    expect(marks).toContainEqual({
      ...{ conversationId: ab, accountId: ada, deliveredUpTo: 2, readUpTo: 2 },
      ...{ shownDeliveredUpTo: 2, shownReadUpTo: -1, sentUpTo: 2 },
    });
    expect(marks).toContainEqual({
      ...{ conversationId: ab, accountId: bob, deliveredUpTo: 4, readUpTo: 4 },
      ...{ shownDeliveredUpTo: 4, shownReadUpTo: 2, sentUpTo: 4 },
    });
  });
});

describe('what commands ask', () => {
  it('is the state at a revision, the known messages, and the marks of a device', async () => {
    const snapshot = await conversationSnapshot(pool, ab);
    expect(snapshot).toMatchObject({ revision: 4, state: { kind: 'direct' } });
    expect(toldOf(snapshot!.state, 4)).toEqual([ada, bob].sort());
    expect(await conversationSnapshot(pool, uuid('none'))).toBeUndefined();
    const [message] = await messagesAfter(pool, { conversationId: ab, viewer: ada }, { seq: 0, limit: 1 });
    const known = await knownMessages(pool, ab, [message!.id, uuid('none')]);
    expect(known.revision).toBe(4);
    expect([...known.messages.values()]).toMatchObject([{ id: message!.id, seq: 1, at: message!.at }]);
    expect((await knownMessages(pool, uuid('none'), [uuid('x')])).revision).toBe(-1);
    expect(await deviceWatermarks(pool, ab, uuid('bob'), uuid('bob/2'))).toEqual({ delivered: 2, read: 2 });
    expect(await deviceWatermarks(pool, ab, uuid('bob'), uuid('bob/9'))).toEqual({ delivered: -1, read: -1 });
  });
});

describe('a replay', () => {
  const replay = async (
    account: string,
    after: Position,
    limit: number,
    conversation?: string,
  ): Promise<ReplayRow[]> => {
    const rows: ReplayRow[] = [];
    for (let at = after; ;) {
      const page = await replayPage(pool, { accountId: account, conversationId: conversation }, at, head, limit);
      rows.push(...page);
      if (page.length < limit) return rows;
      at = page.at(-1)!.position;
    }
  };
  const places = (rows: readonly ReplayRow[]): [string, Position][] => rows.map((row) => [kindOf(row), row.position]);
  const kindOf = (row: ReplayRow): string => (row.kind === 'entry' ? row.entry.kind : row.kind);

  it('is in log order, complete, each once, whatever the page', async () => {
    const whole = await replay(ada, START, 1_000);
    const positions = whole.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => (a < b ? -1 : 1)));
    const counts = Object.fromEntries([...Map.groupBy(whole, kindOf)].map(([kind, rows]) => [kind, rows.length]));
    // Of bob's four receipts the latest of each device, and ada's own.
    expect(counts).toEqual({ conversation_started: 2, text: 5, sealed: 1, watermark: 3, device: 2, profile: 1 });
    for (const limit of [1, 2, 3, 7]) expect(await replay(ada, START, limit)).toEqual(whole);
    for (const { position } of whole)
      expect(await replay(ada, position, 4)).toEqual(whole.filter((row) => row.position > position));
  });

  it('gives contents, members and the latest watermark', async () => {
    const whole = await replay(bob, START, 100, ab);
    expect(
      places(whole).every(([kind]) => ['conversation_started', 'text', 'sealed', 'watermark'].includes(kind)),
    ).toBe(true);
    const entries = whole.flatMap((row) => (row.kind === 'entry' ? [row.entry] : []));
    expect(entries[0]).toMatchObject({ conversationId: ab, body: { members: [ada, bob].sort() } });
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'text', seq: 1, text: 'hello', authorId: ada }));
    expect(entries).toContainEqual(
      expect.objectContaining({ seq: 4, text: null, payload: 'AAEC/w==', algorithm: 'test' }),
    );
    expect(whole).toContainEqual(
      expect.objectContaining({ kind: 'watermark', deviceId: uuid('bob/2'), delivered: 2, read: 2 }),
    );
    const mine = await replay(bob, START, 2_000);
    expect(mine).toContainEqual(
      expect.objectContaining({ kind: 'profile', name: 'Bob B.', about: 'busy', avatar: 'media/1' }),
    );
    expect(mine).toContainEqual(expect.objectContaining({ kind: 'device', deviceId: uuid('bob/2'), revoked: true }));
  });

  it('says about how much there is', async () => {
    expect(await replaySize(pool, { accountId: eve, conversationId: undefined }, START)).toBe(1_101 + 3);
    expect(await replaySize(pool, { accountId: eve, conversationId: ae }, START)).toBe(3);
    expect(await replaySize(pool, { accountId: eve, conversationId: undefined }, head)).toBe(0);
  });
});
