export { MAX_SEALED_BYTES, MAX_TEXT, type ContentProblem } from './decide.js';
export type { MessageContent, MessageEvent } from './events.js';
export {
  messageHandlers,
  messageId,
  type KnownLookup,
  type MessageDeps,
  type MessageHandlers,
  type SendOutcome,
  type SendRequest,
} from './handle.js';
