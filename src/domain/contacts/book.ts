import type { EventStore, Position } from '../../platform/eventStore/port.js';
import { contactsStream } from '../shared/streams.js';
import type { ContactEvent } from './events.js';
import { EMPTY_BOOK, evolveAll, type ContactBook } from './state.js';

/** The fold of a contacts stream up to `revision` (-1: nothing). */
export interface LoadedBook {
  readonly book: ContactBook;
  readonly revision: number;
  /** Of the last event beyond the snapshot; undefined without one. */
  readonly position?: Position | undefined;
}

/** The read model's book with the stream's tail. */
export async function loadBook(
  eventStore: Pick<EventStore, 'readStream'>,
  owner: string,
  snapshot: LoadedBook | undefined,
): Promise<LoadedBook> {
  const { book, revision: from } = snapshot ?? { book: EMPTY_BOOK, revision: -1 };
  const tail: ContactEvent<unknown>[] = [];
  let revision = from;
  let position: Position | undefined;
  for await (const event of eventStore.readStream(contactsStream(owner), { from: from + 1 })) {
    tail.push({ type: event.type, data: event.data } as ContactEvent<unknown>);
    ({ revision, position } = event);
  }
  return { book: tail.length === 0 ? book : evolveAll(book, tail), revision, position };
}
