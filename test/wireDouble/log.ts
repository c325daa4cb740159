import type { LogFile } from './logFile.js';

/** A record of the double's log. Everything of one append has one commit and prepare position (A3). */
export interface LogRecord {
  readonly stream: string;
  readonly revision: number;
  readonly commit: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly created: number;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Expected = number | 'no_stream' | 'stream_exists' | 'any';

export type WriteResult =
  | { readonly kind: 'success'; readonly revision: number; readonly commit: number }
  | { readonly kind: 'wrong_expected_version'; readonly current: number | null }
  | { readonly kind: 'stream_deleted' }
  | { readonly kind: 'too_large' };

/** A2: MaxAppendSize, by default. */
export const MAX_APPEND_BYTES = 1024 * 1024;
/** L1: $tb of a soft-deleted stream. */
const DELETED = '9223372036854775807';

interface StreamState {
  readonly records: LogRecord[];
  tombstoned: boolean;
}

export interface WireLog {
  /** Answers after the write is durable; readers see it from then on, never before (L4). */
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Promise<WriteResult>;
  softDelete(stream: string, expected: Expected): Promise<WriteResult>;
  tombstone(stream: string, expected: Expected): Promise<WriteResult>;
  /** Visible records in log order. */
  readonly records: readonly LogRecord[];
  readonly isTombstoned: (stream: string) => boolean;
  /** Visible records of the stream that its metadata lets through (L2), or null for "not found". */
  streamRecords(stream: string): readonly LogRecord[] | null;
  onVisible(listener: () => void): () => void;
}

export function createWireLog(options: { readonly file?: LogFile; readonly ownPositions?: boolean } = {}): WireLog {
  const streams = new Map<string, StreamState>();
  const visible: LogRecord[] = [];
  const listeners = new Set<() => void>();
  /** A6: the cache of recent ids that `any` is checked against: small, so that nothing comes to rely on it. */
  const recent = new Map<string, LogRecord>();
  const recentLimit = 256;
  let nextPosition = 0;
  let group: LogRecord[] = [];
  let durable: Promise<void> = Promise.resolve();
  let scheduled: Promise<void> | null = null;

  const stateOf = (stream: string): StreamState => {
    const found = streams.get(stream);
    if (found) return found;
    const made: StreamState = { records: [], tombstoned: false };
    streams.set(stream, made);
    return made;
  };

  const show = (records: readonly LogRecord[]): void => {
    for (const record of records) visible.push(record);
    for (const listener of listeners) listener();
  };

  const admit = (record: LogRecord): void => {
    const state = stateOf(record.stream);
    state.records.push(record);
    if (record.type === '$streamDeleted') state.tombstoned = true;
    recent.set(`${record.stream} ${record.id}`, record);
    if (recent.size > recentLimit) recent.delete(recent.keys().next().value!);
    // L4: positions grow, and have gaps.
    nextPosition = Math.max(nextPosition, record.commit + record.data.length + record.metadata.length + 97);
  };

  const metadataOf = (stream: string): { $tb?: number; $maxCount?: number; $maxAge?: number; deleted: boolean } => {
    const last = streams.get(`$$${stream}`)?.records.at(-1);
    if (!last) return { deleted: false };
    const text = Buffer.from(last.data).toString('utf8');
    const parsed = JSON.parse(text) as { $tb?: number; $maxCount?: number; $maxAge?: number };
    return { ...parsed, deleted: new RegExp(`"\\$tb"\\s*:\\s*${DELETED}`).test(text) };
  };

  /** L4: whatever gathers while the last group is made durable becomes durable, and then visible, together. */
  const flush = (): Promise<void> => {
    if (scheduled) return scheduled;
    const mine = durable.then(async () => {
      const records = group;
      group = [];
      scheduled = null;
      if (options.file) await options.file.write(records);
      show(records);
    });
    scheduled = mine;
    durable = mine;
    return mine;
  };

  const write = async (stream: string, events: readonly ProposedEvent[], from: number): Promise<LogRecord> => {
    const commit = nextPosition + 11;
    const created = Date.now();
    let last: LogRecord | undefined;
    for (const [index, event] of events.entries()) {
      // A3: one position for all of an append, unless a test asks for a server that numbers each.
      const at = options.ownPositions ? nextPosition + 11 : commit;
      last = { ...event, stream, revision: from + index, commit: at, created };
      admit(last);
      group.push(last);
    }
    await flush();
    return last!;
  };

  const check = (
    stream: string,
    expected: Expected,
    ids: readonly string[],
  ): WriteResult | { readonly kind: 'write'; readonly from: number } => {
    const state = streams.get(stream);
    if (state?.tombstoned) return { kind: 'stream_deleted' }; // L1
    const head = (state?.records.length ?? 0) - 1;
    const wrong: WriteResult = { kind: 'wrong_expected_version', current: head < 0 ? null : head };
    const { deleted } = metadataOf(stream);

    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && (head < 0 || deleted)) return wrong;
      // A6: only ids that are still in the cache of recent events are recognised.
      const known = ids.map((id) => recent.get(`${stream} ${id}`));
      const first = known[0];
      if (first === undefined) return { kind: 'write', from: head + 1 };
      const whole = known.every((record, index) => record?.revision === first.revision + index);
      const last = known.at(-1);
      return whole && last ? { kind: 'success', revision: last.revision, commit: last.commit } : wrong;
    }

