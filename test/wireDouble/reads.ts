import grpc from '@grpc/grpc-js';
import pb from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.js';
import type { LogRecord, WireLog } from './log.js';
import { deletedFailure, failure, notFound, recordedEvent, streamName } from './wire.js';

type ReadCall = grpc.ServerWritableStream<pb.ReadReq, pb.ReadResp>;

/** A live subscription that has this many events to catch up with is told that it fell behind (R4). */
const FELL_BEHIND = 500;

export interface Reads {
  readonly read: (call: ReadCall) => void;
  /** Open subscriptions. */
  readonly subscriptions: { count: number; opened: number };
}

/** Where a read of $all begins: inclusive forwards, exclusive backwards. */
function allStart(records: readonly LogRecord[], options: pb.ReadReq.Options.AllOptions, forwards: boolean): number {
  if (options.hasStart()) return 0;
  if (options.hasEnd()) return records.length;
  const at = Number(options.getPosition()!.getCommitPosition());
  const prepare = Number(options.getPosition()!.getPreparePosition());
  const index = lowerBound(records, at);
  // Positions compare by commit, then by prepare; the two are equal in this log.
  return forwards && prepare > at ? lowerBound(records, at + 1) : index;
}

/** Index of the first record with commit >= at. */
function lowerBound(records: readonly LogRecord[], at: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records[middle]!.commit < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createReads(log: WireLog, faults: Faults, version: { readonly caughtUp: boolean }): Reads {
  const subscriptions = { count: 0, opened: 0 };

  /** Writes at the reader's pace. */
  const send = (call: ReadCall, records: readonly LogRecord[]): void => {
    let index = 0;
    const pump = (): void => {
      while (index < records.length) {
        if (call.cancelled || call.destroyed) return;
        if (!call.write(recordedEvent(records[index++]!))) {
          call.once('drain', pump);
          return;
        }
      }
      call.end();
    };
    pump();
  };

  const countRead = (call: ReadCall, options: pb.ReadReq.Options): void => {
    const limit = Number(options.getCount());
    const forwards = options.getReadDirection() === pb.ReadReq.Options.ReadDirection.FORWARDS;
    const all = options.getAll();
    if (all) {
      const start = allStart(log.records, all, forwards);
      send(
        call,
        forwards
          ? log.records.slice(start, start + limit)
          : log.records.slice(Math.max(0, start - limit), start).reverse(),
      );
      return;
    }
    const one = options.getStream()!;
    const stream = streamName(one.getStreamIdentifier());
    if (log.isTombstoned(stream)) return void call.emit('error', deletedFailure(stream)); // R2
    const records = log.streamRecords(stream);
    if (!records) {
      call.write(notFound(stream)); // R2
      call.end();
      return;
    }
    const revision = one.hasRevision() ? Number(one.getRevision()) : null;
    if (forwards) {
      const from = revision ?? (one.hasEnd() ? Infinity : 0);
      send(call, records.filter((record) => record.revision >= from).slice(0, limit));
    } else {
      const from = revision ?? (one.hasStart() ? 0 : Infinity);
      send(
        call,
        records
          .filter((record) => record.revision <= from)
          .reverse()
          .slice(0, limit),
      );
    }
  };

  const subscribe = (call: ReadCall, options: pb.ReadReq.Options): void => {
    subscriptions.count += 1;
    subscriptions.opened += 1;
    const cutAfter = faults.cutSubscriptionsAfter;
    faults.cutSubscriptionsAfter = null;
    const all = options.getAll();
    const one = options.getStream();
    const stream = one ? streamName(one.getStreamIdentifier()) : null;
    let next = 0;
    if (all) {
      // R4: history after (exclusive) the given position: the rest of an append at that position is passed over.
      const position = all.getPosition();
      next = position
        ? lowerBound(log.records, Number(position.getCommitPosition()) + 1)
        : all.hasEnd()
          ? log.records.length
          : 0;
    }
    const after = one?.hasRevision() ? Number(one.getRevision()) : -1;
    if (one?.hasEnd()) next = log.records.length;

    const confirmation = new pb.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(crypto.randomUUID());
    const first = new pb.ReadResp();
    first.setConfirmation(confirmation);
    call.write(first); // R4: confirmation first

    let live = false;
    let sent = 0;
    let draining = false;
    const pump = (): void => {
      if (draining || call.cancelled || call.destroyed) return;
      if (live && version.caughtUp && log.records.length - next > FELL_BEHIND) {
        live = false;
        const behind = new pb.ReadResp();
        behind.setFellBehind(new pb.ReadResp.FellBehind());
        call.write(behind); // R4
      }
      while (next < log.records.length) {
        const record = log.records[next++]!;
        if (stream !== null && (record.stream !== stream || record.revision <= after)) continue;
        sent += 1;
        const more = call.write(recordedEvent(record));
        if (cutAfter !== null && sent >= cutAfter) {
          stop();
          return void call.emit('error', failure(grpc.status.UNAVAILABLE, 'cut'));
        }
        if (!more) {
          draining = true;
          call.once('drain', () => {
            draining = false;
            pump();
          });
          return;
        }
      }
      if (!live) {
        live = true;
        if (!version.caughtUp) return; // F6: only from 23.10 on
        const caughtUp = new pb.ReadResp();
        caughtUp.setCaughtUp(new pb.ReadResp.CaughtUp());
        call.write(caughtUp); // R4
      }
    };
    const unlisten = log.onVisible(pump);
    let open = true;
    const stop = (): void => {
      if (!open) return;
      open = false;
      subscriptions.count -= 1;
      unlisten();
    };
    call.on('cancelled', stop);
    call.on('close', stop);
    call.on('error', stop);
    pump();
  };

  return {
    subscriptions,
    read: (call) => {
      if (faults.failNextRead !== null) {
        const code = faults.failNextRead;
        faults.failNextRead = null;
        return void call.emit('error', failure(code, 'failed by the double'));
      }
      const options = call.request.getOptions()!;
      if (options.hasSubscription()) {
        subscribe(call, options);
        return;
      }
      if (faults.silentReads) return;
      countRead(call, options);
    },
  };
}
