import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START } from '../../../src/platform/eventStore/port.js';
import { conversationsPage } from '../../../src/projections/conversations/conversations.queries.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { lastMessages, messagesAfter } from '../../../src/projections/timeline/timeline.queries.js';
import { unreadCounts, unreadTotals } from '../../../src/projections/timeline/unread.queries.js';
import { group, testLog, uuid, type TestLog } from '../fixture.js';

/** What may happen in a group of ada (its owner), bob and eve. Sequences are taken modulo what there is. */
type Step =
  | { readonly kind: 'send'; readonly by: string }
  | {
      readonly kind: 'edit' | 'delete' | 'react' | 'hide' | 'clear' | 'delete_chat' | 'read';
      readonly by: string;
      readonly at: number;
    }
  | { readonly kind: 'remove' | 'add'; readonly who: 'bob' | 'eve'; readonly shared: boolean };

const person = fc.constantFrom('ada', 'bob', 'eve');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), by: person }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('edit', 'delete', 'react', 'hide', 'clear', 'delete_chat', 'read'),
      by: person,
      at: fc.nat(40),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('remove', 'add'),
      who: fc.constantFrom('bob', 'eve'),
      shared: fc.boolean(),
    }),
  },
);

interface Entry {
  readonly seq: number;
  readonly author?: string;
  readonly target?: number;
  deleted?: boolean;
}

interface Person {
  /** Sequences of memberships: readable from, told from, up to (exclusive). */
  readonly memberships: { from: number; joined: number; to: number }[];
  readonly hidden: Set<number>;
  clearedTo: number;
  deletedTo: number;
  read: number;
}

/** One group in the log, and what each person should see of it, computed in the plainest way. */
async function play(log: TestLog, name: string, steps: readonly Step[]) {
  const people = new Map<string, Person>();
  for (const who of ['ada', 'bob', 'eve'])
    people.set(who, {
      memberships: [{ from: 0, joined: 0, to: Infinity }],
      hidden: new Set(),
      clearedTo: -1,
      deletedTo: -1,
      read: -1,
    });
  const entries: Entry[] = [{ seq: 0 }];
  const settings = {
    send: 'everyone',
    editInfo: 'everyone',
    addMembers: 'admins',
    approval: false,
    sharedHistory: false,
  };
  const members = ['ada', 'bob', 'eve'].map((who) => ({
    accountId: uuid(`${name} ${who}`),
    role: who === 'ada' ? 'owner' : 'member',
  }));
  const of = (who: string): string => `${name} ${who}`;
  for (const who of people.keys()) await log.register(of(who));
  await log.happens(name, of('ada'), 'GroupCreated', { members, settings }, { name });
  const isIn = (who: string): boolean => people.get(who)!.memberships.at(-1)!.to === Infinity;
  const happens = async (
    entry: Omit<Entry, 'seq'>,
    type: string,
    data: Record<string, unknown>,
    by: string,
  ): Promise<void> => {
    await log.happens(name, of(by), type, data, type === 'MessageEdited' ? { text: 'edited' } : {});
    entries.push({ seq: entries.length, ...entry });
  };
  for (const one of steps) {
    const head = entries.length - 1;
    if ('who' in one) {
      const { memberships } = people.get(one.who)!;
      const inside = isIn(one.who);
      if (one.kind === 'remove' && inside) {
        memberships.at(-1)!.to = head + 2;
        await happens({}, 'MemberRemoved', { accountId: uuid(of(one.who)) }, 'ada');
      } else if (one.kind === 'add' && !inside) {
        memberships.push({ from: one.shared ? 0 : head + 1, joined: head + 1, to: Infinity });
        await happens(
          {},
          'MembersAdded',
          { members: [uuid(of(one.who))], sharedHistory: one.shared, via: 'admin' },
          'ada',
        );
      }
      continue;
    }
    const me = people.get(one.by)!;
    if (one.kind === 'send') {
      if (!isIn(one.by)) continue;
      await log.send(name, of(one.by), 'something');
      entries.push({ seq: head + 1, author: one.by });
      me.read = Math.max(me.read, head + 1);
      continue;
    }
    const upTo = one.at % (head + 1);
    const message = entries.filter(({ author }) => author !== undefined)[one.at % 7];
    const conversationId = uuid(name);
    switch (one.kind) {
      case 'edit':
      case 'delete':
      case 'react': {
        if (message === undefined || message.deleted === true || !isIn(one.by)) break;
        if (one.kind === 'delete') message.deleted = true;
        const [type, data] = {
          edit: ['MessageEdited', {}] as const,
          delete: ['MessageDeleted', {}] as const,
          react: ['ReactionChanged', { emoji: '👍' }] as const,
        }[one.kind];
        await happens({ target: message.seq }, type, { target: message.seq, ...data }, one.by);
        break;
      }
      case 'hide':
        if (message === undefined || me.hidden.has(message.seq)) break;
        me.hidden.add(message.seq);
        await log.prefer(of(one.by), 'MessageHidden', { conversationId, seq: message.seq });
        break;
      case 'clear':
      case 'delete_chat':
        me.clearedTo = Math.max(me.clearedTo, upTo);
        if (one.kind === 'delete_chat') me.deletedTo = Math.max(me.deletedTo, upTo);
        await log.prefer(of(one.by), one.kind === 'clear' ? 'ChatCleared' : 'ChatDeleted', { conversationId, upTo });
        break;
      case 'read':
        me.read = Math.max(me.read, upTo);
        await log.receipt(name, of(one.by), `${of(one.by)}/1`, { read: upTo });
    }
  }
  return { name, people, entries };
}

