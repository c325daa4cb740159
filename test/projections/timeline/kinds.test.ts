import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSENT, evolve, type ConversationState } from '../../../src/domain/conversations/index.js';
import { evolveTarget, type Target } from '../../../src/domain/messages/target.js';
import { START } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { findTarget } from '../../../src/projections/timeline/target.queries.js';
import { kinds, testLog, uuid, type TestLog } from '../fixture.js';

const [kim, lea, kl] = ['kim', 'lea', 'kl'].map(uuid) as [string, string, string];

let log: TestLog;
let pool: TestLog['database']['pool'];

beforeAll(async () => {
  log = await testLog();
  ({ pool } = log.database);
  await kinds(log);
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
});
afterAll(() => log.close());

describe('messages and what became of them, in the read model', () => {
  it.each([1, 2, 3, 4, 5, 6, 23, 31])(
    'the facts of %i are those that its stream folds to, for each account',
    async (seq) => {
      for (const account of [kim, lea]) {
        let folded: Target | undefined;
        for await (const event of log.eventStore.readStream(`conversation-${kl}`))
          folded = evolveTarget(folded, event, { seq }, account);
        const { revision, target } = await findTarget(pool, kl, { seq }, account);
        expect(revision).toBe(33);
        // What was said is not known from the stream alone, nor what is left of what is gone.
        const known = ({ text: _text, poll, live, ...rest }: Target): object => ({
          ...rest,
          ...(rest.gone ? {} : { poll, live }),
        });
        expect(known(target!)).toEqual(known(folded!));
        expect((await findTarget(pool, kl, { id: target!.id }, account)).target).toEqual(target);
      }
    },
  );

  it('what is pinned is what the stream folds to', async () => {
    let state: ConversationState = ABSENT;
    for await (const event of log.eventStore.readStream(`conversation-${kl}`)) state = evolve(state, event);
    expect((await conversationSnapshot(pool, kl))?.state).toMatchObject({
      pins: state.kind === 'absent' ? [] : state.pins,
    });
    expect(state).toMatchObject({ pins: [] });
  });

  it('replays show the newest place only, and nothing of what is gone or withheld', async () => {
    const rows = await replayPage(
      pool,
      { accountId: lea, conversationId: kl },
      START,
      await log.eventStore.head(),
      100,
    );
    const said = JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(said).toContain('latitude\\\":7');
    expect(said).toContain('and again');
    expect(said).toContain('example.com/2');
    for (const gone of [
      'latitude\\\":5',
      'latitude\\\":1',
      'latitude\\\":9',
      '"once"',
      'Max',
      'unseen',
      'example.com/3',
      'example.com/4',
    ])
      expect(said).not.toContain(gone);
  });
});
