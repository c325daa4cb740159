import type { Mentions } from '../../domain/messages/index.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';

export interface MentionsInput {
  readonly mentions?: readonly string[] | null;
  readonly mentionEveryone?: boolean | null;
}

/** Each account once; undefined for nobody. */
export function mentionsOf({ mentions, mentionEveryone }: MentionsInput): Mentions | undefined {
  if (mentions == null || mentions.length === 0) return mentionEveryone === true ? 'everyone' : undefined;
  if (mentionEveryone === true) throw fault('BAD_USER_INPUT', 'give either mentions or mentionEveryone');
  return [...new Set(mentions.map((id) => decodeId('account', id)))];
}
