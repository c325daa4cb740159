import path from 'node:path';
import type { ConversationEvent } from '../../domain/conversations/index.js';
import type { MessageEvent } from '../../domain/messages/index.js';
import { streamId } from '../../domain/shared/streams.js';
import { projectRoot } from '../../platform/config/root.js';
import type { Projection } from '../kit/projection.js';

interface StartedRow {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly position: string;
  readonly members: readonly string[];
}

interface HeadRow {
  id: string;
  head_seq: number;
  last_message_seq: number;
  last_at: string;
  position: string;
}

/** The list of conversations and their members: what a command starts from, and what lists are made of. */
export const conversationsProjection: Projection = {
  id: 'conversations',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'conversations.v1.sql'),
  eventTypes: ['ConversationStarted', 'MessageSent'],
  async project(batch, tx, schema) {
    const started: StartedRow[] = [];
    const heads = new Map<string, HeadRow>();
    for (const event of batch) {
      const id = streamId(event.stream);
      const position = String(event.position);
      if (event.type === 'ConversationStarted') {
        const { kind, members } = event.data as ConversationEvent['data'];
        started.push({ id, kind, at: new Date(event.metadata.occurredAt).toISOString(), position, members });
      } else {
        const { at } = event.data as MessageEvent['data'];
        heads.set(id, {
          id,
          head_seq: event.revision,
          last_message_seq: event.revision,
          last_at: new Date(at).toISOString(),
          position,
        });
      }
    }
    if (started.length > 0) {
      const json = JSON.stringify(started);
      await tx.query(
        `INSERT INTO ${schema}.conversations (id, kind, head_seq, last_at, last_position, started_position)
         SELECT id, kind, 0, at, position, position FROM json_to_recordset($1) AS r (id uuid, kind text, at timestamptz, position bigint)
         ON CONFLICT (id) DO NOTHING`,
        [json],
      );
      await tx.query(
        `INSERT INTO ${schema}.memberships (conversation_id, account_id, from_seq, position)
         SELECT r.id, m.account_id::uuid, 0, r.position FROM json_to_recordset($1) AS r (id uuid, position bigint, members json)
         CROSS JOIN LATERAL json_array_elements_text(r.members) AS m (account_id) ON CONFLICT DO NOTHING`,
        [json],
      );
    }
    if (heads.size > 0) {
      await tx.query({
        name: `${schema}_heads`,
        text: `UPDATE ${schema}.conversations c SET head_seq = r.head_seq, last_message_seq = r.last_message_seq, last_at = r.last_at, last_position = r.position
         FROM json_to_recordset($1) AS r (id uuid, head_seq int, last_message_seq int, last_at timestamptz, position bigint)
         WHERE c.id = r.id AND c.head_seq < r.head_seq`,
        values: [JSON.stringify([...heads.values()])],
      });
    }
  },
};
