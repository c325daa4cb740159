import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, evolve, toldOf, type ConversationState } from '../../../src/domain/conversations/index.js';
import { START, type Position } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot, isRemovedMember } from '../../../src/projections/conversations/commands.queries.js';
import { conversationOf, conversationsPage } from '../../../src/projections/conversations/conversations.queries.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { lastMessages, messagesAfter } from '../../../src/projections/timeline/timeline.queries.js';
import { unreadCounts } from '../../../src/projections/timeline/unread.queries.js';
import { openSettings, group, testLog, uuid, type TestLog } from '../fixture.js';

const [gil, hal, ida, joe] = ['gil', 'hal', 'ida', 'joe'].map(uuid) as [string, string, string, string];
const g = uuid('g');

let log: TestLog;
let pool: TestLog['database']['pool'];
let head: Position;

beforeAll(async () => {
  log = await testLog();
  ({ pool } = log.database);
  await group(log);
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  head = projector.position();
});
afterAll(() => log.close());

const readable = async (viewer: string): Promise<(string | null)[]> =>
  (await messagesAfter(pool, { conversationId: g, viewer }, { seq: -1, limit: 50 })).map(({ said }) => said.text);

const seqsTold = async (account: string, after = START): Promise<number[]> => {
  const rows = await replayPage(pool, { accountId: account, conversationId: g }, after, head, 100);
  return rows.flatMap((row) => (row.kind === 'entry' ? [row.entry.seq] : []));
};

describe('a group in the read model', () => {
  it('gives commands the state that the stream folds to', async () => {
    let folded: ConversationState = ABSENT;
    for await (const event of log.eventStore.readStream(`conversation-${g}`)) folded = evolve(folded, event);
    const snapshot = await conversationSnapshot(pool, g);
    const plain = (state: ConversationState): unknown =>
      state.kind === 'absent'
        ? state
        : {
            ...state,
            members: Object.fromEntries(state.members),
            left: Object.fromEntries(state.left),
            links: Object.fromEntries(state.links),
            requests: Object.fromEntries(state.requests),
          };
    expect(snapshot?.revision).toBe(31);
    const { lastAt, ...rest } = plain(snapshot!.state) as { lastAt: number };
    const { lastAt: expected, ...folds } = plain(folded) as { lastAt: number };
    expect(rest).toEqual(folds);
    expect(lastAt).toBe(expected);
  });

  it('shows each member what it may read', async () => {
    expect(await readable(ida)).toEqual(['without hal', null]);
    expect(await readable(joe)).toEqual([]);
    // Left at 27; what was deleted or is over shows nothing to anybody.
    expect(await readable(gil)).toEqual(['one', 'zwo', null, 'without hal']);
    // Back with the history shared.
    expect(await readable(hal)).toEqual(['one', 'zwo', null, 'without hal', null]);
  });

  it('tells each what happened while it was there, the end of it included', async () => {
    // What concerns admins alone: links and requests.
    const others = (seq: number): boolean => ![4, 5, 7, 8, 28].includes(seq);
    expect(await seqsTold(hal)).toEqual([...range(0, 21), ...range(24, 31)].filter(others));
    // Before it was one itself, too.
    expect(await seqsTold(ida)).toEqual([6, ...range(9, 31)]);
    expect(await seqsTold(gil)).toEqual(range(0, 27));
    expect(await seqsTold(joe)).toEqual([]);
    for (const [account, seq] of [
      [hal, 21],
      [hal, 22],
      [hal, 24],
      [gil, 27],
      [gil, 28],
      [joe, 5],
    ] as const) {
      const { state } = (await conversationSnapshot(pool, g))!;
      expect(toldOf(state, seq).includes(account)).toBe((await seqsTold(account)).includes(seq));
    }
  });

  it('never says again what was deleted', async () => {
    const rows = await replayPage(pool, { accountId: gil, conversationId: g }, START, head, 100);
    const text = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toMatch(/drei|three/);
    expect(text).toMatch(/zwo/);
  });

  it('stands still for who left', async () => {
    const view = await conversationOf(pool, gil, g);
    expect(view).toMatchObject({ kind: 'group', headSeq: 27, role: null, name: 'Bouldering' });
    const current = await conversationOf(pool, ida, g);
    expect(current).toMatchObject({ headSeq: 31, role: 'owner', timerSeconds: 86_400, description: null });
    expect(current!.lastAt).toBeGreaterThan(view!.lastAt);
    expect(await conversationsPage(pool, hal, { limit: 5 })).toHaveLength(1);
    expect(await conversationOf(pool, joe, g)).toBeNull();
  });

  it('counts what each has not read', async () => {
    const keys = [gil, hal, ida, joe].map((viewer) => ({ conversationId: g, viewer }));
    expect(await unreadCounts(pool, keys)).toEqual([3, 0, 0, 0]);
    expect((await lastMessages(pool, keys)).map((message) => message?.seq ?? null)).toEqual([22, 30, 30, null]);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('whom an admin removed from a group', () => {
  it('is known for it however long ago that was, until it comes back', async () => {
    const own = await testLog();
    const members = [
      { accountId: gil, role: 'owner' },
      { accountId: hal, role: 'member' },
      { accountId: ida, role: 'member' },
    ];
    await own.happens('g', 'gil', 'GroupCreated', { members, settings: openSettings }, { name: 'Climbing' });
    await own.happens('g', 'gil', 'MemberRemoved', { accountId: hal });
    await own.happens('g', 'ida', 'MemberLeft', { accountId: ida });
    const projector = own.projector();
    await projector.prepare();
    const known = async (): Promise<unknown> => {
      await projector.catchUp();
      const { state } = (await conversationSnapshot(own.database.pool, g))!;
      const removed = await Promise.all(
        [gil, hal, ida, joe].map((account) => isRemovedMember(own.database.pool, g, account)),
      );
      return [state.kind === 'absent' ? [] : [...state.left], removed];
    };
    const past = { from: 0, joinedAt: 0 };
    const left = [
      [hal, [{ ...past, to: 2, removed: true }]],
      [ida, [{ ...past, to: 3 }]],
    ];
    expect(await known()).toEqual([left, [false, true, false, false]]);
    for (let n = 0; n < 20; n += 1)
      await own.send('g', 'gil', ...Array.from({ length: 501 }, (_, index) => `${n * 501 + index}`));
    // The state that commands are decided on does not go back so far.
    expect(await known()).toEqual([[], [false, true, false, false]]);
    await own.happens('g', 'gil', 'MembersAdded', { members: [hal], sharedHistory: false, via: 'admin' });
    expect(await known()).toEqual([[], [false, false, false, false]]);
    await own.close();
  });
});
