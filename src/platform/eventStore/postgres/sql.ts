import type pg from 'pg';
import { EventStoreError, type EventMetadata, type Position, type StoredEvent } from '../port.js';
import { rawTypes } from './connection.js';

const columns =
  'e.position, e.stream, e.revision, e.id, e.type, e.data, e.metadata, (extract(epoch FROM e.recorded_at) * 1000)::int8';
const readable = 'coalesce((SELECT truncate_before FROM streams_meta WHERE stream = $1), 0)';

type Row = [
  position: string,
  stream: string,
  revision: string,
  id: string,
  type: string,
  data: string,
  metadata: string,
  recorded: string,
];
type NoRow = [null, null, null, null, null, null, null, null];

/** Events of the log after a position, complete up to `to`. */
export interface LogPage {
  readonly events: readonly StoredEvent[];
  readonly to: Position;
  readonly head: Position;
  /** Size of the events' JSON. */
  readonly bytes: number;
}

export interface Reader {
  head(): Promise<Position>;
  logId(): Promise<string>;
  logPage(after: Position, limit: number): Promise<LogPage>;
  forwards(stream: string, from: number, limit: number): Promise<readonly StoredEvent[]>;
  backwards(stream: string, from: number, limit: number): Promise<readonly StoredEvent[]>;
  run(text: string, values: readonly unknown[]): Promise<void>;
}

export function reader(pool: pg.Pool): Reader {
  async function rows<T extends unknown[]>(name: string, text: string, values: readonly unknown[]): Promise<T[]> {
    try {
      return (await pool.query<T>({ name, text, values: [...values], rowMode: 'array', types: rawTypes })).rows;
    } catch (cause) {
      throw new EventStoreError('unavailable', 'The event store cannot be read just now.', { cause });
    }
  }

  async function first(column: string): Promise<string> {
    const [row] = await rows<[string]>(`events_${column}`, `SELECT ${column} FROM log_head`, []);
    if (row === undefined) throw new EventStoreError('unavailable', 'The event log has no head.');
    return row[0];
  }

  return {
    head: async () => BigInt(await first('position')) as Position,
    logId: () => first('log_id'),

    async logPage(after, limit) {
      // One statement, so one snapshot: what it gives is complete up to the head that it gives.
      const found = await rows<[head: string, ...(Row | NoRow)]>(
        'events_log',
        `SELECT h.position, x.* FROM log_head h LEFT JOIN LATERAL (
           SELECT ${columns} FROM events e WHERE e.position > $1 ORDER BY e.position LIMIT $2) x ON true ORDER BY x.position`,
        [String(after), limit],
      );
      const head = BigInt(found[0]?.[0] ?? -1n) as Position;
      let bytes = 0;
      const events: StoredEvent[] = [];
      for (const [, ...row] of found) {
        if (!isEvent(row)) continue;
        bytes += row[5].length + row[6].length;
        events.push(parse(row));
      }
      const last = events.at(-1);
      return { events, head, bytes, to: events.length === limit && last !== undefined ? last.position : head };
    },

    async forwards(stream, from, limit) {
      const found = await rows<Row>(
        'events_forwards',
        `SELECT ${columns} FROM events e WHERE e.stream = $1 AND e.revision >= greatest($2::int8, ${readable})
         ORDER BY e.revision LIMIT $3`,
        [stream, from, limit],
      );
      return found.map(parse);
    },

    async backwards(stream, from, limit) {
      const found = await rows<Row>(
        'events_backwards',
        `SELECT ${columns} FROM events e WHERE e.stream = $1 AND e.revision <= $2::int8 AND e.revision >= ${readable}
         ORDER BY e.revision DESC LIMIT $3`,
        [stream, Math.min(from, Number.MAX_SAFE_INTEGER), limit],
      );
      return found.map(parse);
    },

    async run(text, values) {
      await rows(text, text, values);
    },
  };
}

function isEvent(row: Row | NoRow): row is Row {
  return row[0] !== null;
}

function parse(row: Row): StoredEvent {
  return {
    position: BigInt(row[0]) as Position,
    stream: row[1],
    revision: Number(row[2]),
    id: row[3],
    type: row[4],
    data: JSON.parse(row[5]) as object,
    metadata: JSON.parse(row[6]) as EventMetadata,
    recordedAt: Number(row[7]),
  };
}
