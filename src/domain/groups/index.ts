export { hasRoom, MAX_COMMUNITY_MEMBERS, MAX_LINKS, MAX_MEMBERS, type GroupRejection } from './decide.js';
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
export { isOnlyOwner, successorOf } from './roles.js';
