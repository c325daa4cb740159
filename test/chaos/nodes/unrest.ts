import { WireError, type WireClient } from '../../kit/client.js';
import type { Device } from '../device.js';
import type { Journal } from '../journal.js';
import type { Accepted } from '../load.js';
import { operations } from './operations.js';

/** A group of which some come and go; the others stay, and write. */
export interface Group {
  readonly id: string;
  readonly owner: string;
  readonly members: readonly string[];
  readonly floating: readonly string[];
}

export interface Unrest {
  /** A message that something may happen to. */
  offer(message: Accepted): void;
  /** How many changes were confirmed. */
  readonly done: number;
  /** No new ones any more; resolves when all are confirmed. */
  finish(): Promise<void>;
}

interface UnrestOptions {
  readonly devices: readonly Device[];
  readonly groups: readonly Group[];
  readonly journal: Journal;
  readonly draw: (below: number) => number;
  readonly patienceMs: number;
  readonly onFatal: (error: Error) => void;
}

const RETRIED = new Set(['CLOSED', 'UNAVAILABLE', 'BUSY', 'RATE_LIMITED']);
const EMOJI = ['👍', '❤️', '😂', null];
const EVERY_MS = 25;
const CHURN_EVERY = 20;
const CANDIDATES = 400;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Edits, deletes and reacts to what was sent lately, and moves members in and out, each until it is confirmed. */
export function startUnrest({ devices, groups, journal, draw, patienceMs, onFatal }: UnrestOptions): Unrest {
  const byAccount = Map.groupBy(devices, ({ account }) => account);
  const candidates: Accepted[] = [];
  const busy = new Set<string>();
  const away = new Set<string>();
  const running = new Set<Promise<void>>();
  let done = 0;
  let ticks = 0;

  /** Through whichever device of the account is connected, until the server has answered. */
  const until = async (account: string, ask: (client: WireClient) => Promise<boolean>): Promise<void> => {
    const begin = draw(2);
    for (let tries = begin; ; tries++) {
      const own = byAccount.get(account)!;
      const client = own[tries % own.length]!.client;
      if (client === undefined) {
        await pause(50);
        continue;
      }
      const waiting = setTimeout(() => client.terminate(), patienceMs * 2 ** Math.min(4, tries - begin));
      try {
        if (await ask(client)) done++;
        return;
      } catch (error) {
        if (!(error instanceof WireError) || !RETRIED.has(error.code)) {
          onFatal(new Error(`a change was refused: ${String(error)}`));
          return;
        }
        await pause(50 * 2 ** Math.min(5, tries - begin));
      } finally {
        clearTimeout(waiting);
      }
    }
  };
  /** One at a time for each message and each member. */
  const run = (key: string, work: () => Promise<void>): void => {
    if (busy.has(key)) return;
    busy.add(key);
    const job = work().finally(() => {
      busy.delete(key);
      running.delete(job);
    });
    running.add(job);
  };

  const change = (): void => {
    const message = candidates[draw(candidates.length)];
    if (message === undefined) return;
    const { messageId, account, conversation, seq, members, clientId } = message;
    const kind = draw(10);
    run(messageId, () => {
      if (kind === 0) {
        candidates.splice(candidates.indexOf(message), 1);
        return until(account, (client) => operations.delete(client, messageId));
      }
      if (kind < 5) {
        const text = `edited ${clientId} ${ticks}`;
        journal.append({ k: 'edit', conversation, target: seq, text });
        return until(account, (client) => operations.edit(client, messageId, text));
      }
      const who = members[draw(members.length)]!;
      const emoji = EMOJI[draw(EMOJI.length)]!;
      return until(who, (client) => operations.react(client, messageId, emoji));
    });
  };
  const churn = (): void => {
    const group = groups[draw(groups.length)];
    const member = group?.floating[draw(group.floating.length)];
    if (group === undefined || member === undefined) return;
    const key = `${group.id} ${member}`;
    run(key, async () => {
      if (away.has(key)) {
        await until(group.owner, (client) => operations.add(client, group.id, member));
        away.delete(key);
        return;
      }
      if (draw(2) === 0) await until(group.owner, (client) => operations.expel(client, group.id, member));
      else await until(member, (client) => operations.leave(client, group.id));
      away.add(key);
    });
  };

  const timer = setInterval(() => {
    if (++ticks % CHURN_EVERY === 0) churn();
    else change();
  }, EVERY_MS);
  return {
    offer(message) {
      candidates.push(message);
      if (candidates.length > CANDIDATES) candidates.shift();
    },
    get done() {
      return done;
    },
    async finish() {
      clearInterval(timer);
      while (running.size > 0) await Promise.all(running);
    },
  };
}
