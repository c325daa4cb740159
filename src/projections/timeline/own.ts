import type { TimelineEntry } from './entry.js';

/** What is withheld and changes, to its author alone, what a message is. Reactions, votes and pins have tables of their own. */
const KINDS = ['message_edited', 'location_updated', 'location_ended', 'poll_closed', 'view_once_opened'] as const;

export interface OwnChange {
  readonly kind: (typeof KINDS)[number];
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string | null;
  readonly mentions: TimelineEntry['mentions'];
  readonly body: TimelineEntry['body'];
}

/** A column of a row `t` of the timeline: what the viewer did about a message that others have, and is withheld from them. */
export function ownChanges(viewer: string): string {
  // Between two a message is changed by its author, or by who opens it.
  return `CASE WHEN NOT t.withheld AND (t.author_id = ${viewer} OR t.view_once) THEN (SELECT json_agg(json_build_object('kind', w.kind, 'seq', w.seq, 'at', (extract(epoch FROM w.at) * 1000)::bigint,
      'text', w.text, 'mentions', w.mentions, 'body', w.body) ORDER BY w.seq)
    FROM timeline w WHERE w.conversation_id = t.conversation_id AND w.target_seq = t.seq AND w.withheld AND w.author_id = ${viewer} AND NOT w.erased
      AND w.kind IN (${KINDS.map((kind) => `'${kind}'`).join(', ')})) END AS own`;
}

export interface Changeable {
  readonly text: string | null;
  readonly body: TimelineEntry['body'];
  readonly erased: boolean;
  readonly edited_seq: number | null;
  readonly edited_at?: Date | null;
  readonly mentions?: TimelineEntry['mentions'];
  readonly own?: readonly OwnChange[] | null;
}

/** The message as it is to the viewer of `ownChanges`. The later counts, of what everybody was told and of what is withheld. */
export function withOwn<R extends Changeable>(row: R): R {
  return row.own?.reduce((now, change) => (now.erased ? now : changed(now, change)), row) ?? row;
}

function changed<R extends Changeable>(row: R, { kind, seq, at, text, mentions, body }: OwnChange): R {
  switch (kind) {
    case 'message_edited':
      return seq > (row.edited_seq ?? 0) ? { ...row, text, mentions, edited_at: new Date(at), edited_seq: seq } : row;
    case 'location_updated': {
      const before = (row.body?.['placeAt'] as number | undefined) ?? 0;
      return at >= before ? { ...row, body: { ...row.body, ...body, placeAt: at } } : row;
    }
    case 'location_ended':
      return { ...row, body: { ...row.body, endedAt: at } };
    case 'poll_closed':
      return { ...row, body: { ...row.body, closedAt: at } };
    case 'view_once_opened':
      return body?.['everyone'] === true ? { ...row, text: null, body: null, erased: true } : row;
  }
}
