export { MAX_RECIPIENTS } from './decide.js';
export {
  broadcastClientId,
  broadcastHandlers,
  broadcastListId,
  type BroadcastDeps,
  type BroadcastHandlers,
  type BroadcastOutcome,
} from './handle.js';
