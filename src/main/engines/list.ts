import type { Engine } from './engine.js';
import { postgres } from './postgres.js';
import { redis } from './redis.js';
import { toxiproxy } from './toxiproxy.js';

/** Every engine, in the order in which they start. */
export const engines: readonly Engine[] = [postgres, redis, toxiproxy];
