import path from 'node:path';
import { streamId } from '../../domain/shared/streams.js';
import type { MessageEvent } from '../../domain/messages/index.js';
import { projectRoot } from '../../platform/config/root.js';
import type { OpenedEvent, Projection } from '../kit/projection.js';

interface Row {
  readonly conversation_id: string;
  readonly seq: number;
  readonly position: string;
  readonly event_id: string;
  readonly kind: 'started' | 'text' | 'sealed';
  readonly author_id: string | null;
  readonly device_id: string | null;
  readonly client_id: string | null;
  readonly at: string;
  readonly text: string | null;
  readonly algorithm: string | null;
  /** base64 */
  readonly payload: string | null;
  readonly fingerprint: string | null;
  readonly erased: boolean;
}

/** Every conversation, event by event. */
export const timelineProjection: Projection = {
  id: 'timeline',
  version: 1,
  ddl: path.join(projectRoot, 'schema', 'sql', 'projections', 'timeline.v1.sql'),
  eventTypes: ['ConversationStarted', 'MessageSent', 'KeyDestroyed'],
  async project(batch, tx, schema) {
    const rows: Row[] = [];
    const erased: string[] = [];
    for (const event of batch) {
      if (event.type === 'KeyDestroyed') {
        if ((event.data as { readonly scope: string }).scope === 'account') erased.push(streamId(event.stream));
      } else rows.push(event.type === 'MessageSent' ? messageRow(event) : startedRow(event));
    }
    if (rows.length > 0) {
      await tx.query({
        name: `${schema}_insert`,
        text: `INSERT INTO ${schema}.timeline (conversation_id, seq, position, event_id, kind, author_id, device_id, client_id, at, text, algorithm, payload, fingerprint, erased)
         SELECT conversation_id, seq, position, event_id, kind, author_id, device_id, client_id, at, text, algorithm, decode(payload, 'base64'), fingerprint, erased
         FROM json_to_recordset($1) AS r (conversation_id uuid, seq int, position bigint, event_id uuid, kind text, author_id uuid, device_id uuid,
           client_id text, at timestamptz, text text, algorithm text, payload text, fingerprint text, erased boolean)
         ON CONFLICT (conversation_id, seq) DO NOTHING`,
        values: [JSON.stringify(rows)],
      });
    }
    if (erased.length > 0) {
      await tx.query(
        `UPDATE ${schema}.timeline SET text = NULL, erased = true WHERE author_id = ANY ($1::uuid[]) AND kind = 'text' AND NOT erased`,
        [erased],
      );
    }
  },
};

function base(event: OpenedEvent): Pick<Row, 'conversation_id' | 'seq' | 'position' | 'event_id'> {
  return {
    conversation_id: streamId(event.stream),
    seq: event.revision,
    position: String(event.position),
    event_id: event.id,
  };
}

function messageRow(event: OpenedEvent): Row {
  const { clientId, at, content, fingerprint } = event.data as MessageEvent['data'];
  const { account = null, device = null } = event.metadata.actor ?? {};
  const text = content.kind === 'text' ? (event.opened['content.text'] ?? null) : null;
  return {
    ...base(event),
    kind: content.kind,
    author_id: account,
    device_id: device,
    client_id: clientId,
    at: new Date(at).toISOString(),
    text,
    algorithm: content.kind === 'sealed' ? content.algorithm : null,
    payload: content.kind === 'sealed' ? content.bytes : null,
    fingerprint,
    erased: content.kind === 'text' && text === null,
  };
}

function startedRow(event: OpenedEvent): Row {
  const { account = null, device = null } = event.metadata.actor ?? {};
  return {
    ...base(event),
    kind: 'started',
    author_id: account,
    device_id: device,
    client_id: null,
    at: new Date(event.metadata.occurredAt).toISOString(),
    text: null,
    algorithm: null,
    payload: null,
    fingerprint: null,
    erased: false,
  };
}
