import type pg from 'pg';
import type { Evidence } from '../../domain/cases/index.js';
import { messageById } from './timeline.queries.js';

/** A message for a report, as the account sees it; undefined for one that it may not see. */
export async function evidenceOf(
  db: Pick<pg.Pool, 'query'>,
  viewer: string,
  messageId: string,
): Promise<Evidence | undefined> {
  const found = await messageById(db, viewer, messageId);
  if (found === null) return undefined;
  const { id, conversationId, authorId, seq, at, said } = found;
  return { id, conversationId, authorId, seq, at, kind: said.kind, text: said.text, body: said.body };
}
