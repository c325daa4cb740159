import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type NewEvent } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Relations } from '../contacts/index.js';
import { isMember, type Actor, type ConversationState, type ConversationStates } from '../conversations/index.js';
import { advance, decideAcknowledge, whatIsKept, type AdvanceWatermarks, type Watermarks } from './decide.js';
import { keptIn, type Kept } from './handleKept.js';

export type AcknowledgeOutcome =
  | ({ readonly outcome: 'acknowledged' } & Watermarks)
  | { readonly outcome: 'not_a_member' }
  | { readonly outcome: 'beyond_head'; readonly head: number }
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export interface AcknowledgeRequest extends AdvanceWatermarks {
  readonly actor: Actor;
  readonly conversationId: string;
}

export interface ReceiptHandlers {
  /** Settles when the watermark, or a higher one, is durable. */
  acknowledge(request: AcknowledgeRequest): Promise<AcknowledgeOutcome>;
}

export interface ReceiptDeps {
  readonly eventStore: EventStore;
  readonly states: ConversationStates;
  readonly relations: Pick<Relations, 'of'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  /** The device's own watermarks in the read model. May lag: then one more event says what is known already. */
  readonly findWatermarks: (conversationId: string, actor: Actor) => Promise<Watermarks>;
  /** Whether the account follows the channel. */
  readonly follows: (accountId: string, channelId: string) => Promise<boolean>;
}

interface Waiter {
  settle(outcome: AcknowledgeOutcome): void;
  fail(error: unknown): void;
}

/** One device in one conversation. */
interface Lane {
  readonly actor: Actor;
  readonly kept: Kept;
  stored: Watermarks;
  wanted: Watermarks;
  waiters: Waiter[];
  /** Whether an append is under way or waits for the end of the gap. */
  scheduled: boolean;
  lastAppendAt: number;
}

/** At most one append per device and conversation in this time; the first after a pause goes at once. */
const GAP_MS = 250;
const MAX_LANES = 100_000;
const MAX_TOGETHER = 500;

export function receiptHandlers(deps: ReceiptDeps): ReceiptHandlers {
  const lanes = new LRUCache<string, Lane>({ max: MAX_LANES });
  const opening = new Map<string, Promise<Lane>>();
  /** By stream with an append under way: what is due after it. */
  const appending = new Map<string, Lane[]>();

  const open = (key: string, kind: ConversationState['kind'], conversationId: string, actor: Actor): Promise<Lane> => {
    const running = opening.get(key);
    if (running !== undefined) return running;
    const promise = deps
      .findWatermarks(conversationId, actor)
      .then((stored) => {
        const kept = keptIn(deps, kind, conversationId, actor);
        const idle = { waiters: [], scheduled: false, lastAppendAt: -Infinity };
        const lane: Lane = { actor, kept, stored, wanted: stored, ...idle };
        lanes.set(key, lane);
        return lane;
      })
      .finally(() => opening.delete(key));
    opening.set(key, promise);
    return promise;
  };

  /** One append for all that is due in a stream: for a group that is all of its members at about the same time. */
  const appendTogether = async (stream: string, batch: readonly Lane[]): Promise<void> => {
    const taken = batch.map((lane) => {
      const { stored, wanted, waiters } = lane;
      lane.waiters = [];
      lane.lastAppendAt = deps.clock.now();
      return { lane, stored, wanted, waiters };
    });
    try {
      const events = await Promise.all(
        taken.map(async ({ lane: { kept, actor }, stored, wanted }): Promise<NewEvent> => {
          const { type, data } = await kept.fact(stored, wanted);
          return { id: deps.ids.next(), type, data, metadata: { occurredAt: deps.clock.now(), actor } };
        }),
      );
      await deps.eventStore.append({ stream, expected: 'any', events });
      for (const { lane, wanted, waiters } of taken) {
        lane.stored = wanted;
        for (const waiter of waiters) waiter.settle({ outcome: 'acknowledged', ...wanted });
      }
    } catch (error) {
      // In doubt is harmless: a watermark stored twice is the same watermark.
      const busy = error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt');
      for (const { waiters } of taken) {
        for (const waiter of waiters) {
          if (busy) waiter.settle({ outcome: 'busy', retryAfterMs: 1000 });
          else waiter.fail(error);
        }
      }
    }
    for (const { lane } of taken) {
      lane.scheduled = false;
      if (lane.waiters.length > 0) schedule(lane);
    }
  };

  const drain = async (stream: string, due: Lane[]): Promise<void> => {
    while (due.length > 0) await appendTogether(stream, due.splice(0, MAX_TOGETHER));
    appending.delete(stream);
  };

  const flush = (lane: Lane): void => {
    const { stream } = lane.kept;
    const waiting = appending.get(stream);
    if (waiting !== undefined) {
      waiting.push(lane);
      return;
    }
    const due = [lane];
    appending.set(stream, due);
    void drain(stream, due);
  };

  const schedule = (lane: Lane): void => {
    if (lane.scheduled) return;
    lane.scheduled = true;
    const wait = lane.lastAppendAt + GAP_MS - deps.clock.now();
    if (wait <= 0) flush(lane);
    else setTimeout(flush, wait, lane);
  };

  return {
    async acknowledge({ actor, conversationId, delivered, read }) {
      const limit = await deps.limiter.take('acknowledge', actor.device);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      let loaded = deps.states.peek(conversationId) ?? (await deps.states.load(conversationId));
      const { kind } = loaded.state;
      const concerned =
        isMember(loaded.state, actor.account) ||
        (kind === 'channel' && (await deps.follows(actor.account, conversationId)));
      if (!concerned) return { outcome: 'not_a_member' };
      const command = { delivered, read };
      if (decideAcknowledge(loaded.revision, command) === 'beyond_head') {
        loaded = await deps.states.refresh(conversationId);
        if (decideAcknowledge(loaded.revision, command) === 'beyond_head')
          return { outcome: 'beyond_head', head: loaded.revision };
      }
      const key = `${conversationId}${actor.device}`;
      const lane = lanes.get(key) ?? (await open(key, kind, conversationId, actor));
      const wanted = whatIsKept(kind, command);
      const durable = advance(lane.stored, wanted);
      if (durable === lane.stored) return { outcome: 'acknowledged', ...lane.stored };
      lane.wanted = advance(lane.wanted, wanted);
      return new Promise<AcknowledgeOutcome>((settle, fail) => {
        lane.waiters.push({ settle, fail });
        schedule(lane);
      });
    },
  };
}
