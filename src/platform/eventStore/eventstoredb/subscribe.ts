import { setTimeout as delay } from 'node:timers/promises';
import { START as FIRST } from '@eventstore/db-client';
import type { Logger } from '../../observability/logger.js';
import { START, type LogItem, type Position } from '../port.js';
import type { Connection } from './client.js';
import { commitOf, decoder } from './encode.js';
import type { Reader } from './read.js';

/** Held for a consumer at most, besides what is in the client's own buffers (some dozens). */
const HELD_EVENTS = 1000;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 5000;

export interface SubscribeOptions {
  readonly connection: Connection;
  readonly reader: Reader;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly saw: (commit: bigint) => void;
}

interface Feed {
  /** What has arrived, as soon as there is something; throws when the subscription broke; null when aborted. */
  next(): Promise<readonly LogItem[] | null>;
  close(): void;
}

/** F5: the client does not make a subscription again; this does, from the last event that was given. */
export async function* subscribe(after: Position, options: SubscribeOptions): AsyncGenerator<readonly LogItem[]> {
  const { signal, logger } = options;
  let at = after;
  let failures = 0;
  const aborted = (): boolean => signal.aborted;
  while (!aborted()) {
    let feed: Feed | undefined;
    try {
      feed = await orAborted(openFeed(at, options), signal);
      for (let items = await feed.next(); items; items = await feed.next()) {
        failures = 0;
        const last = items.at(-1);
        if (last) at = positionAt(last);
        yield items;
      }
    } catch (err) {
      if (aborted()) return;
      const waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** failures++, LONGEST_BACKOFF_MS);
      logger.warn({ err, waitMs }, 'the subscription to the event store broke; subscribing again');
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    } finally {
      feed?.close();
    }
  }
}

const positionAt = (item: LogItem): Position => (item.kind === 'event' ? item.event.position : item.position);

async function openFeed(after: Position, { connection, reader, signal, saw }: SubscribeOptions): Promise<Feed> {
  // F6: older servers do not say when history ends; reaching what was the head at the start is the same.
  const target = (await saysCaughtUp(connection)) ? null : await reader.head();
  // R4: a subscription begins after a whole append, so the rest of the one that `after` lies in is read.
  const rest = await reader.restOfAppend(after);
  let items: LogItem[] = rest.map((event) => ({ kind: 'event', event }));
  let at = rest.at(-1)?.position ?? after;
  let broke: Error | undefined;
  let wake: (() => void) | undefined;
  let arrived = 0;
  let markAfter = -1;
  let reached = false;

  const subscription = connection.client.subscribeToAll({
    fromPosition: after === START ? FIRST : { commit: commitOf(after), prepare: commitOf(after) },
  });
  const decode = decoder();
  const caughtUp = (): void => {
    items.push({ kind: 'caught_up', position: at });
    wake?.();
  };
  const reach = (): void => {
    if (target === null || reached || at < target) return;
    reached = true;
    caughtUp();
  };
  subscription.on('data', (resolved) => {
    arrived += 1;
    const event = decode(resolved);
    if (event && event.position > at) {
      at = event.position;
      saw(commitOf(at));
      items.push({ kind: 'event', event });
      if (items.length >= HELD_EVENTS) subscription.pause();
      wake?.();
    }
    reach();
    if (arrived === markAfter) caughtUp();
  });
  // The client tells of it when the message arrives, ahead of the events that are still in its buffer.
  subscription.on('caughtUp', () => {
    if (target !== null) return;
    if (subscription.readableLength === 0) caughtUp();
    else markAfter = arrived + subscription.readableLength;
  });
  const ended = (error: Error): void => {
    broke ??= error;
    wake?.();
  };
  subscription.on('error', ended);
  subscription.on('end', () => ended(new Error('The server ended the subscription.')));
  const aborted = (): void => wake?.();
  signal.addEventListener('abort', aborted);
  reach();

  return {
    next: async () => {
      while (items.length === 0) {
        if (signal.aborted) return null;
        if (broke !== undefined) throw broke;
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
      if (signal.aborted) return null;
      const taken = items;
      items = [];
      subscription.resume();
      return taken;
    },
    close: () => {
      signal.removeEventListener('abort', aborted);
      subscription.unsubscribe().catch(() => undefined);
    },
  };
}

/** The server's silence must not hold back an abort. */
async function orAborted(opening: Promise<Feed>, signal: AbortSignal): Promise<Feed> {
  let aborted: (() => void) | undefined;
  const abort = new Promise<never>((_resolve, reject) => {
    aborted = () => reject(new Error('aborted'));
    signal.addEventListener('abort', aborted);
  });
  try {
    return await Promise.race([opening, abort]);
  } catch (error) {
    opening.then(
      (feed) => feed.close(),
      () => undefined,
    );
    throw error;
  } finally {
    if (aborted) signal.removeEventListener('abort', aborted);
  }
}

async function saysCaughtUp(connection: Connection): Promise<boolean> {
  const [major = 0, minor = 0] = (await connection.serverVersion()).split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 10);
}
