import type { EventMetadata, NewEvent } from '../../platform/eventStore/port.js';
import type { ConversationEvent } from '../conversations/index.js';
import { checkText, type TextProblem } from '../shared/text.js';

/** Lengths in UTF-16 code units, after trimming. */
export const GROUP_TEXTS = { name: 100, description: 2048, avatar: 512 } as const;

export interface GroupTexts {
  readonly name?: string;
  /** Null takes it away, as does an empty text. */
  readonly description?: string | null;
  readonly avatar?: string | null;
}

export interface TextRefusal {
  readonly field: string;
  readonly reason: TextProblem;
}

/** Trimmed, or what is wrong with them. */
export function checkTexts(given: GroupTexts): { readonly texts: GroupTexts } | { readonly problem: TextRefusal } {
  const texts: { name?: string; description?: string | null; avatar?: string | null } = {};
  for (const field of ['name', 'description', 'avatar'] as const) {
    if (given[field] === undefined) continue;
    const text = given[field]?.trim() ?? '';
    const reason = checkText(text, { max: GROUP_TEXTS[field], min: field === 'name' ? 1 : 0 });
    if (reason !== null) return { problem: { field, reason } };
    if (field === 'name') texts.name = text;
    else texts[field] = text === '' ? null : text;
  }
  return { texts };
}

export function newEvent(id: string, { type, data }: ConversationEvent, metadata: EventMetadata): NewEvent {
  return { id, type, data, metadata };
}
