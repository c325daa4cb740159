export { checkMessage, givenOf } from './contents.js';
export type { ContentProblem, GivenContent, GivenPlace } from './contents.js';
export { emojiOf } from './emoji.js';
export type { MessageContent, MessageDataOf, MessageEvent, MessageEventType, Mentions } from './events.js';
export {
  messageHandlers,
  messageId,
  type MessageDeps,
  type MessageHandlers,
  type SendOutcome,
  type SendRequest,
} from './handle.js';
export {
  messageChangeHandlers,
  type ChangeOutcome,
  type ChangeRequest,
  type MessageChangeDeps,
  type MessageChangeHandlers,
  type MessagePlace,
  type SaidOnce,
} from './handleChanges.js';
export {
  linkPreviewHandlers,
  type LinkPreviewDeps,
  type LinkPreviewHandlers,
  type MessageVersion,
} from './handlePreviews.js';
export { firstLink } from './links.js';
export type { ChangeRejection } from './decideChange.js';
export type { Target, TargetLookup, TargetRef } from './target.js';
export {
  forwardHandlers,
  type ForwardDeps,
  type ForwardedOne,
  type ForwardHandlers,
  type ForwardOutcome,
  type ForwardSource,
} from './handleForward.js';
export { messageCopyHandlers, type CopiedChange, type MessageCopyHandlers } from './handleCopies.js';
