import type grpc from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import pb from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.js';
import type { Expected, ProposedEvent, WireLog, WriteResult } from './log.js';
import { appendResponse, batchResponse, expectedOf, proposed, streamName, writeFailure } from './wire.js';

type BatchCall = grpc.ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;
type AppendCall = grpc.ServerReadableStream<streams.AppendReq, streams.AppendResp>;

export interface Appends {
  readonly batchAppend: grpc.handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp>;
  readonly append: grpc.handleClientStreamingCall<streams.AppendReq, streams.AppendResp>;
  readonly delete: grpc.handleUnaryCall<streams.DeleteReq, streams.DeleteResp>;
  readonly tombstone: grpc.handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp>;
  /** Open BatchAppend calls, oldest first: a test can end one of them. */
  readonly batches: readonly BatchCall[];
  readonly releaseLateReplies: () => void;
  /** How many appends reached the server, by the call they came by. */
  readonly seen: { batch: number; single: number };
}

/** Ends a call as a server does that gives up. */
export const abort = (call: BatchCall | AppendCall, code: grpc.status): void => {
  call.emit('error', Object.assign(new Error('aborted by the double'), { code, details: 'aborted by the double' }));
};

export function createAppends(log: WireLog, faults: Faults, disconnect: () => void): Appends {
  const batches: BatchCall[] = [];
  const late: (() => void)[] = [];
  const seen = { batch: 0, single: 0 };

  const reply = (send: () => void): void => {
    if (faults.holdReplies) late.push(send);
    else if (faults.slowMs > 0) setTimeout(send, faults.slowMs);
    else send();
  };

  /** Null: no answer will come. */
  const perform = async (stream: string, expected: Expected, events: ProposedEvent[]): Promise<WriteResult | null> => {
    if (faults.silence === 'before') return null;
    if (faults.wrongVersionOnce) {
      faults.wrongVersionOnce = false;
      return { kind: 'wrong_expected_version', current: log.streamRecords(stream)?.at(-1)?.revision ?? null };
    }
    const breaks = faults.disconnectAfterNextAppend;
    faults.disconnectAfterNextAppend = false;
    const silent = faults.silence === 'after';
    const result = await log.append(stream, expected, events);
    if (breaks) disconnect();
    return breaks || silent ? null : result;
  };

  return {
    batches,
    seen,
    releaseLateReplies: () => {
      for (const send of late.splice(0)) send();
    },

    // A1: correlation ids; the options come with the first chunk, is_final with the last.
    batchAppend: (call) => {
      batches.push(call);
      const gone = (): void => {
        const index = batches.indexOf(call);
        if (index >= 0) batches.splice(index, 1);
      };
      const open = new Map<string, { options: streams.BatchAppendReq.Options; events: ProposedEvent[] }>();
      call.on('data', (request: streams.BatchAppendReq) => {
        const correlation = request.getCorrelationId()!;
        const key = correlation.getString() || JSON.stringify(correlation.toObject());
        const options = request.getOptions();
        if (options) open.set(key, { options, events: [] });
        const current = open.get(key);
        if (!current) return;
        for (const message of request.getProposedMessagesList()) current.events.push(proposed(message));
        if (!request.getIsFinal()) return;
        open.delete(key);
        seen.batch += 1;
        const stream = streamName(current.options.getStreamIdentifier());
        const expected = expectedOf(current.options, current.options.getStreamPosition());
        void perform(stream, expected, current.events).then((result) => {
          if (!result) return;
          reply(() => {
            if (!call.cancelled && !call.destroyed) call.write(batchResponse(correlation, stream, expected, result));
          });
        });
      });
      call.on('end', () => {
        gone();
        call.end();
      });
      call.on('cancelled', gone);
      call.on('close', gone);
      call.on('error', gone);
    },

    // A1: options first, then a message per event.
    append: (call, callback) => {
      let options: streams.AppendReq.Options | undefined;
      const events: ProposedEvent[] = [];
      call.on('data', (request: streams.AppendReq) => {
        if (request.hasOptions()) options = request.getOptions();
        const message = request.getProposedMessage();
        if (message) events.push(proposed(message));
      });
      call.on('error', () => undefined);
      call.on('end', () => {
        seen.single += 1;
        const stream = streamName(options!.getStreamIdentifier());
        const expected = expectedOf(options!, options!.getRevision());
        void perform(stream, expected, events).then((result) => {
          if (!result) return;
          reply(() => {
            // A5.
            if (result.kind === 'success' || result.kind === 'wrong_expected_version')
              callback(null, appendResponse(expected, result));
            else callback(writeFailure(stream, expected, result));
          });
        });
      });
    },

    delete: (call, callback) => {
      const options = call.request.getOptions()!;
      const stream = streamName(options.getStreamIdentifier());
      const expected = expectedOf(options, options.getRevision());
      void log.softDelete(stream, expected).then((result) => {
        if (result.kind !== 'success') {
          callback(writeFailure(stream, expected, result));
          return;
        }
        const position = new pb.DeleteResp.Position();
        position.setCommitPosition(String(result.commit));
        position.setPreparePosition(String(result.commit));
        const response = new pb.DeleteResp();
        response.setPosition(position); // L1: the answer is a position
        callback(null, response);
      });
    },

    tombstone: (call, callback) => {
      const options = call.request.getOptions()!;
      const stream = streamName(options.getStreamIdentifier());
      const expected = expectedOf(options, options.getRevision());
      void log.tombstone(stream, expected).then((result) => {
        if (result.kind !== 'success') {
          callback(writeFailure(stream, expected, result));
          return;
        }
        const position = new pb.TombstoneResp.Position();
        position.setCommitPosition(String(result.commit));
        position.setPreparePosition(String(result.commit));
        const response = new pb.TombstoneResp();
        response.setPosition(position);
        callback(null, response);
      });
    },
  };
}
