import { EventStoreError, type AppendRequest, type ExpectedRevision, type NewEvent } from '../port.js';

/** An append checked and serialised, as append_events takes it. */
export interface Prepared {
  readonly stream: string;
  /** A revision, or the code of an expectation: -1 no_stream, -2 any, -4 stream_exists. */
  readonly expected: number;
  readonly events: readonly NewEvent[];
  /** JSON of each event's data and metadata. */
  readonly data: readonly string[];
  readonly metadata: readonly string[];
  readonly bytes: number;
}

const maxEvents = 1000;
const maxBytes = 1024 * 1024;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// JSON.stringify escapes a lone surrogate; the even number of backslashes before the escape tells it from text that looks like one.
const unstorable = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** @throws EventStoreError `invalid` or `too_large`: one append must not be able to fail the flush that carries it. */
export function prepare({ stream, expected, events }: AppendRequest): Prepared {
  if (stream === '' || !storable(stream))
    throw invalid('The name of the stream is empty or has characters that cannot be stored.');
  if (events.length === 0) throw invalid('An append needs at least one event.');
  if (events.length > maxEvents) throw new EventStoreError('too_large', `An append takes at most ${maxEvents} events.`);
  let bytes = 0;
  const data: string[] = [];
  const metadata: string[] = [];
  for (const event of events) {
    if (!uuid.test(event.id)) throw invalid("An event's id must be a UUID in lower case.");
    if (event.type === '' || !storable(event.type))
      throw invalid("An event's type is empty or has characters that cannot be stored.");
    const body = json(event.data);
    const meta = json(event.metadata);
    data.push(body);
    metadata.push(meta);
    bytes += Buffer.byteLength(body) + Buffer.byteLength(meta) + event.type.length;
  }
  if (bytes > maxBytes) throw new EventStoreError('too_large', `An append takes at most ${maxBytes} bytes.`);
  if (events.length > 1 && new Set(events.map((event) => event.id)).size < events.length) {
    throw invalid('Two events of an append have the same id.');
  }
  return { stream, expected: codeOf(expected), events, data, metadata, bytes };
}

function codeOf(expected: ExpectedRevision): number {
  switch (expected) {
    case 'no_stream':
      return -1;
    case 'any':
      return -2;
    case 'stream_exists':
      return -4;
    default:
      if (!Number.isSafeInteger(expected) || expected < 0) throw invalid('A revision is a whole number from 0.');
      return expected;
  }
}

function json(value: object): string {
  // A value with a toJSON of its own can give undefined, whatever the type says.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || (text.includes('\\u') && unstorable.test(text))) {
    throw invalid('An event has U+0000, a lone surrogate, or no JSON at all.');
  }
  return text;
}

function storable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

function invalid(message: string): EventStoreError {
  return new EventStoreError('invalid', message);
}
