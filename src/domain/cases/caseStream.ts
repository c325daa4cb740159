import type { Clock } from '../../platform/clock/port.js';
import type { AppendOutcome, EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import type { Actor } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { caseStream } from '../shared/streams.js';
import type { CaseEvent } from './events.js';
import { evolve, NO_CASE, type CaseState } from './state.js';

export interface LoadedCase {
  readonly state: CaseState;
  readonly revision: number | 'no_stream';
  readonly position: Position | undefined;
}

export async function loadCase(eventStore: Pick<EventStore, 'readStream'>, caseId: string): Promise<LoadedCase> {
  let loaded: LoadedCase = { state: NO_CASE, revision: 'no_stream', position: undefined };
  for await (const { type, data, revision, position } of eventStore.readStream(caseStream(caseId)))
    loaded = { state: evolve(loaded.state, { type, data } as CaseEvent<unknown>), revision, position };
  return loaded;
}

export interface CaseAppend {
  readonly caseId: string;
  readonly actor: Actor;
  readonly expected: number | 'no_stream';
  readonly events: readonly CaseEvent<string>[];
}

/** Seals what is personal under the case's own key. */
export async function appendCase(
  deps: {
    readonly eventStore: EventStore;
    readonly keys: Pick<KeyStore, 'ensure'>;
    readonly clock: Clock;
    readonly ids: Ids;
  },
  { caseId, actor, expected, events }: CaseAppend,
): Promise<AppendOutcome> {
  const ref = { subject: caseId, scope: 'case' };
  const key = await deps.keys.ensure(ref);
  const metadata = { occurredAt: deps.clock.now(), actor };
  const sealed = events.map(({ type, data }): NewEvent => {
    const id = deps.ids.next();
    const fields = Object.entries(data).map(([field, value]) =>
      PERSONAL.has(field) ? [field, seal(key, ref, sealAad(id, type, field), value)] : [field, value],
    );
    return { id, type, data: Object.fromEntries(fields) as object, metadata };
  });
  return appendSettled(deps.eventStore, { stream: caseStream(caseId), expected, events: sealed });
}

const PERSONAL = new Set(['comment', 'evidence', 'note']);