    const at = expected === 'no_stream' ? -1 : expected;
    // A6: equal to the head is enough; an id that lies further back is written a second time.
    if (at === head) return { kind: 'write', from: head + 1 };
    if (expected === 'no_stream' && deleted) return { kind: 'write', from: head + 1 }; // L1
    if (at > head) return wrong;
    // A6: the same ids at expected+1.. succeed for ever, with the old revision and position; any overlap in part is wrong.
    const stored = state!.records.slice(at + 1, at + 1 + ids.length);
    const same = stored.length === ids.length && stored.every((record, index) => record.id === ids[index]);
    const last = stored.at(-1);
    return same && last ? { kind: 'success', revision: last.revision, commit: last.commit } : wrong;
  };

  const settle = async (result: WriteResult): Promise<WriteResult> => {
    // L4: a repeat must not be told of a write that is not durable yet.
    if (result.kind === 'success') await durable;
    return result;
  };

  const writeMetadata = async (stream: string, data: string): Promise<LogRecord> => {
    const event: ProposedEvent = {
      id: crypto.randomUUID(),
      type: '$metadata',
      contentType: 'application/json',
      data: Buffer.from(data),
      metadata: new Uint8Array(0),
    };
    const name = `$$${stream}`;
    return write(name, [event], stateOf(name).records.length);
  };

  for (const record of options.file?.load() ?? []) {
    admit(record);
    visible.push(record);
  }

  return {
    records: visible,
    isTombstoned: (stream) => streams.get(stream)?.tombstoned ?? false,

    append: async (stream, expected, events) => {
      const bytes = events.reduce((sum, event) => sum + event.data.length + event.metadata.length, 0);
      if (bytes > MAX_APPEND_BYTES) return { kind: 'too_large' }; // A2
      const verdict = check(
        stream,
        expected,
        events.map(({ id }) => id),
      );
      if (verdict.kind !== 'write') return settle(verdict);
      // L1: a stream written to again after a soft delete shows what comes from here on.
      if (metadataOf(stream).deleted) void writeMetadata(stream, JSON.stringify({ $tb: verdict.from }));
      const last = await write(stream, events, verdict.from);
      return { kind: 'success', revision: last.revision, commit: last.commit };
    },

    softDelete: async (stream, expected) => {
      const verdict = check(stream, expected, []);
      if (verdict.kind !== 'write' && verdict.kind !== 'success') return verdict;
      const last = await writeMetadata(stream, `{"$tb":${DELETED}}`); // L1
      return { kind: 'success', revision: last.revision, commit: last.commit };
    },

    tombstone: async (stream, expected) => {
      const verdict = check(stream, expected, []);
      if (verdict.kind !== 'write' && verdict.kind !== 'success') return verdict;
      const marker: ProposedEvent = {
        id: crypto.randomUUID(),
        type: '$streamDeleted', // L1
        contentType: 'application/octet-stream',
        data: new Uint8Array(0),
        metadata: new Uint8Array(0),
      };
      const last = await write(stream, [marker], stateOf(stream).records.length);
      return { kind: 'success', revision: last.revision, commit: last.commit };
    },

    streamRecords: (stream) => {
      const state = streams.get(stream);
      if (!state || state.records.length === 0) return null; // R2
      const { $tb = 0, $maxCount, $maxAge, deleted } = metadataOf(stream);
      if (deleted) return null; // R2
      const shown = visible.at(-1);
      const end = state.records.findLastIndex((record) => shown !== undefined && record.commit <= shown.commit) + 1;
      if (end === 0) return null;
      const from = Math.max($tb, $maxCount === undefined ? 0 : end - $maxCount); // L2
      const oldest = $maxAge === undefined ? 0 : Date.now() - $maxAge * 1000;
      return state.records.slice(from, end).filter(({ created }) => created >= oldest);
    },

    onVisible: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
