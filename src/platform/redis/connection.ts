import { Redis } from 'ioredis';
import { StartError } from '../lifecycle/startError.js';
import type { Logger } from '../observability/logger.js';

/** A command that takes longer is given up: half of what the ports promise. */
const COMMAND_MS = 250;
const CONNECT_MS = 2_000;
/** How often a quiet connection is tried: what a network swallows without a word is noticed within this and COMMAND_MS. */
const PROBE_MS = 2_000;

export interface RedisConnection {
  readonly redis: Redis;
  readonly ready: boolean;
  /** What the command answers. When that is late the connection is broken off, so that the next ones fail at once. */
  run<T>(command: (redis: Redis) => Promise<T>): Promise<T>;
  /** On every connect, the first one too. */
  onReady(callback: () => void): void;
  close(): Promise<void>;
}

/**
 * One connection that never makes anybody wait for long: without a queue for commands while Redis is away, and with a bound
 * for each. It connects by itself, again and again; resolves once connected, or after CONNECT_MS without.
 * @throws StartError when Redis answers and does not let us in
 */
export async function connectRedis(url: string, name: string, logger: Logger): Promise<RedisConnection> {
  const redis = new Redis(url, {
    connectionName: `parlance ${name}`,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    // Of what the client says by itself while it connects.
    commandTimeout: CONNECT_MS,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), 1_000),
  });
  const state = { away: false, closing: false, lastError: undefined as Error | undefined };
  redis.on('error', (error: Error) => {
    state.lastError = error;
    away();
  });
  redis.on('close', () => away());
  redis.on('ready', () => {
    if (state.away) logger.warn({ connection: name }, 'Redis is back');
    state.away = false;
    state.lastError = undefined;
  });
  const away = (): void => {
    if (state.away || state.closing) return;
    state.away = true;
    logger.error({ connection: name, err: state.lastError }, 'Redis is away');
  };
  // Destroyed rather than ended: who says nothing does not say goodbye either.
  const breakOff = (): void => {
    if (redis.status === 'ready') redis.stream.destroy();
  };
  const run: RedisConnection['run'] = async (command) => {
    try {
      return await inTime(command(redis));
    } catch (error) {
      if (isTimeout(error)) breakOff();
      throw error;
    }
  };

  await firstConnect(redis);
  if (isRefusal(state.lastError)) {
    redis.disconnect();
    throw new StartError('The Redis of REDIS_URL refuses the user or the password.', { cause: state.lastError });
  }
  const probe = setInterval(() => {
    if (redis.status === 'ready') run((client) => client.ping()).catch(() => undefined);
  }, PROBE_MS).unref();

  return {
    redis,
    get ready() {
      return redis.status === 'ready' && !redis.stream.destroyed;
    },
    run,
    onReady: (callback) => void redis.on('ready', callback),
    async close() {
      state.closing = true;
      clearInterval(probe);
      // What has been sent is still answered.
      if (redis.status === 'ready') await redis.quit().catch(() => undefined);
      redis.disconnect();
    },
  };
}

/**
 * COMMAND_MS for Redis, not for us: an answer that came while this process was busy with something else is still read, since
 * a busy process would lose its Redis otherwise, just when it is needed.
 */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // What has arrived is read between timers and immediates.
      setImmediate(() => setImmediate(() => reject(new Error('Command timed out'))));
    }, COMMAND_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}

/** Goes on after a bound: a server starts without Redis, too. */
function firstConnect(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, CONNECT_MS);
    function done(): void {
      clearTimeout(timer);
      redis.off('ready', done);
      redis.off('error', onError);
      resolve();
    }
    function onError(error: Error): void {
      if (isRefusal(error)) done();
    }
    redis.on('ready', done);
    redis.on('error', onError);
    redis.connect().catch(() => undefined);
  });
}

const isRefusal = (error: Error | undefined): boolean => /WRONGPASS|NOAUTH|NOPERM/.test(error?.message ?? '');

const isTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out';
