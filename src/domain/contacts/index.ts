export type { LoadedBook } from './book.js';
export { CONTACT_LIMITS } from './decide.js';
export type { ContactEvent } from './events.js';
export {
  contactHandlers,
  type BlockOutcome,
  type ContactDeps,
  type ContactHandlers,
  type RefusedContact,
  type SyncOutcome,
} from './handle.js';
export {
  blockBetween,
  relations,
  relationsOf,
  type AccountRelations,
  type Relations,
  type RelationsSnapshot,
} from './relations.js';
