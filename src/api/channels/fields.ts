import { LRUCache } from 'lru-cache';
import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { followerCount } from '../../projections/lists/lists.queries.js';
import type { ApiContext, Reads } from '../kit/context.js';
import { Channel } from './types.js';

/** By read model: a count of many followers is not made anew for everybody who looks. */
const counts = new WeakMap<Reads, LRUCache<string, Promise<number>>>();
const MAX_COUNTS = 10_000;
const COUNT_MS = 60_000;

@Resolver(() => Channel)
export class ChannelFields {
  @FieldResolver(() => Int, { description: 'About: up to a minute old. Who they are is nobody’s to know.' })
  followerCount(@Root() { uuid }: Channel, @Ctx() { services: { reads } }: ApiContext): Promise<number> {
    const cache = counts.get(reads) ?? new LRUCache({ max: MAX_COUNTS, ttl: COUNT_MS });
    counts.set(reads, cache);
    const known = cache.get(uuid);
    if (known !== undefined) return known;
    const counting = followerCount(reads.pool, uuid);
    cache.set(uuid, counting);
    counting.catch(() => cache.delete(uuid));
    return counting;
  }
}
