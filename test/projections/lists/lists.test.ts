import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABSENT, evolve, recipientsAt, type ConversationState } from '../../../src/domain/conversations/index.js';
import { verify } from '../../../src/main/projections/verify.js';
import { START } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { conversationsPage } from '../../../src/projections/conversations/conversations.queries.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { recipientsOfLists } from '../../../src/projections/lists/lists.queries.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

const [ann, bob, cat, dan] = ['ann', 'bob', 'cat', 'dan'].map(uuid) as [string, string, string, string];

/** Projected, and equal however it is projected. */
async function projected(): Promise<TestLog['database']['pool']> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  const deps = { readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS };
  expect((await verify(deps)).flatMap(({ examples }) => examples)).toEqual([]);
  return log.database.pool;
}

async function folded(name: string): Promise<ConversationState> {
  let state: ConversationState = ABSENT;
  for await (const event of log.eventStore.readStream(`conversation-${uuid(name)}`)) state = evolve(state, event);
  return state;
}

describe('a broadcast list in the read model', () => {
  beforeEach(async () => {
    for (const account of ['ann', 'bob', 'cat', 'dan']) await log.register(account);
    await log.happens('l', 'ann', 'BroadcastListCreated', { recipients: [bob, cat] }, { name: 'Choir' });
    await log.send('l', 'ann', 'rehearsal');
    await log.happens('l', 'ann', 'RecipientsChanged', { added: [dan], removed: [bob] });
    await log.send('l', 'ann', 'concert');
    await log.happens('l', 'ann', 'RecipientsChanged', { added: [bob], removed: [] });
    await log.happens('l', 'ann', 'GroupInfoChanged', {}, { name: 'The choir' });
  });

  it('gives commands the state that the stream folds to', async () => {
    const pool = await projected();
    const { state, revision } = (await conversationSnapshot(pool, uuid('l')))!;
    expect(revision).toBe(5);
    expect(state).toEqual(await folded('l'));
    expect([1, 3, 5].map((seq) => new Set(recipientsAt(state, seq)))).toEqual([
      new Set([bob, cat]),
      new Set([cat, dan]),
      new Set([bob, cat, dan]),
    ]);
    expect((await recipientsOfLists(pool, [uuid('l')])).get(uuid('l'))).toEqual(
      expect.arrayContaining([bob, cat, dan]),
    );
  });

  it('is shown and told to its author alone', async () => {
    const pool = await projected();
    const head = await log.eventStore.head();
    expect(await conversationsPage(pool, ann, { limit: 5 })).toMatchObject([
      { kind: 'broadcast', name: 'The choir', role: 'owner' },
    ]);
    const told = await replayPage(pool, { accountId: ann, conversationId: uuid('l') }, START, head, 50);
    expect(told.filter(({ kind }) => kind === 'entry')).toHaveLength(6);
    for (const recipient of [bob, cat, dan]) {
      expect(await conversationsPage(pool, recipient, { limit: 5 })).toEqual([]);
      expect(await replayPage(pool, { accountId: recipient, conversationId: uuid('l') }, START, head, 50)).toEqual([]);
    }
  });
});
