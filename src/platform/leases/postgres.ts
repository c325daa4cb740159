import type pg from 'pg';
import type { Clock } from '../clock/port.js';
import type { Leases } from './port.js';

/** @param holder a UUID of this node's own. */
export function postgresLeases(pool: Pick<pg.Pool, 'query'>, clock: Clock, holder: string): Leases {
  return {
    async take(name, ttlMs) {
      const now = clock.now();
      const { rowCount } = await pool.query(
        `INSERT INTO leases AS l (name, holder, expires_at) VALUES ($1, $2, $4)
         ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = $4 WHERE l.holder = $2 OR l.expires_at <= $3`,
        [name, holder, new Date(now), new Date(now + ttlMs)],
      );
      return rowCount === 1;
    },
    async release(name) {
      await pool.query('DELETE FROM leases WHERE name = $1 AND holder = $2', [name, holder]);
    },
  };
}
