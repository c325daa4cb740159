export { MAX_ADMINS } from './decide.js';
export { channelHandlers, channelId, type ChannelDeps, type ChannelHandlers, type ChannelOutcome } from './handle.js';
