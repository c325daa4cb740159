import { afterAll, beforeAll, expect, it } from 'vitest';
import { liveHub } from '../../../src/api/live/hub.js';
import { liveReads } from '../../../src/api/live/reads.js';
import type { Update } from '../../kit/documents.js';
import { conversationStates } from '../../../src/domain/conversations/index.js';
import { systemClock } from '../../../src/platform/clock/system.js';
import { preferenceStates } from '../../../src/domain/preferences/index.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { testLog, uuid, type TestLog } from '../../projections/fixture.js';
import { relations } from '../../../src/domain/contacts/index.js';
import { accountRelations, accountsByNumber } from '../../../src/projections/contacts/commands.queries.js';
import { cursors } from '../kit/fake.js';

let log: TestLog;
beforeAll(async () => {
  log = await testLog();
});
afterAll(() => log.close());

it('following the log outlives engines that do not answer in time', async () => {
  const { eventStore, database } = log;
  const { pool } = database;
  for (const account of ['ada', 'bob']) await log.register(account);
  await log.start('ab', ['ada', 'bob']);
  const failing = { keys: 2, states: 2 };
  const failOnce = (what: keyof typeof failing): void => {
    failing[what] -= 1;
    if (failing[what] >= 0) throw new Error('timeout exceeded when trying to connect');
  };
  const states = conversationStates({
    eventStore,
    findSnapshot: async (id) => {
      failOnce('states');
      return conversationSnapshot(pool, id);
    },
  });
  const hub = liveHub({
    eventStore,
    states,
    preferences: preferenceStates({ eventStore, findSnapshot: () => Promise.resolve(undefined) }),
    relations: relations({
      eventStore,
      findRelations: (accountId) => accountRelations(pool, accountId),
      findAccounts: (numbers) => accountsByNumber(pool, numbers),
    }),
    cursors,
    open: async (events) => {
      failOnce('keys');
      return log.open(events);
    },
    isIncluded: () => Promise.resolve(true),
    onEvent: () => undefined,
    reads: liveReads({
      pool,
      cursors,
      waitFor: () => Promise.resolve(true),
      head: () => eventStore.head(),
      clock: systemClock,
    }),
    logger: silentLogger,
    clock: systemClock,
  });
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  const end = new AbortController();
  await hub.start(end.signal);
  const seen: unknown[] = [];
  const source = hub.updates({ accountId: uuid('bob'), deviceId: uuid('bob/1') }, null);
  const both = new Promise<void>((resolve) => {
    source.pipe({
      deliver: ({ update }) => {
        if ((update as Update).__typename !== 'MessageAdded') return;
        seen.push(update);
        if (seen.length === 2) resolve();
      },
      writable: () => undefined,
      end: () => undefined,
    });
  });
  await log.send('ab', 'ada', 'one');
  await log.send('ab', 'ada', 'two');
  await both;
  expect([seen.length, hub.following, failing.keys < 0 && failing.states < 0]).toEqual([2, true, true]);
  end.abort();
  await hub.done;
});
