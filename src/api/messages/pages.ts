import type pg from 'pg';
import {
  messagesAfter,
  messagesBefore,
  seqAtTime,
  type TimelineView,
} from '../../projections/timeline/timeline.queries.js';
import { fault } from '../kit/errors.js';
import { connectionOf, decodePlace, encodePlace, pageSize, type Connection } from '../kit/paging.js';
import type { Message } from './types.js';
import { messageValue } from './values.js';

type Db = Pick<pg.Pool, 'query'>;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly aroundSeq?: number | null;
  readonly fromTime?: number | null;
}

/** A page is read from a place in one direction, or from one both ways. Sequences are exclusive bounds. */
type Window =
  | { readonly kind: 'after'; readonly seq: number; readonly size: number }
  | { readonly kind: 'before'; readonly seq: number; readonly size: number }
  | { readonly kind: 'around'; readonly seq: number; readonly size: number };

const LIST = 'messages';
const DEFAULT = 20;
/** Beyond any sequence: they are GraphQL `Int`s. */
const END = 2 ** 31 - 1;

export interface History {
  readonly conversationId: string;
  readonly viewer: string;
}

/** Keyset pages by sequence: the same cost at any depth. */
export async function messagePage(db: Db, history: History, given: PageArguments): Promise<Connection<Message>> {
  const window = await windowOf(db, history, given);
  const { seq, size } = window;
  switch (window.kind) {
    case 'after': {
      const found = await messagesAfter(db, history, { seq, limit: size + 1 });
      return page(found.slice(0, size), { before: seq > 0, after: found.length > size });
    }
    case 'before': {
      const found = await messagesBefore(db, history, { seq, limit: size + 1 });
      return page(found.slice(-size), { before: found.length > size, after: seq < END });
    }
    case 'around': {
      const older = Math.floor((size - 1) / 2);
      const newer = size - older;
      const [before, after] = await Promise.all([
        messagesBefore(db, history, { seq, limit: older + 1 }),
        messagesAfter(db, history, { seq: seq - 1, limit: newer + 1 }),
      ]);
      const nodes = [...(older === 0 ? [] : before.slice(-older)), ...after.slice(0, newer)];
      return page(nodes, { before: before.length > older, after: after.length > newer });
    }
  }
}

async function windowOf(db: Db, history: History, given: PageArguments): Promise<Window> {
  const { first, after, last, before, aroundSeq, fromTime } = given;
  const starts = [after, before, aroundSeq, fromTime].filter((start) => start != null);
  if (starts.length > 1) throw fault('BAD_USER_INPUT', 'give one of after, before, aroundSeq and fromTime');
  if (first != null && last != null) throw fault('BAD_USER_INPUT', 'give either first or last');
  if (after != null && last != null) throw fault('BAD_USER_INPUT', 'after goes with first');
  if (before != null && first != null) throw fault('BAD_USER_INPUT', 'before goes with last');
  if (aroundSeq != null)
    return { kind: 'around', seq: sequence(aroundSeq), size: pageSize('first', first ?? last, DEFAULT) };
  if (fromTime != null) {
    const seq = await seqAtTime(db, history.conversationId, fromTime);
    if (last != null) return { kind: 'before', seq: seq ?? END, size: pageSize('last', last, DEFAULT) };
    return { kind: 'after', seq: (seq ?? END) - 1, size: pageSize('first', first, DEFAULT) };
  }
  if (after != null || first != null)
    return { kind: 'after', seq: after == null ? -1 : placeOf(after), size: pageSize('first', first, DEFAULT) };
  return { kind: 'before', seq: before == null ? END : placeOf(before), size: pageSize('last', last, DEFAULT) };
}

function page(found: readonly TimelineView[], more: { before: boolean; after: boolean }): Connection<Message> {
  return connectionOf(found.map(messageValue), ({ seq }) => encodePlace(LIST, seq), more);
}

function placeOf(cursor: string): number {
  return sequence(Number(decodePlace(LIST, /^(\d{1,10})$/, cursor)[0]));
}

function sequence(seq: number): number {
  if (seq < 0 || seq > END) throw fault('BAD_USER_INPUT', 'not a sequence');
  return seq;
}
