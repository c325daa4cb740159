import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock/system.js';
import type { EventStore, NewEvent } from '../../src/platform/eventStore/port.js';
import { postgresEventStore, type PostgresEventStoreOptions } from '../../src/platform/eventStore/postgres/index.js';
import { createPool } from '../../src/platform/readStore/pool.js';
import { silentLogger as logger } from '../../src/platform/observability/logger.js';
import { testDatabase } from '../kit/postgres.js';
import { eventStoreContract } from './eventStore.js';
import { appended, collect, expectLogOrder, follow, ids, newEvent, newEvents, newStream } from './eventStore/kit.js';
import { silentProxy } from '../kit/silentProxy.js';

type Settings = Partial<Omit<PostgresEventStoreOptions, 'pool'>>;

function adapter(connectionString: string, settings: Settings = {}): EventStore {
  const pool = createPool(connectionString, { max: 4 });
  const store = postgresEventStore({
    pool,
    listenConnectionString: connectionString,
    clock: systemClock,
    logger,
    ...settings,
  });
  return {
    ...store,
    async close() {
      await store.close();
      if (!pool.ended) await pool.end();
    },
  };
}

eventStoreContract('postgres', async () => {
  const database = await testDatabase();
  const opened = new Set<EventStore>();
  const another = async (): Promise<EventStore> => {
    const store = adapter(database.connectionString);
    opened.add(store);
    return store;
  };
  return {
    store: await another(),
    another,
    async close() {
      await Promise.all([...opened].map((store) => store.close()));
      await database.close();
    },
  };
});

