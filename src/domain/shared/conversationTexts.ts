import type { SealedField } from '../../platform/keys/seal.js';
import type { FieldSealer } from './conversationSeal.js';
import { checkText, type TextProblem } from './text.js';

/** Lengths in UTF-16 code units, after trimming. */
const LIMITS = { name: 100, description: 2048, avatar: 512 } as const;

/** What a conversation of many is called. An absent text stays as it is. */
export interface ConversationTexts {
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
export function checkTexts(
  given: ConversationTexts,
): { readonly texts: ConversationTexts } | { readonly problem: TextRefusal } {
  const texts: { name?: string; description?: string | null; avatar?: string | null } = {};
  for (const field of ['name', 'description', 'avatar'] as const) {
    if (given[field] === undefined) continue;
    const text = given[field]?.trim() ?? '';
    const reason = checkText(text, { max: LIMITS[field], min: field === 'name' ? 1 : 0 });
    if (reason !== null) return { problem: { field, reason } };
    if (field === 'name') texts.name = text;
    else texts[field] = text === '' ? null : text;
  }
  return { texts };
}

/** Of a new conversation: what was taken away before it began was never there. */
export interface FirstTexts {
  readonly name: SealedField;
  readonly description?: SealedField;
  readonly avatar?: string;
}

export function firstTexts({ name = '', description, avatar }: ConversationTexts, seal: FieldSealer): FirstTexts {
  return {
    name: seal('name', name),
    ...(description != null && { description: seal('description', description) }),
    ...(avatar != null && { avatar }),
  };
}

/** An absent field stays as it is, null takes it away. */
export interface ChangedTexts {
  readonly name?: SealedField;
  readonly description?: SealedField | null;
  readonly avatar?: string | null;
}

export function changedTexts({ name, description, avatar }: ConversationTexts, seal: FieldSealer): ChangedTexts {
  return {
    ...(name !== undefined && { name: seal('name', name) }),
    ...(description !== undefined && { description: description === null ? null : seal('description', description) }),
    ...(avatar !== undefined && { avatar }),
  };
}

/** About how many bytes they take in an event. */
export function textSize({ name, description, avatar }: ConversationTexts): number {
  return 4 * ((name?.length ?? 0) + (description?.length ?? 0) + (avatar?.length ?? 0));
}
