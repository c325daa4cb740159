import path from 'node:path';
import type { PresenceEvent } from '../../domain/presence/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { Projection } from '../kit/projection.js';

/** When each account last went offline. */
export const presenceProjection: Projection = {
  id: 'presence',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'presence.v1.sql'),
  eventTypes: ['WentOffline'],
  async project(batch, tx, schema) {
    const latest = new Map<string, number>();
    for (const { stream, data } of batch) {
      const { lastSeenAt } = data as PresenceEvent['data'];
      const id = streamId(stream);
      latest.set(id, Math.max(lastSeenAt, latest.get(id) ?? 0));
    }
    await tx.query({
      name: `${schema}_upsert`,
      text: `INSERT INTO ${schema}.last_seen AS l (account_id, at)
       SELECT account_id, to_timestamp(at / 1000.0) FROM json_to_recordset($1) AS r (account_id uuid, at bigint)
       ON CONFLICT (account_id) DO UPDATE SET at = excluded.at WHERE l.at < excluded.at`,
      values: [JSON.stringify([...latest].map(([account_id, at]) => ({ account_id, at })))],
    });
  },
};
