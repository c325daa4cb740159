export { MAX_ADMINS } from './decide.js';
export { channelAudience, type Audience, type AudienceDeps } from './handleAudience.js';
export { channelHandlers, channelId, type ChannelDeps, type ChannelHandlers, type ChannelOutcome } from './handle.js';
