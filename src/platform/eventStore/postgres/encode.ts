import type { Prepared } from './prepare.js';

const oid = { int8: 20, int4: 23, text: 25, json: 114, uuid: 2950 };
const headerBytes = 20;

interface Column {
  text(value: string): void;
  uuid(value: string): void;
  int4(value: number): void;
  int8(value: number): void;
  /** The array so far; valid until the next value, which begins a new one. */
  take(): Buffer;
}

/** A one-dimensional array in Postgres' binary format. pg sends a Buffer as it is, so nothing is quoted on either side. */
function column(type: number): Column {
  let buffer = Buffer.allocUnsafe(4096);
  let length = headerBytes;
  let count = 0;

  function room(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe((length + bytes) * 2);
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }

  function element(bytes: number): void {
    buffer.writeInt32BE(bytes, length);
    length += 4 + bytes;
    count += 1;
  }

  return {
    text(value) {
      room(4 + value.length * 3);
      element(buffer.write(value, length + 4));
    },
    uuid(value) {
      room(20);
      element(buffer.write(value.replaceAll('-', ''), length + 4, 'hex'));
    },
    int4(value) {
      room(8);
      buffer.writeInt32BE(value, length + 4);
      element(4);
    },
    int8(value) {
      room(12);
      buffer.writeInt32BE(Math.floor(value / 2 ** 32), length + 4);
      buffer.writeUInt32BE(value >>> 0, length + 8);
      element(8);
    },
    take() {
      [1, 0, type, count, 1].forEach((word, index) => buffer.writeInt32BE(word, index * 4));
      const taken = buffer.subarray(0, length);
      length = headerBytes;
      count = 0;
      return taken;
    },
  };
}

/** The parameters of append_events (schema/sql/0001_events.sql). The buffers are used again by the next batch. */
export function batchEncoder(): (batch: readonly Prepared[], recordedAt: number) => unknown[] {
  const streams = column(oid.text);
  const expected = column(oid.int8);
  const counts = column(oid.int4);
  const append = column(oid.int4);
  const offset = column(oid.int4);
  const eventStreams = column(oid.text);
  const ids = column(oid.uuid);
  const types = column(oid.text);
  const data = column(oid.json);
  const metadata = column(oid.json);
  const columns = [streams, expected, counts, append, offset, eventStreams, ids, types, data, metadata];

  return (batch, recordedAt) => {
    batch.forEach((one, index) => {
      streams.text(one.stream);
      expected.int8(one.expected);
      counts.int4(one.events.length);
      one.events.forEach((event, place) => {
        append.int4(index + 1);
        offset.int4(place);
        eventStreams.text(one.stream);
        ids.uuid(event.id);
        types.text(event.type);
        data.text(one.data[place]!);
        metadata.text(one.metadata[place]!);
      });
    });
    return [...columns.map((one) => one.take()), String(recordedAt)];
  };
}
