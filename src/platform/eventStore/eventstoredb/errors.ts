import { EventStoreError } from '../port.js';

interface ClientError {
  readonly type?: string | undefined;
  readonly code?: number;
  readonly details?: string;
}

const seen = (error: unknown): ClientError => (typeof error === 'object' && error !== null ? error : {});

export const isNotFound = (error: unknown): boolean => seen(error).type === 'stream-not-found';

/** The request never left: the channel has no connection, or was closed before the call began. */
export function neverSent(error: unknown): boolean {
  const { details } = seen(error);
  if (details !== undefined) return /^(No connection established|Name resolution failed)/.test(details);
  return error instanceof Error && /channel has been shut ?down|channel closed/i.test(error.message);
}

/** Everything that the client throws at a reader, as the port's error. Messages of the client stay in `cause`. */
export function toStoreError(error: unknown): EventStoreError {
  if (error instanceof EventStoreError) return error;
  const { type, code } = seen(error);
  switch (type) {
    case 'stream-deleted':
      return new EventStoreError('stream_deleted', 'The stream has been deleted for good.', { cause: error });
    case 'maximum-append-size-exceeded':
      return new EventStoreError('too_large', 'The append is larger than the event store takes.', { cause: error });
    case 'access-denied':
      return new EventStoreError('invalid', 'The event store does not accept the credentials.', { cause: error });
    case 'invalid-argument':
      return new EventStoreError('invalid', 'The event store does not accept the request.', { cause: error });
    case undefined:
    default:
  }
  // F4: the first call to a dead server rejects with a raw gRPC error, which has a code and no type.
  const why = code === 14 || type === 'unavailable' ? 'cannot be reached' : 'did not answer';
  return new EventStoreError('unavailable', `The event store ${why}.`, { cause: error });
}
