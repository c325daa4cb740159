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
