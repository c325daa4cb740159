export {
  typingHandlers,
  type SetTyping,
  type SetTypingOutcome,
  type TypingDeps,
  type TypingHandlers,
} from './handle.js';
export {
  parseTypingSignal,
  TYPING_MS,
  typingSignal,
  typingTopic,
  type TypingKind,
  type TypingSignal,
} from './signal.js';
