export { MAX_LINKS, MAX_MEMBERS, type GroupRejection } from './decide.js';
export {
  groupHandlers,
  groupId,
  type GroupChanged,
  type GroupDeps,
  type GroupHandlers,
  type GroupOutcome,
  type NotAdded,
  type Refused,
} from './handle.js';
