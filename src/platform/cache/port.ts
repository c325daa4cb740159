/**
 * What nodes share for a while and can do without: every entry ends by itself.
 *
 * Order: calls on one key take effect in some one order, on every node the same.
 * Atomicity: each call as a whole. Of callers that add the first member at the same time, exactly one hears `first`; of
 * those that remove the last ones, exactly one hears `last`.
 * Time: entries and members end by the adapter's clock (of the engine, where there is one), never by the caller's.
 *
 * Not promised: that an entry lives as long as its TTL (an engine may lose all of them at any moment, and come back
 * empty), that anybody is told when one ends, or that a call succeeds: a shared engine that is away refuses with
 * `CacheUnavailable` within half a second, and the caller goes on without.
 */
export interface Cache {
  /** Replaces value and TTL. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** In the order of the keys, as of one moment. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  /** The value and all members. A key's value and its members know nothing of each other otherwise. */
  delete(key: string): Promise<void>;
  /** Gives the member a TTL of its own, from now. `first`: no other member, nor this one, was there. */
  addMember(key: string, member: string, ttlMs: number): Promise<{ readonly first: boolean }>;
  /** `last`: the member was there, and nobody else is. */
  removeMember(key: string, member: string): Promise<{ readonly last: boolean }>;
  /** Renews the member's TTL, and brings it back when it had ended or was lost: then `revived`. */
  touchMember(key: string, member: string, ttlMs: number): Promise<{ readonly revived: boolean }>;
  /** Those whose TTL has not ended; in no order. */
  members(key: string): Promise<string[]>;
  close(): Promise<void>;
}

/** The engine of the cache did not answer in time, or is away. */
export class CacheUnavailable extends Error {
  override name = 'CacheUnavailable';
}
