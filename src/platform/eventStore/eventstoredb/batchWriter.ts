import pb from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { EventStoreError } from '../port.js';
import { type ExpectedRevision } from '../port.js';
import type { BatchStream, Connection } from './client.js';
import type { EncodedEvent } from './encode.js';
import { neverSent, toStoreError } from './errors.js';

export type Reply =
  | { readonly kind: 'stored'; readonly revision: number; readonly commit: bigint }
  | { readonly kind: 'conflict'; readonly current: number | null }
  | { readonly kind: 'failed'; readonly error: EventStoreError }
  /** It may or may not have been stored. */
  | { readonly kind: 'in_doubt'; readonly cause: unknown }
  /** It never left this process. */
  | { readonly kind: 'not_sent'; readonly cause: unknown };

export interface Write {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

export type Writer = (write: Write, deadlineMs: number) => Promise<Reply>;

interface Session {
  readonly stream: BatchStream;
  /** Belongs to this one stream: the client's own is global to the process, and is cleared under late replies (F2, F7). */
  readonly pending: Map<string, (reply: Reply) => void>;
  retired: boolean;
}

interface Slot {
  readonly opening: Promise<Session>;
  session?: Session;
  failed?: boolean;
}

/** Appends through one BatchAppend call that is made again when it breaks. Never throws; every call settles. */
export function batchWriter(connection: Connection): Writer {
  let slot: Slot | undefined;
  let correlation = 0;

  const opened = async (): Promise<Session> => {
    const session: Session = { stream: await connection.openBatchStream(), pending: new Map(), retired: false };
    const { stream, pending } = session;
    stream.on('data', (response: pb.BatchAppendResp) => {
      const id = response.getCorrelationId()?.getString() ?? '';
      // F7: nobody waits any more for a late reply.
      pending.get(id)?.(replyOf(response));
      pending.delete(id);
      if (session.retired && pending.size === 0) stream.cancel();
    });
    const lost = (cause: unknown): void => {
      session.retired = true;
      const kind = neverSent(cause) ? 'not_sent' : 'in_doubt';
      for (const settle of pending.values()) settle({ kind, cause });
      pending.clear();
    };
    stream.on('error', lost);
    stream.on('end', () => {
      lost(new Error('The server ended the batch stream.'));
      stream.end();
    });
    return session;
  };

  const session = (): Promise<Session> => {
    if (!slot || slot.failed || slot.session?.retired) {
      const made: Slot = {
        opening: opened().then(
          (session) => (made.session = session),
          (error: unknown) => {
            made.failed = true;
            throw error;
          },
        ),
      };
      slot = made;
    }
    return slot.opening;
  };

  return (write, deadlineMs) =>
    new Promise<Reply>((resolve) => {
      let sentTo: Session | undefined;
      let expired = false;
      const id = correlationId(++correlation);
      // F1: the client has none for BatchAppend.
      const timer = setTimeout(() => {
        expired = true;
        const cause = new Error(`No answer within ${deadlineMs} ms.`);
        if (!sentTo) {
          resolve({ kind: 'not_sent', cause });
          return;
        }
        // A stream that is silent for one is not trusted with the next; those that still wait on it keep it.
        sentTo.retired = true;
        sentTo.pending.delete(id);
        if (sentTo.pending.size === 0) sentTo.stream.cancel();
        resolve({ kind: 'in_doubt', cause });
      }, deadlineMs);
      const settle = (reply: Reply): void => {
        clearTimeout(timer);
        resolve(reply);
      };
      session().then(
        (to) => {
          if (expired) return;
          if (to.retired) {
            settle({ kind: 'not_sent', cause: new Error('The batch stream broke.') });
            return;
          }
          sentTo = to;
          to.pending.set(id, settle);
          to.stream.write(requestOf(id, write, connection.deadline(deadlineMs)));
        },
        (cause: unknown) => settle({ kind: 'not_sent', cause }),
      );
    });
}

/** Unique within the process is enough: it only travels on our own streams. */
const correlationId = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

const uuid = (text: string): shared.UUID => {
  const id = new shared.UUID();
  id.setString(text);
  return id;
};

function requestOf(id: string, { stream, expected, events }: Write, deadline: Date): pb.BatchAppendReq {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new pb.BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  options.setDeadline(timestamp.Timestamp.fromDate(deadline));
  const empty = new shared.Empty() as never;
  if (expected === 'any') options.setAny(empty);
  else if (expected === 'no_stream') options.setNoStream(empty);
  else if (expected === 'stream_exists') options.setStreamExists(empty);
  else options.setStreamPosition(String(expected));

  const request = new pb.BatchAppendReq();
  request.setCorrelationId(uuid(id));
  request.setOptions(options);
  request.setIsFinal(true); // one chunk: an append is under 1 MiB
  request.setProposedMessagesList(
    events.map((event) => {
      const message = new pb.BatchAppendReq.ProposedMessage();
      message.setId(uuid(event.id));
      message.getMetadataMap().set('type', event.type);
      message.getMetadataMap().set('content-type', 'application/json');
      message.setData(event.data);
      message.setCustomMetadata(event.metadata);
      return message;
    }),
  );
  return request;
}

function replyOf(response: pb.BatchAppendResp): Reply {
  const success = response.getSuccess();
  if (success) {
    return {
      kind: 'stored',
      revision: Number(success.getCurrentRevision()),
      commit: BigInt(success.getPosition()?.getCommitPosition() ?? 0),
    };
  }
  const details = response.getError()?.getDetails();
  const name = details?.getTypeName() ?? '';
  const bytes = details?.getValue_asU8() ?? new Uint8Array(0);
  const cause = new Error(response.getError()?.getMessage() ?? 'No reason given.');
  switch (name) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = shared.WrongExpectedVersion.deserializeBinary(bytes);
      return {
        kind: 'conflict',
        current: wrong.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : null,
      };
    }
    case 'event_store.client.StreamDeleted':
      return { kind: 'failed', error: toStoreError(Object.assign(cause, { type: 'stream-deleted' })) };
    case 'event_store.client.MaximumAppendSizeExceeded':
      return { kind: 'failed', error: toStoreError(Object.assign(cause, { type: 'maximum-append-size-exceeded' })) };
    case 'event_store.client.AccessDenied':
      return { kind: 'failed', error: toStoreError(Object.assign(cause, { type: 'access-denied' })) };
    case 'event_store.client.BadRequest':
      return { kind: 'failed', error: toStoreError(Object.assign(cause, { type: 'invalid-argument' })) };
    default:
      // Timeout, Unknown: the write may have happened.
      return { kind: 'in_doubt', cause };
  }
}
