import type pg from 'pg';
import type { MessageDataOf } from '../../domain/messages/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../kit/projection.js';

/** Whose rows repeat what their message said. */
const REPEATING = ['message_edited', 'link_preview_added', 'location_updated'];
const SAYS_NOTHING = 'text = NULL, original = NULL, algorithm = NULL, payload = NULL, body = NULL';
const SILENCED = `${SAYS_NOTHING}, erased = true`;
const UNPINNED = `UPDATE @pins p SET pinned = false, seq = r.seq FROM $R
  WHERE p.conversation_id = r.conversation_id AND p.target_seq = r.target_seq AND p.pinned AND p.seq < r.seq`;

/** What events say about earlier messages. The last one about each counts; edits before deletions. */
export async function change(tx: pg.PoolClient, schema: string, events: readonly OpenedEvent[]): Promise<void> {
  const about = (type: string, key: (event: OpenedEvent) => string): OpenedEvent[] => [
    ...new Map(events.filter((event) => event.type === type).map((event) => [key(event), event])).values(),
  ];
  const target = (event: OpenedEvent): number => (event.data as { readonly target: number }).target;
  // Beside one that is withheld another may take effect.
  const byMessage = (event: OpenedEvent): string => `${event.stream} ${target(event)} ${isWithheld(event)}`;
  const byAccount = (event: OpenedEvent): string => `${byMessage(event)} ${event.metadata.actor?.account ?? ''}`;
  const base = (event: OpenedEvent): object => ({
    conversation_id: streamId(event.stream),
    target_seq: target(event),
    account_id: event.metadata.actor?.account,
    at: new Date(event.metadata.occurredAt).toISOString(),
    seq: event.revision,
    withheld: isWithheld(event),
  });
  // What is withheld changes the row of what is withheld itself: others have the message as it was. What its author sees is
  // worked out where it is read (own.ts).
  const takesEffect = `(NOT r.withheld OR EXISTS (SELECT FROM @timeline t WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq AND t.withheld))`;
  const write = async (rows: readonly object[], columns: string, sql: string): Promise<void> => {
    const from = `json_to_recordset($1) AS r (conversation_id uuid, target_seq int, account_id uuid, at timestamptz, seq int, withheld boolean${columns})`;
    await tx.query(sql.replaceAll('@', `${schema}.`).replace('$R', from), [JSON.stringify(rows)]);
  };
  const run = async (
    rows: readonly OpenedEvent[],
    more: (event: OpenedEvent) => object,
    columns: string,
    sql: string,
  ): Promise<void> => {
    if (rows.length === 0) return;
    await write(
      rows.map((event) => ({ ...base(event), ...more(event) })),
      columns,
      sql,
    );
  };

  await run(
    about('MessageEdited', byMessage),
    (event) => ({
      text: event.opened['text'],
      mentions: (event.data as MessageDataOf<'MessageEdited'>).mentions,
    }),
    ', text text, mentions jsonb',
    `UPDATE @timeline t SET text = CASE WHEN NOT t.erased THEN r.text END, mentions = r.mentions, edited_at = r.at, edited_seq = r.seq,
       original = CASE WHEN t.erased OR r.text IS NULL THEN NULL WHEN t.edited_seq IS NULL THEN t.text ELSE t.original END, erased = t.erased OR r.text IS NULL FROM $R
     WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq AND coalesce(t.edited_seq, 0) < r.seq AND ${takesEffect}`,
  );
  await run(
    about('ReactionChanged', byAccount),
    (event) => ({ emoji: (event.data as MessageDataOf<'ReactionChanged'>).emoji }),
    ', emoji text',
    `INSERT INTO @reactions AS o (conversation_id, target_seq, account_id, emoji, withheld, seq)
     SELECT conversation_id, target_seq, account_id, emoji, withheld, seq FROM $R
     ON CONFLICT (conversation_id, target_seq, account_id, withheld) DO UPDATE SET emoji = excluded.emoji, seq = excluded.seq WHERE o.seq < excluded.seq`,
  );
  await run(
    about('PollVoted', byAccount),
    (event) => ({ options: (event.data as MessageDataOf<'PollVoted'>).options }),
    ', options jsonb',
    `INSERT INTO @poll_votes AS o (conversation_id, target_seq, account_id, options, withheld, seq)
     SELECT conversation_id, target_seq, account_id, options, withheld, seq FROM $R
     ON CONFLICT (conversation_id, target_seq, account_id, withheld) DO UPDATE SET options = excluded.options, seq = excluded.seq WHERE o.seq < excluded.seq`,
  );
  const pinning = events.filter(({ type }) => type === 'MessagePinned' || type === 'MessageUnpinned');
  await run(
    [...new Map(pinning.map((event) => [isWithheld(event) ? byAccount(event) : byMessage(event), event])).values()],
    (event) => ({ pinned: event.type === 'MessagePinned' }),
    ', pinned boolean',
    `INSERT INTO @pins AS o (conversation_id, target_seq, pinned, by_account, at, only_for, seq)
     SELECT conversation_id, target_seq, pinned, account_id, at, CASE WHEN withheld THEN account_id END, seq FROM $R
     ON CONFLICT (conversation_id, target_seq, only_for) DO UPDATE SET pinned = excluded.pinned, by_account = excluded.by_account, at = excluded.at, seq = excluded.seq
       WHERE o.seq < excluded.seq`,
  );
  await run(
    about('LocationUpdated', byMessage),
    (event) => ({ body: { place: event.opened['place'] ?? null, placeAt: event.metadata.occurredAt } }),
    ', body jsonb',
    `UPDATE @timeline t SET body = t.body || r.body FROM $R WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq
       AND coalesce((t.body ->> 'placeAt')::bigint, 0) <= (r.body ->> 'placeAt')::bigint AND ${takesEffect}`,
  );
  // Where somebody is now is of use; where they were is not kept.
  await run(
    about('LocationUpdated', byMessage),
    () => ({}),
    '',
    `UPDATE @timeline t SET body = NULL, erased = true FROM $R
     WHERE t.conversation_id = r.conversation_id AND t.target_seq = r.target_seq AND t.kind = 'location_updated' AND t.seq < r.seq AND (t.withheld OR NOT r.withheld)`,
  );
  for (const [type, field] of [
    ['LocationEnded', 'endedAt'],
    ['PollClosed', 'closedAt'],
  ] as const)
    await run(
      about(type, byMessage),
      (event) => ({ body: { [field]: event.metadata.occurredAt } }),
      ', body jsonb',
      `UPDATE @timeline t SET body = t.body || r.body FROM $R WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq AND ${takesEffect}`,
    );
  const opened = about('ViewOnceOpened', byAccount);
  await run(
    opened,
    () => ({}),
    '',
    `INSERT INTO @view_once_openings (conversation_id, target_seq, account_id, at, seq)
     SELECT conversation_id, target_seq, account_id, at, seq FROM $R ON CONFLICT DO NOTHING`,
  );
  await run(
    opened.filter((event) => (event.data as MessageDataOf<'ViewOnceOpened'>).everyone === true),
    () => ({}),
    '',
    // Nobody will see again what it said; to its author it is unopened as long as that is withheld.
    `UPDATE @timeline t SET ${SAYS_NOTHING}, erased = t.erased OR t.withheld OR NOT r.withheld FROM $R
     WHERE t.conversation_id = r.conversation_id AND t.seq = r.target_seq`,
  );
  await run(
    about('MessageDeleted', byMessage),
    () => ({}),
    '',
    `UPDATE @timeline t SET ${SILENCED}, mentions = NULL,
       deleted_at = CASE WHEN t.seq = r.target_seq THEN r.at END, deleted_by = CASE WHEN t.seq = r.target_seq THEN r.account_id END
     FROM $R WHERE t.conversation_id = r.conversation_id AND ${ofTarget('r.target_seq')}`,
  );
  await run(about('MessageDeleted', byMessage), () => ({}), '', UNPINNED);
  const expired = events.filter(({ type }) => type === 'MessagesExpired');
  const targets = expired.flatMap((event) =>
    (event.data as MessageDataOf<'MessagesExpired'>).targets.map((seq) => ({ ...base(event), target_seq: seq })),
  );
  if (targets.length === 0) return;
  for (const sql of [
    `UPDATE @timeline t SET ${SILENCED}, mentions = NULL FROM $R WHERE t.conversation_id = r.conversation_id AND ${ofTarget('r.target_seq')}`,
    UNPINNED,
  ])
    await write(targets, '', sql);
}

/** A message's own row, and those that repeat what it said. */
function ofTarget(seq: string): string {
  const kinds = REPEATING.map((kind) => `'${kind}'`).join(', ');
  return `(t.seq = ${seq} OR (t.target_seq = ${seq} AND t.kind IN (${kinds})))`;
}

function isWithheld(event: OpenedEvent): boolean {
  return (event.data as { readonly withheld?: true }).withheld === true;
}
