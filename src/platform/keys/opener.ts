import type { EventStore, StoredEvent } from '../eventStore/port.js';
import type { KeyRef, KeyStore, SubjectKey } from './port.js';
import { formatKeyRef, keyRefOf, open, sealAad, type SealedField } from './seal.js';

/** An event with its sealed fields readable: plaintext by the field's path (`name`, `content.text`), null for what was erased. */
export interface OpenedEvent extends StoredEvent {
  readonly opened: Readonly<Record<string, string | null>>;
}

/** A key is not there, and no fact in the log says that it was destroyed: a key table older than the log must not look like an erasure. */
export class MissingKeyError extends Error {
  constructor(readonly ref: KeyRef) {
    super(`the key of scope ${ref.scope} is missing, and the log does not say that it was destroyed`);
    this.name = 'MissingKeyError';
  }
}

export interface OpenerDeps {
  readonly keys: Pick<KeyStore, 'find' | 'prefetch'>;
  readonly eventStore: Pick<EventStore, 'readStream'>;
}

/** Opens events, each object once however many readers of the node ask. */
export type Opener = (events: readonly StoredEvent[]) => Promise<readonly OpenedEvent[]>;

interface Field {
  readonly path: string;
  readonly sealed: SealedField;
}

const NOTHING_SEALED = {};

/** Kept on the event itself, which the readers of a node share. */
const OPENED = Symbol('opened');

interface Kept {
  [OPENED]?: { readonly generation: object; readonly event: OpenedEvent };
}

export function opener({ keys, eventStore }: OpenerDeps): Opener {
  // What was readable before an erasure is not kept beyond it: another generation opens anew.
  let generation = {};
  const erased = new Set<string>();

  const isDestroyed = async (ref: KeyRef, id: string): Promise<boolean> => {
    if (erased.has(id)) return true;
    // A conversation's own key is never destroyed.
    if (ref.scope === 'conversation') return false;
    for await (const event of eventStore.readStream(`account-${ref.subject}`)) {
      // All that were destroyed: who disappears a lot has many, and asks for each.
      if (event.type === 'KeyDestroyed')
        erased.add(formatKeyRef({ subject: ref.subject, scope: (event.data as { readonly scope: string }).scope }));
    }
    return erased.has(id);
  };

  const openField = (event: StoredEvent, { path, sealed }: Field): string | null | Promise<string | null> => {
    const ref = keyRefOf(sealed);
    const found = keys.find(ref);
    const opened = (key: SubjectKey | undefined): string | null | Promise<string | null> =>
      key === undefined ? erasedOrMissing(ref, sealed) : open(key, sealAad(event.id, event.type, path), sealed);
    return found instanceof Promise ? found.then(opened) : opened(found);
  };

  const erasedOrMissing = async (ref: KeyRef, sealed: SealedField): Promise<null> => {
    if (await isDestroyed(ref, sealed.k)) return null;
    throw new MissingKeyError(ref);
  };

  return async (events) => {
    const keptOf = (event: StoredEvent): OpenedEvent | undefined => {
      const kept = (event as StoredEvent & Kept)[OPENED];
      return kept?.generation === generation ? kept.event : undefined;
    };
    const fields = events.map((event) => (keptOf(event) === undefined ? sealedFields(event.data) : []));
    const refs = new Map<string, KeyRef>();
    for (const of of fields) for (const { sealed } of of) if (!refs.has(sealed.k)) refs.set(sealed.k, keyRefOf(sealed));
    if (refs.size > 0) await keys.prefetch([...refs.values()]);
    const result: OpenedEvent[] = [];
    for (const [index, event] of events.entries()) {
      let openedEvent = keptOf(event);
      if (openedEvent === undefined) {
        let opened: Record<string, string | null> = NOTHING_SEALED;
        for (const field of fields[index] ?? []) {
          const text = openField(event, field);
          opened = { ...opened, [field.path]: text instanceof Promise ? await text : text };
        }
        const { stream, revision, position, recordedAt, id, type, data, metadata } = event;
        openedEvent = { stream, revision, position, recordedAt, id, type, data, metadata, opened };
        if (type === 'KeyDestroyed') generation = {};
        (event as StoredEvent & Kept)[OPENED] = { generation, event: openedEvent };
      }
      result.push(openedEvent);
    }
    return result;
  };
}

function isSealed(value: object): value is SealedField {
  return 'k' in value && 'n' in value && 'c' in value && typeof value.c === 'string';
}

function sealedFields(data: object, prefix = ''): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(data) as [string, unknown][]) {
    if (typeof value !== 'object' || value === null) continue;
    if (isSealed(value)) fields.push({ path: prefix + name, sealed: value });
    else if (!Array.isArray(value)) fields.push(...sealedFields(value, `${prefix}${name}.`));
  }
  return fields;
}
