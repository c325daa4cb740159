import { describe, expect, it, vi } from 'vitest';
import { all, event, events, rawEvent, rig, settledWithin, stream } from './kit.js';

// Each test shows the fault on the package's client as it is, and then that the adapter stands it.

describe('F1: an append that is never answered', () => {
  it('passes its deadline, and is found stored when it is repeated at its revision', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.faults.silence = 'after';
    expect(await settledWithin(own.raw().appendToStream(stream(), rawEvent(), { deadline: 100 }), 600)).toBe(false);

    const appending = store.append({ stream: name, expected: 0, events: events(2) });
    await vi.waitFor(() => expect(double.log.streamRecords(name)).toHaveLength(3));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 2 });
    expect(await all(store.readStream(name))).toHaveLength(3);
  });

  it('is written by the repeat when the first was lost', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(1) });
    double.faults.silence = 'before';
    const appending = store.append({ stream: name, expected: 0, events: events(2) });
    await vi.waitFor(() => expect(double.seen.batch).toBe(2));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 2, repeated: false });
    expect(await all(store.readStream(name))).toHaveLength(3);
  });

  it('is in doubt when any revision was expected, and when no repeat is answered', async () => {
    await using own = await rig({ appendDeadlineMs: 100 });
    const { store, double } = own;
    await store.append({ stream: stream(), expected: 'any', events: events(1) });
    double.faults.silence = 'after';
    const any = stream();
    const seen = double.seen.batch;
    await expect(store.append({ stream: any, expected: 'any', events: events(1) })).rejects.toMatchObject({
      code: 'in_doubt',
    });
    expect(double.seen.batch).toBe(seen + 1);
    await expect(store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).rejects.toMatchObject({
      code: 'in_doubt',
    });
  });

  it('recognises its own write where the repeat meets a stream that had been deleted', async () => {
    await using own = await rig({ appendDeadlineMs: 150 });
    const { store, double } = own;
    const name = stream();
    await store.append({ stream: name, expected: 'no_stream', events: events(2) });
    await store.deleteStream(name);
    double.faults.silence = 'after';
    const appending = store.append({ stream: name, expected: 'no_stream', events: events(2) });
    await vi.waitFor(() => expect(double.log.streamRecords(name)).toHaveLength(2));
    double.faults.silence = 'off';
    expect(await appending).toMatchObject({ kind: 'appended', revision: 3 });
  });

  it('tells of a late answer to nobody, and of a slow one to who asked', async () => {
    await using own = await rig({ appendDeadlineMs: 2000 });
    own.double.faults.slowMs = 50;
    expect(await own.store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).toMatchObject({
      kind: 'appended',
    });
    own.double.faults.wrongVersionOnce = true;
    expect(await own.store.append({ stream: stream(), expected: 'no_stream', events: events(1) })).toEqual({
      kind: 'conflict',
      current: null,
    });
  });

  it('repeats across a broken connection', async () => {
    await using own = await rig({ appendDeadlineMs: 1000 });
    const { store, double } = own;
    const name = stream();
    for (let revision = 0; revision < 5; revision += 1) {
      double.faults.disconnectAfterNextAppend = revision % 2 === 1;
      const expected = revision === 0 ? 'no_stream' : revision - 1;
      expect(await store.append({ stream: name, expected, events: [event()] })).toMatchObject({
        kind: 'appended',
        revision,
      });
    }
    expect(await all(store.readStream(name))).toHaveLength(5);
  });
});
