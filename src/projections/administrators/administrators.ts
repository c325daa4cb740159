import path from 'node:path';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { Projection } from '../kit/projection.js';

interface Row {
  readonly account_id: string;
  readonly administrator: boolean;
  readonly since: string;
  readonly position: string;
}

/** Who administers the server. An erased account does not. */
export const administratorsProjection: Projection = {
  id: 'administrators',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'administrators.v1.sql'),
  eventTypes: ['AdministratorGranted', 'AdministratorRevoked', 'KeyDestroyed'],
  async project(batch, tx, schema) {
    const last = new Map<string, Row>();
    const erased = new Map<string, Row>();
    for (const { stream, type, data, metadata, position } of batch) {
      const account_id = streamId(stream);
      const since = new Date(metadata.occurredAt).toISOString();
      const row = { account_id, administrator: type === 'AdministratorGranted', since, position: String(position) };
      if (type !== 'KeyDestroyed') last.set(account_id, row);
      else if ((data as { readonly scope: string }).scope === 'account') erased.set(account_id, row);
    }
    if (last.size > 0)
      await tx.query(
        `INSERT INTO ${schema}.administrators AS a (account_id, administrator, since, position)
         SELECT account_id, administrator, since, position
         FROM json_to_recordset($1) AS r (account_id uuid, administrator bool, since timestamptz, position bigint)
         ON CONFLICT (account_id) DO UPDATE
           SET administrator = excluded.administrator, since = excluded.since, position = excluded.position
         WHERE a.position < excluded.position`,
        [JSON.stringify([...last.values()])],
      );
    if (erased.size > 0)
      await tx.query(
        `UPDATE ${schema}.administrators a SET administrator = false, since = r.since, position = r.position
         FROM json_to_recordset($1) AS r (account_id uuid, since timestamptz, position bigint)
         WHERE a.account_id = r.account_id AND a.administrator AND a.position < r.position`,
        [JSON.stringify([...erased.values()])],
      );
  },
};
