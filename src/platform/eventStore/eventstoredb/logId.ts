import { randomBytes } from 'node:crypto';
import { EventStoreError } from '../port.js';
import type { Appender } from './append.js';
import { LOG_STREAM } from './encode.js';
import { toStoreError } from './errors.js';
import type { Reader } from './read.js';

/** The log's id is the first writer's: a stream that only no_stream can begin. */
export async function readLogId(reader: Reader, appender: Appender): Promise<string> {
  const stored = await idOf(reader);
  if (stored !== null) return stored;
  const id = randomUuid();
  const reply = await appender.writeOnce({
    stream: LOG_STREAM,
    expected: 'no_stream',
    events: [{ id, type: 'LogOpened', data: Buffer.from(JSON.stringify({ id })), metadata: Buffer.from('{}') }],
  });
  if (reply.kind === 'failed') throw reply.error;
  // Whoever wrote it, in doubt or not: what is stored counts.
  const now = await idOf(reader);
  if (now !== null) return now;
  throw reply.kind === 'not_sent' || reply.kind === 'in_doubt'
    ? toStoreError(reply.cause)
    : new EventStoreError('unavailable', 'The id of the log cannot be read.');
}

async function idOf(reader: Reader): Promise<string | null> {
  const data = await reader.lastData(LOG_STREAM);
  return typeof data?.['id'] === 'string' ? data['id'] : null;
}

function randomUuid(): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export { randomUuid };
