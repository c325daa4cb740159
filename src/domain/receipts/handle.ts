import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type NewEvent } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import { blockBetween, type Relations } from '../contacts/index.js';
import { isMember, type Actor, type ConversationStates } from '../conversations/index.js';
import { receiptsStream } from '../shared/streams.js';
import { advance, decideAcknowledge, type AdvanceWatermarks, type ReceiptStamps, type Watermarks } from './decide.js';

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
  readonly findWatermarks: (conversationId: string, deviceId: string) => Promise<Watermarks>;
}

interface Waiter {
  settle(outcome: AcknowledgeOutcome): void;
  fail(error: unknown): void;
}

/** One device in one conversation. */
interface Lane {
  stored: Watermarks;
  wanted: Watermarks;
  waiters: Waiter[];
  /** Whether an append is under way or waits for the end of the gap. */
  scheduled: boolean;
  lastAppendAt: number;
}

interface Due {
  readonly lane: Lane;
  readonly actor: Actor;
}

/** At most one append per device and conversation in this time; the first after a pause goes at once. */
const GAP_MS = 250;
const MAX_LANES = 100_000;
const MAX_TOGETHER = 500;

export function receiptHandlers(deps: ReceiptDeps): ReceiptHandlers {
  const lanes = new LRUCache<string, Lane>({ max: MAX_LANES });
  const opening = new Map<string, Promise<Lane>>();
  /** By conversation with an append under way: what is due after it. */
  const appending = new Map<string, Due[]>();

  const open = (key: string, conversationId: string, deviceId: string): Promise<Lane> => {
    const running = opening.get(key);
    if (running !== undefined) return running;
    const promise = deps
      .findWatermarks(conversationId, deviceId)
      .then((stored) => {
        const lane: Lane = { stored, wanted: stored, waiters: [], scheduled: false, lastAppendAt: -Infinity };
        lanes.set(key, lane);
        return lane;
      })
      .finally(() => opening.delete(key));
    opening.set(key, promise);
    return promise;
  };

  /** What the others are told is fixed when it is written. Between two either's switch turns it off for both. */
  const stampsOf = async (conversationId: string, account: string): Promise<ReceiptStamps> => {
    const { state } = deps.states.peek(conversationId) ?? (await deps.states.load(conversationId));
    const others = state.kind === 'direct' ? [...state.members.keys()].filter((member) => member !== account) : [];
    for (const other of others) if (await blockBetween(deps.relations, account, other)) return { withheld: true };
    for (const one of [account, ...others])
      if (!(await deps.relations.of(one)).privacy.readReceipts) return { private: true };
    return {};
  };

  const eventOf = ({ lane, actor }: Due, stamps: ReceiptStamps): NewEvent => {
    const { wanted, stored } = lane;
    const data = {
      accountId: actor.account,
      deviceId: actor.device,
      ...(wanted.delivered > stored.delivered && { delivered: wanted.delivered }),
      ...(wanted.read > stored.read && { read: wanted.read }),
      ...(wanted.read > stored.read || stamps.withheld === true ? stamps : {}),
    };
    return {
      id: deps.ids.next(),
      type: 'WatermarkAdvanced',
      data,
      metadata: { occurredAt: deps.clock.now(), actor },
    };
  };

  /** One append for all the devices of a conversation that are due: in a group that is all of its members at about the same time. */
  const appendTogether = async (conversationId: string, batch: readonly Due[]): Promise<void> => {
    let stamps: readonly ReceiptStamps[];
    try {
      stamps = await Promise.all(batch.map(({ actor }) => stampsOf(conversationId, actor.account)));
    } catch (error) {
      for (const { lane } of batch) {
        for (const waiter of lane.waiters.splice(0)) waiter.fail(error);
        lane.scheduled = false;
      }
      return;
    }
    const taken = batch.map((due, index) => {
      const { lane } = due;
      const { wanted, waiters } = lane;
      lane.waiters = [];
      lane.lastAppendAt = deps.clock.now();
      return { ...due, wanted, waiters, event: eventOf(due, stamps[index] ?? {}) };
    });
    try {
      const events = taken.map(({ event }) => event);
      await deps.eventStore.append({ stream: receiptsStream(conversationId), expected: 'any', events });
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
    for (const { lane, actor } of taken) {
      lane.scheduled = false;
      if (lane.waiters.length > 0) schedule(lane, conversationId, actor);
    }
  };

  const drain = async (conversationId: string, due: Due[]): Promise<void> => {
    while (due.length > 0) await appendTogether(conversationId, due.splice(0, MAX_TOGETHER));
    appending.delete(conversationId);
  };

  const flush = (lane: Lane, conversationId: string, actor: Actor): void => {
    const waiting = appending.get(conversationId);
    if (waiting !== undefined) {
      waiting.push({ lane, actor });
      return;
    }
    const due = [{ lane, actor }];
    appending.set(conversationId, due);
    void drain(conversationId, due);
  };

  const schedule = (lane: Lane, conversationId: string, actor: Actor): void => {
    if (lane.scheduled) return;
    lane.scheduled = true;
    const wait = lane.lastAppendAt + GAP_MS - deps.clock.now();
    if (wait <= 0) flush(lane, conversationId, actor);
    else setTimeout(flush, wait, lane, conversationId, actor);
  };

  return {
    async acknowledge({ actor, conversationId, delivered, read }) {
      const limit = await deps.limiter.take('acknowledge', actor.device);
      if (!limit.ok) return { outcome: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      let loaded = deps.states.peek(conversationId) ?? (await deps.states.load(conversationId));
      if (!isMember(loaded.state, actor.account)) return { outcome: 'not_a_member' };
      const command = { delivered, read };
      if (decideAcknowledge(loaded.revision, command) === 'beyond_head') {
        loaded = await deps.states.refresh(conversationId);
        if (decideAcknowledge(loaded.revision, command) === 'beyond_head')
          return { outcome: 'beyond_head', head: loaded.revision };
      }
      const key = `${conversationId}${actor.device}`;
      const lane = lanes.get(key) ?? (await open(key, conversationId, actor.device));
      const durable = advance(lane.stored, command);
      if (durable === lane.stored) return { outcome: 'acknowledged', ...lane.stored };
      lane.wanted = advance(lane.wanted, command);
      return new Promise<AcknowledgeOutcome>((settle, fail) => {
        lane.waiters.push({ settle, fail });
        schedule(lane, conversationId, actor);
      });
    },
  };
}
