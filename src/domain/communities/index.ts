export { MAX_GROUPS } from './decide.js';
export { communityHandlers, type CommunityDeps, type CommunityHandlers, type CommunityOutcome } from './handle.js';
export { communityLinks, type Cause, type CommunityLinks, type CommunityLinksDeps } from './handleLinks.js';
