import { schedule } from '../workers/kit/schedule.js';
import { eventAt } from '../domain/shared/eventAt.js';
import { runFollowers } from '../workers/kit/followers.js';
import type { Follower } from '../workers/kit/follower.js';
import { systemIds } from '../platform/ids/system.js';
import { postgresLeases } from '../platform/leases/postgres.js';
import { systemClock } from '../platform/clock/system.js';
import { housekeepingJob } from '../workers/housekeeping.js';
import { expiredKeysJob, expiryJob } from '../workers/disappearing.js';
import type { Position } from '../platform/eventStore/port.js';
import { communityFollower } from '../workers/communities.js';
import { broadcastFollower } from '../workers/broadcasts.js';
import { scheduledMessages } from '../workers/messages/scheduled.js';
import { dueScheduled, nextScheduled } from '../projections/preferences/scheduled.queries.js';
import { webLinkPreviews } from '../platform/linkPreviews/web.js';
import { linkPreviewFollower } from '../workers/messages/linkPreviews.js';
import type { DueJob } from '../workers/kit/schedule.js';
import { isDeletedMessage } from '../projections/timeline/target.queries.js';
import type { OpenedEvent } from '../platform/keys/opener.js';
import type { App } from './compose.js';

const SETTLE_MS = 5_000;

/** What this process does beside serving, until the signal aborts. Other processes may run the same: leases say who works. */
export async function runWorkers(app: App, signal: AbortSignal): Promise<void> {
  const { config, clock, readStore, eventStore, open, logger, metrics } = app;
  if (!['all', 'workers'].some((role) => config.roles.includes(role))) return;
  const leases = postgresLeases(readStore.pool, systemClock, systemIds(systemClock).next());
  const deps = {
    pool: readStore.pool,
    eventStore,
    open,
    logger,
    leases,
    onOutcome: (worker: string, outcome: string) => metrics.workerEvents.inc({ worker, outcome }),
  };
  const waitFor = (position: Position, ms: number): Promise<boolean> => app.projector.waitFor(position, ms);
  const disappearing = { pool: readStore.pool, handlers: app.handlers.disappearing, waitFor };
  const jobs = [expiryJob(disappearing), expiredKeysJob(disappearing), scheduledJob(app), housekeepingJob(readStore)];
  await Promise.all([
    runFollowers(deps, followersOf(app), signal),
    // A page that is slow to answer keeps nobody else waiting.
    ...linkPreviewsOf(app).map((each) => runFollowers({ ...deps, lease: each.id }, [each], signal)),
    ...jobs.map((job) => schedule(job, { alarm: clock, leases, logger }).run(signal)),
  ]);
}

export function followersOf({ states, unlimited, handlers, readStore, eventStore, open }: App): readonly Follower[] {
  const { conversations, messages } = unlimited;
  const openedAt = async (stream: string, revision: number): Promise<OpenedEvent | undefined> => {
    const event = await eventAt(eventStore, stream, revision);
    return event === undefined ? undefined : (await open([event]))[0];
  };
  return [
    broadcastFollower({
      states,
      start: conversations.start,
      send: messages.send,
      carry: handlers.copies.carry,
      eventAt: openedAt,
      isDeleted: (messageId) => isDeletedMessage(readStore.pool, messageId),
    }),
    communityFollower(handlers.communityLinks),
  ];
}

/** None when they are off. */
function linkPreviewsOf({ config, handlers, limiter, clock, metrics }: App): readonly Follower[] {
  if (config.linkPreviews === undefined) return [];
  const previews = webLinkPreviews({ allow: new Set(config.linkPreviews.allow) });
  const onOutcome = (outcome: string): void => {
    metrics.linkPreviews.inc({ outcome });
  };
  return [linkPreviewFollower({ previews, handlers: handlers.linkPreviews, limiter, clock, onOutcome })];
}

function scheduledJob({ readStore, eventStore, projector, handlers, unlimited }: App): DueJob {
  return scheduledMessages({
    nextDue: () => nextScheduled(readStore.pool),
    due: (now, limit) => dueScheduled(readStore.pool, now, limit),
    handlers: handlers.scheduled,
    send: unlimited.messages.send,
    settled: async () => {
      await projector.waitFor(await eventStore.head(), SETTLE_MS);
    },
  });
}
