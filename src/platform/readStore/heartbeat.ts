import type pg from 'pg';

const EVERY_MS = 5_000;

/**
 * Ends a session that only waits, such as for notifications, when it does not answer within `everyMs`: a network that
 * swallows everything lets its socket wait for ever, and there would be no `end` to connect again for.
 */
export function heartbeat(session: pg.Client, everyMs = EVERY_MS): void {
  const beat = (): void => {
    session.query({ text: 'SELECT 1', query_timeout: everyMs } as pg.QueryConfig).then(next, () => {
      session.end().catch(() => undefined);
    });
  };
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = setTimeout(beat, everyMs).unref();
  };
  session.once('end', () => {
    clearTimeout(timer);
  });
  next();
}
