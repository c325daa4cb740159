import { about, concerned, isRejection, type Asked } from './decideChange.js';
import type { MessageEvent } from './events.js';

export type PreviewAdded = Extract<MessageEvent<string>, { readonly type: 'LinkPreviewAdded' }>;

/**
 * The preview of a link in one version of a text: `version` is the sequence of the message, or of its edit.
 * @param asked by the message's author
 * @returns undefined when the message does not say that any more, or never did, or has its preview.
 */
export function decidePreview(
  asked: Asked,
  { version, preview }: { readonly version: number; readonly preview: string },
): PreviewAdded | undefined {
  const target = concerned(asked);
  if (isRejection(target) || target.gone || target.kind !== 'text' || target.viewOnce) return undefined;
  if (target.expiresAt !== null && target.expiresAt <= asked.now) return undefined;
  const current = target.editedSeq ?? target.seq;
  if (current !== version || (target.previewSeq ?? 0) > version) return undefined;
  return { type: 'LinkPreviewAdded', data: { ...about(target, target.editWithheld), preview } };
}
