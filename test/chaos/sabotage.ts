import type pg from 'pg';
import type { Entry } from './journal.js';

/** A fault planted after the storm, to show that the checker can fail. */
export const sabotages = ['lose', 'duplicate', 'reorder', 'miscount'] as const;
/** Of what happens beside sending. */
export const changeSabotages = [...sabotages, 'resurrect', 'leak'] as const;
export type Sabotage = (typeof changeSabotages)[number];

export function isSabotage(name: string, among: readonly string[] = sabotages): name is Sabotage {
  return among.includes(name);
}

/** Plants the fault in the server's database, or in what a device says it received. Returns the journal to check. */
export async function sabotage(
  kind: Sabotage,
  database: pg.Client,
  journal: readonly Entry[],
): Promise<readonly Entry[]> {
  switch (kind) {
    case 'lose':
      return lose(database, journal);
    case 'duplicate':
      return duplicate(database, journal);
    case 'reorder':
      return reorder(journal);
    case 'miscount':
      return miscount(database, journal);
    case 'resurrect':
      return resurrect(database, journal);
    case 'leak':
      return leak(database, journal);
  }
}

/** The newest message of a conversation vanishes from the log: its revisions stay without a hole. */
async function lose(database: pg.Client, journal: readonly Entry[]): Promise<readonly Entry[]> {
  await one(
    database,
    `DELETE FROM events e WHERE type = 'MessageSent' AND position = (SELECT max(position) FROM events WHERE type = 'MessageSent')
     RETURNING position`,
  );
  return journal;
}

/** A copy of a message under an id of its own at the end of its stream, as a second append of a retried send would be. */
async function duplicate(database: pg.Client, journal: readonly Entry[]): Promise<readonly Entry[]> {
  await one(
    database,
    `INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at)
     SELECT (SELECT max(position) + 1 FROM events), stream, (SELECT max(revision) + 1 FROM events x WHERE x.stream = e.stream),
            gen_random_uuid(), type, data, metadata, recorded_at
     FROM events e WHERE type = 'MessageSent' ORDER BY position DESC LIMIT 1 RETURNING position`,
  );
  return journal;
}

/** Two neighbouring messages of one device change places. */
function reorder(journal: readonly Entry[]): readonly Entry[] {
  const received = journal.flatMap((entry, index) =>
    entry.k === 'received' && entry.life === 0 ? [{ entry, index }] : [],
  );
  const first = received[Math.floor(received.length / 2)];
  const second = received.find(
    (other) => first !== undefined && other.index > first.index && other.entry.device === first.entry.device,
  );
  if (first === undefined || second === undefined) throw new Error('nothing to reorder');
  const changed = [...journal];
  changed[first.index] = second.entry;
  changed[second.index] = first.entry;
  return changed;
}

/** One read watermark of the read model slips by one. */
async function miscount(database: pg.Client, journal: readonly Entry[]): Promise<readonly Entry[]> {
  await one(
    database,
    `UPDATE watermarks SET read = read - 1 WHERE (conversation_id, account_id, device_id) =
       (SELECT conversation_id, account_id, device_id FROM watermarks WHERE read > 1 ORDER BY read DESC LIMIT 1) RETURNING read`,
  );
  return journal;
}

/** The message that was deleted last says something again. */
async function resurrect(database: pg.Client, journal: readonly Entry[]): Promise<readonly Entry[]> {
  await one(
    database,
    `UPDATE timeline t SET erased = false, text = 'back again' WHERE (conversation_id, seq) =
       (SELECT conversation_id, target_seq FROM timeline WHERE kind = 'message_deleted' ORDER BY position DESC LIMIT 1)`,
  );
  return journal;
}

/** Who left a group, and messages were sent since, sees them. */
async function leak(database: pg.Client, journal: readonly Entry[]): Promise<readonly Entry[]> {
  await one(
    database,
    `UPDATE memberships m SET to_seq = 1000000000 WHERE (conversation_id, account_id, joined_seq) =
       (SELECT o.conversation_id, o.account_id, o.joined_seq FROM memberships o
        WHERE o.to_seq IS NOT NULL
          AND EXISTS (SELECT FROM timeline t WHERE t.conversation_id = o.conversation_id AND t.message AND t.seq >= o.to_seq)
          AND NOT EXISTS (SELECT FROM memberships n WHERE n.conversation_id = o.conversation_id
                          AND n.account_id = o.account_id AND n.joined_seq > o.joined_seq)
        LIMIT 1)`,
  );
  return journal;
}

async function one(database: pg.Client, sql: string): Promise<void> {
  const { rowCount } = await database.query(sql);
  if (rowCount !== 1) throw new Error(`the sabotage changed ${rowCount ?? 0} rows instead of one`);
}
