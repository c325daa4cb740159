import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { SealedField } from '../../platform/keys/seal.js';
import type { Limiter } from '../../platform/limits/port.js';
import {
  isMember,
  submitDecided,
  type Actor,
  type ConversationStates,
  type ConversationWriter,
} from '../conversations/index.js';
import { conversationKeyRef, conversationSealer } from '../shared/conversationSeal.js';
import { uuidv8 } from '../shared/ids.js';
import { checkText, type TextProblem } from '../shared/text.js';
import type { BroadcastCommand } from './commands.js';
import { decideBroadcast, MAX_RECIPIENTS, type BroadcastRejection } from './decide.js';

export type BroadcastOutcome =
  /** `position` undefined: it was so already. `notAdded`: there are no such accounts. */
  | {
      readonly outcome: 'done';
      readonly conversationId: string;
      readonly position: Position | undefined;
      readonly notAdded: readonly string[];
    }
  | { readonly outcome: BroadcastRejection }
  | { readonly outcome: 'invalid_text'; readonly field: string; readonly reason: TextProblem }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface BroadcastHandlers {
  /** Idempotent for ever by (account, client id). */
  create(request: {
    readonly actor: Actor;
    readonly clientId: string;
    readonly name: string;
    readonly recipients: readonly string[];
  }): Promise<BroadcastOutcome>;
  /** The name first, then the recipients; an absent name stays. */
  update(request: {
    readonly actor: Actor;
    readonly conversationId: string;
    readonly name?: string;
    readonly add: readonly string[];
    readonly remove: readonly string[];
  }): Promise<BroadcastOutcome>;
}

export interface BroadcastDeps {
  readonly writer: ConversationWriter;
  readonly states: Pick<ConversationStates, 'load'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  /** Those of the accounts that are registered. */
  readonly existing: (accountIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

const MAX_NAME = 100;
const MAX_CLIENT_ID = 128;
const EVENT_OVERHEAD = 600;
const BYTES_A_RECIPIENT = 40;

export function broadcastListId(account: string, clientId: string): string {
  return uuidv8(`broadcast:${account}:${clientId}`);
}

/** Of the direct messages that a message to a list becomes. */
export function broadcastClientId(messageId: string): string {
  return `broadcast:${messageId}`;
}

/** Of what becomes of such a direct message, by what became of the message to the list. */
export function broadcastChangeId(conversationId: string, eventId: string): string {
  return uuidv8(`broadcast-change:${conversationId}:${eventId}`);
}

export function broadcastHandlers(deps: BroadcastDeps): BroadcastHandlers {
  const { writer, states, keys, clock, ids, limiter } = deps;

  const submit = async (
    conversationId: string,
    actor: Actor,
    eventId: string,
    command: BroadcastCommand,
  ): Promise<BroadcastOutcome> => {
    const metadata = { occurredAt: clock.now(), actor };
    const named = 'recipients' in command ? command.recipients : command.type === 'rename' ? [] : command.add;
    const size = EVENT_OVERHEAD + named.length * BYTES_A_RECIPIENT;
    const written = await submitDecided<BroadcastRejection>(writer, conversationId, size, (state) => {
      const decision = decideBroadcast(state, command);
      if ('rejected' in decision) return decision;
      return { events: decision.events.map(({ type, data }) => ({ id: eventId, type, data, metadata })) };
    });
    return written.outcome === 'done' ? { ...written, conversationId, notAdded: [] } : written;
  };

  /** Those that are registered first, then those that are not. */
  const sift = async (accountIds: readonly string[]): Promise<readonly [readonly string[], readonly string[]]> => {
    const wanted = [...new Set(accountIds)];
    const found = await deps.existing(wanted);
    return [wanted.filter((id) => found.has(id)), wanted.filter((id) => !found.has(id))];
  };

  const limited = async (account: string, recipients: number): Promise<BroadcastOutcome | undefined> => {
    const limit = await limiter.take('listRecipients', account, Math.max(1, recipients));
    return limit.ok ? undefined : { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
  };

  const checkName = (name: string): BroadcastOutcome | undefined => {
    const reason = checkText(name, { max: MAX_NAME });
    return reason === null ? undefined : { outcome: 'invalid_text', field: 'name', reason };
  };

  const sealedName = async (
    conversationId: string,
    event: { readonly id: string; readonly type: string },
    name: string,
  ): Promise<SealedField> => {
    const key = await keys.ensure(conversationKeyRef(conversationId));
    return conversationSealer(key, conversationId, event)('name', name);
  };

  return {
    async create({ actor, clientId, recipients, ...given }) {
      const name = given.name.trim();
      const badId = checkText(clientId, { max: MAX_CLIENT_ID });
      if (badId !== null) return { outcome: 'invalid_text', field: 'clientId', reason: badId };
      const badName = checkName(name);
      if (badName !== undefined) return badName;
      const conversationId = broadcastListId(actor.account, clientId);
      const done = { outcome: 'done', conversationId, position: undefined, notAdded: [] } as const;
      if ((await states.load(conversationId)).revision >= 0) return done;
      if (new Set(recipients).size > MAX_RECIPIENTS + 1) return { outcome: 'list_full' };
      const refused = await limited(actor.account, recipients.length);
      if (refused !== undefined) return refused;
      const [found, notAdded] = await sift(recipients);
      const eventId = ids.next();
      const sealed = await sealedName(conversationId, { id: eventId, type: 'BroadcastListCreated' }, name);
      const command = { type: 'create', by: actor.account, name: sealed, recipients: found } as const;
      const outcome = await submit(conversationId, actor, eventId, command);
      return outcome.outcome === 'done' ? { ...outcome, notAdded } : outcome;
    },

    async update({ actor, conversationId, add, remove, ...given }) {
      const name = given.name?.trim();
      const badName = name === undefined ? undefined : checkName(name);
      if (badName !== undefined) return badName;
      const by = actor.account;
      const { state } = await states.load(conversationId);
      // Nothing is looked up, and no key is made, for those who have no say in it.
      if (!isMember(state, by)) return { outcome: 'not_a_member' };
      if (state.kind !== 'broadcast') return { outcome: 'not_allowed' };
      if (new Set(add).size > MAX_RECIPIENTS) return { outcome: 'list_full' };
      const refused = await limited(by, add.length);
      if (refused !== undefined) return refused;
      let done: BroadcastOutcome = { outcome: 'done', conversationId, position: undefined, notAdded: [] };
      if (name !== undefined) {
        const eventId = ids.next();
        const sealed = await sealedName(conversationId, { id: eventId, type: 'GroupInfoChanged' }, name);
        done = await submit(conversationId, actor, eventId, { type: 'rename', by, name: sealed });
        if (done.outcome !== 'done') return done;
      }
      if (add.length === 0 && remove.length === 0) return done;
      const [found, notAdded] = await sift(add);
      const changed = await submit(conversationId, actor, ids.next(), {
        type: 'changeRecipients',
        by,
        add: found,
        remove,
      });
      return changed.outcome === 'done'
        ? { ...changed, position: changed.position ?? done.position, notAdded }
        : changed;
    },
  };
}