describe('event store: postgres, what its port does not ask for', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let sql: pg.Client;
  beforeAll(async () => {
    database = await testDatabase();
    sql = new pg.Client(database.connectionString);
    await sql.connect();
  });
  afterAll(async () => {
    await sql.end();
    await database.close();
  });

  /** Runs a test with an adapter that is closed after it. */
  async function using<T>(settings: Settings, test: (store: EventStore) => Promise<T>): Promise<T> {
    const store = adapter(database.connectionString, settings);
    try {
      return await test(store);
    } finally {
      await store.close();
    }
  }

  async function killSessions(name = '%'): Promise<void> {
    await sql.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE $1`,
      [name],
    );
  }

  it('keeps the log contiguous: as many events as positions, and the head at the last', () =>
    using({}, async (store) => {
      await Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          store.append({ stream: newStream(), expected: index % 3 === 0 ? 5 : 'any', events: newEvents(3) }),
        ),
      );
      const { rows } = await sql.query(
        'SELECT count(*)::int AS n, max(position)::int AS last, (SELECT position::int FROM log_head) AS head FROM events',
      );
      expect(rows[0]).toEqual({ n: 600, last: 599, head: 599 });
    }));

  it.each<{ title: string; spoil: (event: NewEvent) => NewEvent }>([
    { title: 'U+0000 in data', spoil: (event) => ({ ...event, data: { text: 'a\u0000b' } }) },
    { title: 'a lone surrogate in data', spoil: (event) => ({ ...event, data: { 'key \ud800': 1 } }) },
    { title: 'U+0000 in metadata', spoil: (event) => ({ ...event, metadata: { occurredAt: 1, trace: '\\\u0000' } }) },
    { title: 'a lone surrogate in the type', spoil: (event) => ({ ...event, type: '\udfff' }) },
    { title: 'an id that is no UUID', spoil: (event) => ({ ...event, id: 'first' }) },
  ])('refuses $title, and nothing else of the same flush', ({ spoil }) =>
    using({}, async (store) => {
      const good = newStream();
      const [first, second, third] = await Promise.allSettled([
        store.append({ stream: good, expected: 'no_stream', events: newEvents(1) }),
        store.append({ stream: newStream(), expected: 'any', events: [newEvent(), spoil(newEvent())] }),
        store.append({ stream: good, expected: 0, events: [newEvent({ text: '\\u0000 \\ud800 as text' })] }),
      ]);
      expect(second).toMatchObject({ status: 'rejected', reason: { code: 'invalid' } });
      expect([first, third]).toMatchObject([{ value: { revision: 0 } }, { value: { revision: 1 } }]);
      expect((await collect(store.readStream(good)))[1]!.data).toEqual({ text: '\\u0000 \\ud800 as text' });
    }),
  );

  it('removes what is truncated or deleted from the database', () =>
    using({}, async (store) => {
      const [truncated, deleted] = [newStream(), newStream()];
      await appended(store, { stream: truncated, expected: 'no_stream', events: newEvents(5) });
      await appended(store, { stream: deleted, expected: 'no_stream', events: newEvents(5) });
      await store.truncateBefore(truncated, 3);
      await store.deleteStream(deleted);
      const { rows } = await sql.query(
        'SELECT stream, revision::int FROM events WHERE stream = ANY($1) ORDER BY revision',
        [[truncated, deleted]],
      );
      expect(rows).toEqual([3, 4].map((revision) => ({ stream: truncated, revision })));
    }));

  it('reads on from the database when a consumer falls behind what is in memory', () =>
    using({ tailEvents: 40 }, async (store) => {
      const stream = newStream();
      let written: Promise<unknown> | undefined;
      const write = async (): Promise<void> => {
        for (let index = 0; index < 60; index++)
          await appended(store, { stream, expected: 'any', events: newEvents(30) });
      };
      const slow = follow(
        store,
        await store.head(),
        [stream],
        (own) => own.length >= 1800,
        () => (written ??= write()).then(() => undefined),
      );
      expect((await slow).map((event) => event.revision)).toEqual(Array.from({ length: 1800 }, (_, index) => index));
    }));

  it('loses and doubles nothing while every session is killed again and again', { timeout: 60_000 }, () =>
    using({}, async (store) => {
      const streams = Array.from({ length: 10 }, newStream);
      const before = await store.head();
      const total = streams.length * 60 * 2;
      const follower = follow(store, before, streams, (own) => own.length >= total);
      let answered = 0;
      const writers = streams.map(async (stream) => {
        for (let index = 0; index < 60; index++) {
          const outcome = await appended(store, {
            stream,
            expected: index === 0 ? 'no_stream' : index * 2 - 1,
            events: newEvents(2),
          });
          expect(outcome.revision).toBe(index * 2 + 1);
          if (++answered % 25 === 0) await killSessions();
        }
      });
      await Promise.all(writers);
      const events = await follower;
      expect(events).toHaveLength(total);
      expectLogOrder(events);
      await killSessions();
      const last = newStream();
      const more = follow(store, events.at(-1)!.position, [last], (own) => own.length >= 1);
      await appended(store, { stream: last, expected: 'no_stream', events: newEvents(1) });
      expect(await more).toHaveLength(1);
    }),
  );

  it('hears of what others write when its listening session was lost', () =>
    using({}, (store) =>
      using({}, async (other) => {
        const streams = [newStream(), newStream()];
        const before = await store.head();
        let lost: Promise<unknown> | undefined;
        const write = async (stream: string): Promise<unknown> =>
          appended(other, { stream, expected: 'no_stream', events: newEvents(1) });
        const events = await follow(
          store,
          before,
          streams,
          (own) => own.length === 2,
          () => {
            lost ??= write(streams[0]!)
              .then(() => killSessions('parlance-listen'))
              .then(() => write(streams[1]!));
          },
        );
        await lost;
        expect(events.map((event) => event.stream)).toEqual(streams);
      }),
    ));

  describe('with a network that fails', () => {
    it('listens anew when the session that listens has gone silent', async () => {
      const proxy = await silentProxy(database.connectionString);
      const listening = async (): Promise<readonly number[]> =>
        (
          await sql.query<{ pid: number }>(
            `SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'parlance-listen' AND query LIKE 'SELECT 1%'`,
          )
        ).rows.map(({ pid }) => pid);
      await using({ listenConnectionString: proxy.connectionString, heartbeatMs: 50 }, async (store) => {
        const stop = new AbortController();
        const following = collect(store.subscribe(await store.head(), { signal: stop.signal }));
        await eventually(async () => (await listening()).length === 1);
        const [first] = await listening();
        proxy.forget();
        await eventually(async () => (await listening()).some((pid) => pid !== first));
        stop.abort();
        await following;
      });
      await proxy.close();
    });

    it('finds a flush that was stored while its answer was lost, and stores it once', async () => {
      const proxy = await silentProxy(database.connectionString);
      await using({ listenConnectionString: proxy.connectionString }, async (store) => {
        const [stream, loose] = [newStream(), newStream()];
        await appended(store, { stream, expected: 'no_stream', events: newEvents(1) });
        proxy.holdAnswers();
        const events = newEvents(2);
        const outcomes = [
          store.append({ stream, expected: 0, events }),
          store.append({ stream: loose, expected: 'any', events: newEvents(1) }),
        ];
        await eventually(async () => (await collect(store.readStream(stream))).length === 3);
        proxy.breakAll();
        expect(await Promise.all(outcomes)).toMatchObject([
          { kind: 'appended', revision: 2, repeated: true },
          { kind: 'appended', revision: 0, repeated: true },
        ]);
        expect(await collect(store.readStream(stream))).toHaveLength(3);
        const live = await follow(
          store,
          await positionBefore(store, stream),
          [stream, loose],
          (own) => own.length === 4,
        );
        expectLogOrder(live);
      });
      await proxy.close();
    });

    it('says in_doubt when no answer comes, and the same request finds out', async () => {
      const proxy = await silentProxy(database.connectionString);
      await using({ listenConnectionString: proxy.connectionString, appendTimeoutMs: 200 }, async (store) => {
        const stream = newStream();
        await appended(store, { stream, expected: 'no_stream', events: newEvents(1) });
        proxy.holdAnswers();
        const request = { stream, expected: 0, events: newEvents(2) };
        const lost = store.append(request);
        await eventually(async () => (await collect(store.readStream(stream))).length === 3);
        proxy.refuse();
        await expect(lost).rejects.toMatchObject({ name: 'EventStoreError', code: 'in_doubt' });
        await expect(store.append({ stream, expected: 2, events: newEvents(1) })).rejects.toMatchObject({
          code: 'unavailable',
        });
        proxy.breakAll();
        expect(await store.append(request)).toMatchObject({ kind: 'appended', revision: 2, repeated: true });
        expect(ids(await collect(store.readStream(stream, { from: 1 })))).toEqual(ids(request.events));
      });
      await proxy.close();
    });
  });
});

/** Asks again until it is so; the test's own time-out is the bound. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

async function positionBefore(store: EventStore, stream: string): Promise<Awaited<ReturnType<EventStore['head']>>> {
  const [first] = await collect(store.readStream(stream, { limit: 1 }));
  return (first!.position - 1n) as Awaited<ReturnType<EventStore['head']>>;
}
