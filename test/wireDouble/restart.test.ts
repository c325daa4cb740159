import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventStoreDbEventStore } from '../../src/platform/eventStore/eventstoredb/index.js';
import { EventStoreError, START, type LogItem } from '../../src/platform/eventStore/port.js';
import { silentLogger } from '../../src/platform/observability/logger.js';
import { all, event, idsOf, stream } from './kit.js';
import { startWireDoubleProcess } from './process.js';

describe('a server that is killed and started again on its log', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wire-double-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has every append that was acknowledged, once; a subscription goes on over the kills', async () => {
    const file = path.join(folder, 'log');
    let server = await startWireDoubleProcess({ file });
    const { port, url } = server;
    const store = eventStoreDbEventStore({ connectionString: url, logger: silentLogger, appendDeadlineMs: 2000 });
    const controller = new AbortController();
    const followed: LogItem[] = [];
    const following = (async () => {
      for await (const batch of store.subscribe(START, { signal: controller.signal })) followed.push(...batch);
    })();

    // Each writer owns a stream, and repeats what is in doubt at its revision before anything else.
    const acknowledged: string[] = [];
    let running = true;
    const writers = Array.from({ length: 4 }, async () => {
      const name = stream();
      let revision = -1;
      while (running) {
        const next = event();
        for (let settled = false; !settled;) {
          try {
            const expected = revision < 0 ? 'no_stream' : revision;
            const outcome = await store.append({ stream: name, expected, events: [next] });
            if (outcome.kind !== 'appended') throw new Error(`unexpected: ${outcome.kind}`);
            revision = outcome.revision;
            acknowledged.push(next.id);
            settled = true;
          } catch (error) {
            if (!(error instanceof EventStoreError) || (error.code !== 'unavailable' && error.code !== 'in_doubt'))
              throw error;
          }
        }
      }
    });
    const reach = async (count: number): Promise<void> => {
      while (acknowledged.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    for (let kills = 0; kills < 3; kills += 1) {
      await reach(acknowledged.length + 50);
      await server.kill();
      await appendFile(file, '[{"stream":"torn'); // what a kill in the middle of a write leaves
      server = await startWireDoubleProcess({ port, file });
    }
    await reach(acknowledged.length + 50);
    running = false;
    await Promise.all(writers);

    const stored = (await all(store.readLog(START))).map(({ id }) => id);
    expect(new Set(stored).size).toBe(stored.length);
    expect([...acknowledged].sort()).toEqual([...stored].sort());
    while (idsOf(followed).length < stored.length) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await following;
    expect(idsOf(followed)).toEqual(stored);

    await store.close();
    await server.kill();
    const ids = (await readFile(file, 'utf8')).match(/"id":"[^"]+"/g) ?? [];
    for (const id of acknowledged) expect(ids).toContain(`"id":"${id}"`);
  }, 60_000);
});
