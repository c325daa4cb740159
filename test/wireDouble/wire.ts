import grpc from '@grpc/grpc-js';
import Any from 'google-protobuf/google/protobuf/any_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import { MAX_APPEND_BYTES, type Expected, type LogRecord, type ProposedEvent, type WriteResult } from './log.js';

/** Between the double's log and the messages of the package's generated code (W6). */

export const streamName = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? new Uint8Array(0)).toString('utf8');

const identifierOf = (stream: string): shared.StreamIdentifier => {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
};

export function proposed(
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): ProposedEvent {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()!.getString(), // R1: this client writes ids as strings
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? 'application/octet-stream',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

interface ExpectedCase {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

export function expectedOf(options: ExpectedCase, revision: string): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(revision);
}

/** R3. */
export function recordedEvent(record: LogRecord): streams.ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(record.id);
  event.setId(id);
  event.setStreamIdentifier(identifierOf(record.stream));
  event.setStreamRevision(String(record.revision));
  event.setPreparePosition(String(record.commit));
  event.setCommitPosition(String(record.commit));
  const metadata = event.getMetadataMap();
  metadata.set('type', record.type);
  metadata.set('content-type', record.contentType);
  metadata.set('created', `${record.created}0000`); // R3: ticks of 100 ns since the Unix epoch
  event.setCustomMetadata(record.metadata);
  event.setData(record.data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(event);
  read.setCommitPosition(String(record.commit));
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
}

export function notFound(stream: string): streams.ReadResp {
  const missing = new streams.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(identifierOf(stream));
  const response = new streams.ReadResp();
  response.setStreamNotFound(missing);
  return response;
}

/** L3: an error is a status with a trailer `exception`. */
export function failure(
  code: grpc.status,
  exception: string,
  trailers: Record<string, string> = {},
): grpc.ServiceError {
  const metadata = new grpc.Metadata();
  metadata.set('exception', exception);
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(exception), { code, details: exception, metadata });
}

export const deletedFailure = (stream: string): grpc.ServiceError =>
  failure(grpc.status.FAILED_PRECONDITION, 'stream-deleted', { 'stream-name': stream });

const numbers = { any: -2, no_stream: -1, stream_exists: -4 } as const;

export function writeFailure(
  stream: string,
  expected: Expected,
  result: Exclude<WriteResult, { kind: 'success' }>,
): grpc.ServiceError {
  switch (result.kind) {
    case 'stream_deleted':
      return deletedFailure(stream);
    case 'too_large':
      return failure(grpc.status.INVALID_ARGUMENT, 'maximum-append-size-exceeded', {
        'maximum-append-size': String(MAX_APPEND_BYTES),
      });
    case 'wrong_expected_version':
      // L1: as numbers; the server's own for any, no stream and stream exists are -2, -1 and -4.
      return failure(grpc.status.FAILED_PRECONDITION, 'wrong-expected-version', {
        'stream-name': stream,
        'expected-version': String(typeof expected === 'number' ? expected : numbers[expected]),
        ...(result.current === null ? {} : { 'actual-version': String(result.current) }),
      });
  }
}

/** A5: a wrong version is a normal answer. */
export function appendResponse(
  expected: Expected,
  result: WriteResult & { kind: 'success' | 'wrong_expected_version' },
): streams.AppendResp {
  const response = new streams.AppendResp();
  if (result.kind === 'success') {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(result.commit));
    position.setPreparePosition(String(result.commit));
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(result.revision));
    success.setPosition(position);
    response.setSuccess(success);
    return response;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (result.current === null) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(result.current));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  response.setWrongExpectedVersion(wrong);
  return response;
}

/** A4: errors are google.rpc.Status with details, and the stream's identifier is echoed. */
export function batchResponse(
  correlation: shared.UUID,
  stream: string,
  expected: Expected,
  result: WriteResult,
): streams.BatchAppendResp {
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlation);
  response.setStreamIdentifier(identifierOf(stream));
  if (result.kind === 'success') {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(result.commit));
    position.setPreparePosition(String(result.commit));
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision(String(result.revision));
    success.setPosition(position);
    response.setSuccess(success);
    return response;
  }
  const [name, bytes] = errorDetails(stream, expected, result);
  const details = new Any.Any();
  details.setTypeUrl(`type.googleapis.com/event_store.client.${name}`);
  details.setValue(bytes);
  const error = new status.Status();
  error.setCode(codes.Code.FAILED_PRECONDITION);
  error.setMessage(name);
  error.setDetails(details);
  response.setError(error);
  return response;
}

function errorDetails(
  stream: string,
  expected: Expected,
  result: Exclude<WriteResult, { kind: 'success' }>,
): [string, Uint8Array] {
  switch (result.kind) {
    case 'stream_deleted': {
      const deleted = new shared.StreamDeleted();
      deleted.setStreamIdentifier(identifierOf(stream));
      return ['StreamDeleted', deleted.serializeBinary()];
    }
    case 'too_large': {
      const exceeded = new shared.MaximumAppendSizeExceeded();
      exceeded.setMaxappendsize(MAX_APPEND_BYTES);
      return ['MaximumAppendSizeExceeded', exceeded.serializeBinary()];
    }
    case 'wrong_expected_version': {
      const wrong = new shared.WrongExpectedVersion();
      const empty = new shared.Empty() as never;
      if (result.current === null) wrong.setCurrentNoStream(empty);
      else wrong.setCurrentStreamRevision(String(result.current));
      if (expected === 'any') wrong.setExpectedAny(empty);
      else if (expected === 'no_stream') wrong.setExpectedNoStream(empty);
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(empty);
      else wrong.setExpectedStreamPosition(String(expected));
      return ['WrongExpectedVersion', wrong.serializeBinary()];
    }
  }
}
