export { environmentExample, environmentSchema } from './emit.js';
export { ConfigError, isLoopback, loadConfig, type Config } from './load.js';
export { projectRoot } from './root.js';
