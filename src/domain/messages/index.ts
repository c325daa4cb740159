export { MAX_SEALED_BYTES, MAX_TEXT, type ContentProblem } from './decide.js';
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
} from './handleChanges.js';
export type { ChangeRejection } from './decideChange.js';
export type { Target, TargetLookup, TargetRef } from './target.js';
