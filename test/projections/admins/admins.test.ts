import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABSENT, evolve, wasAdmin, type ConversationState } from '../../../src/domain/conversations/index.js';
import { verify } from '../../../src/main/projections/verify.js';
import { START } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { replayPage } from '../../../src/projections/replay/replay.queries.js';
import { openSettings, testLog, uuid, type TestLog } from '../fixture.js';

let log: TestLog;
beforeEach(async () => {
  log = await testLog();
});
afterEach(() => log.close());

const [gil, hal, ida] = ['gil', 'hal', 'ida'].map(uuid) as [string, string, string];
const g = uuid('g');

describe('who was an admin when, in the read model', () => {
  it('is the same however it is projected, is what the stream folds to, and decides what a replay tells', async () => {
    for (const account of ['gil', 'hal', 'ida']) await log.register(account);
    const members = [
      { accountId: gil, role: 'owner' },
      { accountId: hal, role: 'member' },
      { accountId: ida, role: 'admin' },
    ];
    await log.happens('g', 'gil', 'GroupCreated', { members, settings: openSettings }, { name: 'Climbing' });
    let links = 0;
    const link = (): Promise<unknown> =>
      log.happens('g', 'gil', 'InviteLinkCreated', { linkId: uuid(`link ${(links += 1)}`), tokenHash: `${links}` });
    const becomes = (accountId: string, role: string): Promise<unknown> =>
      log.happens('g', 'gil', 'RoleChanged', { accountId, role });
    // Links at 1, 3, 5, 8, 10, 12.
    await link();
    await becomes(hal, 'admin');
    await link();
    await becomes(hal, 'member');
    await link();
    await becomes(hal, 'admin');
    await becomes(hal, 'owner');
    await link();
    await log.happens('g', 'gil', 'MemberRemoved', { accountId: ida });
    await link();
    await log.happens('g', 'gil', 'MemberLeft', { accountId: gil, newOwner: hal });
    await link();

    const projector = log.projector();
    await projector.prepare();
    await projector.catchUp();
    const deps = { readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS };
    expect((await verify(deps)).flatMap(({ examples }) => examples)).toEqual([]);

    let folded: ConversationState = ABSENT;
    for await (const event of log.eventStore.readStream(`conversation-${g}`)) folded = evolve(folded, event);
    const { state } = (await conversationSnapshot(log.database.pool, g))!;
    if (state.kind === 'absent' || folded.kind === 'absent') throw new Error('nothing folded');
    expect(Object.fromEntries(state.adminTerms)).toEqual(Object.fromEntries(folded.adminTerms));

    const head = await log.eventStore.head();
    for (const [account, told] of [
      [gil, [1, 3, 5, 8, 10]],
      [hal, [3, 8, 10, 12]],
      [ida, [1, 3, 5, 8]],
    ] as const) {
      const rows = await replayPage(log.database.pool, { accountId: account, conversationId: g }, START, head, 50);
      const seqs = rows.flatMap((row) =>
        row.kind === 'entry' && row.entry.kind === 'invite_link_created' ? [row.entry.seq] : [],
      );
      expect(seqs).toEqual(told);
      expect(seqs.every((seq) => wasAdmin(state, account, seq))).toBe(true);
    }
  });
});
