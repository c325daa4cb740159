import type { Clock } from '../../platform/clock/port.js';
import {
  EventStoreError,
  type EventMetadata,
  type EventStore,
  type NewEvent,
  type Position,
} from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore, SubjectKey } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import { appendSettled } from '../shared/append.js';
import { accountStream, phoneStream } from '../shared/streams.js';
import type { Decision } from './decide.js';
import { SEALED_FIELDS, type AccountEvent, type PhoneEvent } from './events.js';
import { evolve, NO_ACCOUNT, type AccountState } from './state.js';

export interface StreamDeps {
  readonly eventStore: EventStore;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Who caused it and in which request. */
export type Cause = Pick<EventMetadata, 'actor' | 'correlationId' | 'trace'>;

export interface LoadedAccount {
  readonly state: AccountState;
  readonly revision: number | 'no_stream';
  readonly position: Position | undefined;
}

export type Committed<Rejection> =
  | { readonly rejected: Rejection }
  /** `position` is that of the stream's last event, appended now or earlier; `before` what the decision was made on. */
  | {
      readonly events: readonly AccountEvent<string>[];
      readonly before: AccountState;
      readonly position: Position | undefined;
      readonly at: number;
    };

const MAX_CONFLICTS = 8;

export async function loadAccount(eventStore: EventStore, accountId: string): Promise<LoadedAccount> {
  let state = NO_ACCOUNT;
  let revision: number | 'no_stream' = 'no_stream';
  let position: Position | undefined;
  for await (const event of eventStore.readStream(accountStream(accountId))) {
    if (event.type in SEALED_FIELDS)
      state = evolve(state, { type: event.type, data: event.data } as AccountEvent<unknown>);
    revision = event.revision;
    position = event.position;
  }
  return { state, revision, position };
}

/**
 * Decides on the account's state, seals what is personal and appends at the exact revision; decides again on a conflict.
 * @param assumed skips the first reading when the caller has good reason to know the state.
 */
export async function commit<Rejection>(
  deps: StreamDeps,
  accountId: string,
  cause: Cause,
  decide: (state: AccountState) => Decision<Rejection>,
  assumed?: LoadedAccount,
): Promise<Committed<Rejection>> {
  let loaded = assumed ?? (await loadAccount(deps.eventStore, accountId));
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const decision = decide(loaded.state);
    if ('rejected' in decision) return decision;
    const { events } = decision;
    const at = deps.clock.now();
    if (events.length === 0) return { events, before: loaded.state, position: loaded.position, at };
    const key = await deps.keys.ensure(keyOf(accountId));
    const sealed = events.map((event) =>
      sealEvent(event, { id: deps.ids.next(), accountId, key, metadata: { occurredAt: at, ...cause } }),
    );
    const outcome = await appendSettled(deps.eventStore, {
      stream: accountStream(accountId),
      expected: loaded.revision,
      events: sealed,
    });
    if (outcome.kind === 'appended') return { events, before: loaded.state, position: outcome.position, at };
    loaded = await loadAccount(deps.eventStore, accountId);
  }
  throw new EventStoreError('unavailable', 'too many writers on one account');
}

/** Who holds the number: `candidate` when nobody did. The first claim wins, whoever else tries at the same time. */
export async function claimPhone(
  deps: StreamDeps,
  phoneHmac: string,
  candidate: string,
  cause: Cause,
  assumeFree = false,
): Promise<string> {
  const stream = phoneStream(phoneHmac);
  for (let tries = 0; tries < MAX_CONFLICTS; tries += 1) {
    const holder = assumeFree && tries === 0 ? undefined : await holderOf(deps.eventStore, stream);
    if (holder !== undefined) return holder;
    const claim: PhoneEvent = { type: 'PhoneClaimed', data: { accountId: candidate } };
    const event: NewEvent = { id: deps.ids.next(), ...claim, metadata: { occurredAt: deps.clock.now(), ...cause } };
    const outcome = await appendSettled(deps.eventStore, { stream, expected: 'no_stream', events: [event] });
    if (outcome.kind === 'appended') return candidate;
  }
  throw new EventStoreError('unavailable', 'too many writers on one number');
}

/** The account that holds a number. */
export async function holderOf(eventStore: EventStore, stream: string): Promise<string | undefined> {
  let holder: string | undefined;
  for await (const event of eventStore.readStream(stream)) {
    if (event.type === 'PhoneClaimed') holder = (event.data as PhoneEvent['data']).accountId;
  }
  return holder;
}

function sealEvent(
  event: AccountEvent<string>,
  context: {
    readonly id: string;
    readonly accountId: string;
    readonly key: SubjectKey;
    readonly metadata: EventMetadata;
  },
): NewEvent {
  const { id, accountId, key, metadata } = context;
  const fields = SEALED_FIELDS[event.type];
  const data = Object.fromEntries(
    Object.entries(event.data).map(([field, value]: [string, unknown]) =>
      fields.includes(field) && typeof value === 'string'
        ? [field, seal(key, keyOf(accountId), sealAad(id, event.type, field), value)]
        : [field, value],
    ),
  );
  return { id, type: event.type, data, metadata };
}

function keyOf(accountId: string): { subject: string; scope: string } {
  return { subject: accountId, scope: 'account' };
}
