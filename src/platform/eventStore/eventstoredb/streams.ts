import { EventStoreError } from '../port.js';
import type { Appender } from './append.js';
import type { Connection } from './client.js';
import { isNotFound, toStoreError } from './errors.js';
import { randomUuid } from './logId.js';
import type { Reader } from './read.js';

export interface StreamLife {
  truncateBefore(stream: string, revision: number): Promise<void>;
  deleteStream(stream: string): Promise<void>;
}

/** Deleting and truncating are metadata of the stream (L1, L2). */
export function streamLife(connection: Connection, reader: Reader, appender: Appender, deadlineMs: number): StreamLife {
  return {
    truncateBefore: async (stream, revision) => {
      const [last] = await reader.lastEvents(stream, 1);
      if (!last) return;
      const metadata = (await reader.lastData(`$$${stream}`)) ?? {};
      const before = Number(metadata['$tb'] ?? 0);
      const truncate = Math.min(revision, last.revision + 1);
      if (truncate <= before) return;
      // Through our own writer, not setStreamMetadata: that appends by the client's BatchAppend (F1, F2, F7).
      const reply = await appender.writeOnce({
        stream: `$$${stream}`,
        expected: 'any',
        events: [
          {
            id: randomUuid(),
            type: '$metadata',
            data: Buffer.from(JSON.stringify({ ...metadata, $tb: truncate })),
            metadata: new Uint8Array(0),
          },
        ],
      });
      switch (reply.kind) {
        case 'stored':
          return;
        case 'failed':
          throw reply.error;
        case 'in_doubt':
          throw new EventStoreError('in_doubt', 'The event store did not say whether it truncated the stream.', {
            cause: reply.cause,
          });
        case 'not_sent':
          throw toStoreError(reply.cause);
        case 'conflict':
          throw new EventStoreError('unavailable', 'The stream could not be truncated.');
      }
    },
    deleteStream: async (stream) => {
      const [last] = await reader.lastEvents(stream, 1);
      if (!last) return;
      try {
        await connection.client.deleteStream(stream, { deadline: deadlineMs });
      } catch (error) {
        if (isNotFound(error)) return;
        throw toStoreError(error);
      }
    },
  };
}