let log: TestLog;
beforeAll(async () => {
  log = await testLog();
});
afterAll(() => log.close());

describe('whatever happens', () => {
  it('each sees what was shown to it, without what it hid or cleared, and counts what it has not read of that', async () => {
    const worlds: Awaited<ReturnType<typeof play>>[] = [];
    const histories = fc.sample(fc.array(step, { minLength: 10, maxLength: 40 }), { numRuns: 40, seed: 20_261_124 });
    for (const [index, steps] of histories.entries()) worlds.push(await play(log, `world ${index}`, steps));
    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    const { pool } = log.database;
    for (const { name, people, entries } of worlds)
      for (const [who, me] of people) {
        const viewer = uuid(`${name} ${who}`);
        const conversationId = uuid(name);
        const shown = (seq: number): boolean => me.memberships.some(({ from, to }) => seq >= from && seq < to);
        const told = (seq: number): boolean => me.memberships.some(({ joined, to }) => seq >= joined && seq < to);
        const forgotten = (seq: number): boolean => me.hidden.has(seq) || seq <= me.clearedTo;
        const visible = entries.filter(({ seq, author }) => author !== undefined && shown(seq) && !forgotten(seq));
        const context = `${name} ${who}`;

        const page = await messagesAfter(pool, { conversationId, viewer }, { seq: -1, limit: 100 });
        expect(
          page.map(({ seq }) => seq),
          context,
        ).toEqual(visible.map(({ seq }) => seq));
        const [last] = await lastMessages(pool, [{ conversationId, viewer }]);
        expect(last?.seq ?? null, context).toBe(visible.at(-1)?.seq ?? null);

        const unread = visible.filter(
          ({ seq, author, deleted }) => seq > me.read && author !== who && deleted !== true,
        );
        expect(await unreadCounts(pool, [{ conversationId, viewer }]), context).toEqual([unread.length]);
        expect(await unreadTotals(pool, viewer, 0), context).toMatchObject({
          chats: unread.length > 0 ? 1 : 0,
          messages: unread.length,
          archivedMessages: 0,
        });

        const rows = await replayPage(pool, { accountId: viewer, conversationId }, START, projector.position(), 1_000);
        const replayed = rows.flatMap((row) => (row.kind === 'entry' ? [row.entry.seq] : []));
        const expected = entries.filter(
          ({ seq, author, target }) =>
            told(seq) && !(author !== undefined && forgotten(seq)) && !(target !== undefined && forgotten(target)),
        );
        expect(replayed, context).toEqual(expected.map(({ seq }) => seq));
        expect(rows.flatMap((row) => (row.kind === 'hidden' ? [row.seq] : [])).sort(), context).toEqual(
          [...me.hidden].sort(),
        );

        const listed =
          me.deletedTo < 0 ||
          me.memberships.at(-1)!.joined > me.deletedTo ||
          visible.some(({ seq }) => seq > me.deletedTo);
        expect(await conversationsPage(pool, viewer, { limit: 5 }), context).toHaveLength(listed ? 1 : 0);
      }
  }, 60_000);
});

describe('mentions', () => {
  it('are counted as the message has them now, muted or not, and not in archived chats', async () => {
    const project = async (): Promise<void> => {
      const projector = log.projector();
      await projector.prepare();
      await projector.catchUp();
    };
    const gils = (now: number): Promise<object> => unreadTotals(log.database.pool, uuid('gil'), now);
    // An edit of the second message mentions gil.
    await group(log);
    await log.prefer('gil', 'ChatMuted', { conversationId: uuid('g'), until: 1_000 });
    await project();
    const totals = { chats: 1, messages: 3, mutedMessages: 3, archivedMessages: 0, mentions: 1 };
    expect(await gils(999)).toEqual(totals);
    expect(await gils(1_000)).toEqual({ ...totals, mutedMessages: 0 });
    await log.prefer('gil', 'ChatArchived', { conversationId: uuid('g') });
    await project();
    expect(await gils(1_000)).toEqual({ chats: 0, messages: 0, mutedMessages: 0, archivedMessages: 3, mentions: 0 });
  });
});
