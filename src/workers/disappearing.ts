import type pg from 'pg';
import type { DisappearingHandlers } from '../domain/disappearing/index.js';
import { BUCKET_MS } from '../domain/shared/expiry.js';
import type { Position } from '../platform/eventStore/port.js';
import { expiringKeys, nextExpiringKey } from '../platform/keys/expiring.js';
import { expiredMessages, nextExpiry } from '../projections/timeline/expiring.queries.js';
import type { DueJob } from './kit/schedule.js';

export interface DisappearingDeps {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly handlers: Pick<DisappearingHandlers, 'expire' | 'destroyKey'>;
  readonly waitFor: (position: Position, timeoutMs: number) => Promise<boolean>;
}

/** Messages in one round. Each conversation of it is one append. */
const ROUND = 500;
const WAIT_MS = 5_000;
const KEYS_ROUND = 50;
/** After the end of an hour, so that its messages have gone from the read models before. */
const GRACE_MS = 300_000;

/** Says of messages whose time is over that it is, which takes them out of the read models. */
export function expiryJob({ pool, handlers, waitFor }: DisappearingDeps): DueJob {
  return {
    name: 'expired messages',
    nextDue: () => nextExpiry(pool),
    async runDue(now) {
      const due = await expiredMessages(pool, now, ROUND);
      let done = 0;
      let last: Position | undefined;
      for (const { targets, ...of } of due) {
        const position = await handlers.expire({ ...of, targets });
        if (position === undefined) continue;
        done += targets.length;
        if (last === undefined || position > last) last = position;
      }
      return last === undefined || (await waitFor(last, WAIT_MS)) ? done : 0;
    },
  };
}

/** Destroys the keys of hours that are over. */
export function expiredKeysJob({ pool, handlers }: DisappearingDeps): DueJob {
  return {
    name: 'expired keys',
    async nextDue() {
      const bucket = await nextExpiringKey(pool);
      return bucket === undefined ? undefined : (bucket + 1) * BUCKET_MS + GRACE_MS;
    },
    async runDue(now) {
      const refs = await expiringKeys(pool, Math.floor((now - GRACE_MS) / BUCKET_MS), KEYS_ROUND);
      for (const ref of refs) await handlers.destroyKey(ref);
      return refs.length;
    },
  };
}
