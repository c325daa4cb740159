import type { AppendExpectedRevision, EventData } from '@eventstore/db-client';
import type { Writer } from './batchWriter.js';
import type { Connection } from './client.js';
import { neverSent, toStoreError } from './errors.js';

const certain = new Set(['stream_deleted', 'too_large', 'invalid']);

/** For servers that know no BatchAppend: the client then makes an Append call for each append (A1). */
export function singleWriter({ client }: Connection): Writer {
  const lastOf = new Map<string, Promise<unknown>>();
  const write: Writer = async ({ stream, expected, events }, deadlineMs) => {
    const data = events.map(
      ({ id, type, data, metadata }): EventData =>
        ({
          id,
          type,
          contentType: 'application/json',
          data: JSON.parse(Buffer.from(data).toString('utf8')) as Record<string, unknown>,
          ...(metadata.length === 0 ? {} : { metadata: JSON.parse(Buffer.from(metadata).toString('utf8')) as object }),
        }) as EventData,
    );
    const expectedRevision: AppendExpectedRevision = typeof expected === 'number' ? BigInt(expected) : expected;
    let timer: NodeJS.Timeout | undefined;
    // The call has a deadline, but what leads to it has none (W1).
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${deadlineMs} ms.`)), deadlineMs + 100);
    });
    try {
      const append = client.appendToStream(stream, data, { expectedRevision, deadline: deadlineMs });
      const { nextExpectedRevision, position } = await Promise.race([append, late]);
      return { kind: 'stored', revision: Number(nextExpectedRevision), commit: position?.commit ?? 0n };
    } catch (cause) {
      const { type, actualVersion } = cause as { type?: string; actualVersion?: bigint | 'no_stream' };
      if (type === 'wrong-expected-version')
        return { kind: 'conflict', current: typeof actualVersion === 'bigint' ? Number(actualVersion) : null };
      const error = toStoreError(cause);
      if (certain.has(error.code)) return { kind: 'failed', error };
      return { kind: neverSent(cause) ? 'not_sent' : 'in_doubt', cause };
    } finally {
      clearTimeout(timer);
    }
  };
  // Calls of their own overtake one another: one at a time for each stream.
  return async (request, deadlineMs) => {
    const work = Promise.resolve(lastOf.get(request.stream)).then(() => write(request, deadlineMs));
    lastOf.set(request.stream, work);
    const reply = await work;
    if (lastOf.get(request.stream) === work) lastOf.delete(request.stream);
    return reply;
  };
}
