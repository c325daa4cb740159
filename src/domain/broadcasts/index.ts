export { MAX_RECIPIENTS } from './decide.js';
export {
  broadcastChangeId,
  broadcastClientId,
  broadcastHandlers,
  broadcastListId,
  type BroadcastDeps,
  type BroadcastHandlers,
  type BroadcastOutcome,
} from './handle.js';
